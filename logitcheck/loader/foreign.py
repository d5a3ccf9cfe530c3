"""What a file is that holds no Keras model, told by its first bytes: one table, read only where reading failed.

Sources of the signatures: the specifications of the formats, and files that their own writers made.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import identify, opening
from logitcheck.loader.cut_off import FETCH_AGAIN
from logitcheck.loader.quoting import quoted

_HEAD = 1024
_SAVE_AS_KERAS = "Give the Keras model that it was made from, as model.save('name.keras') writes it."
_KERAS_ONLY = "logitcheck reads Keras models only."
_PACKED = "a compressed file or a packed folder"
_UNPACK = "Unpack it, and give what is in it."
_NEVER_OPENED = (
    "It is never opened, since that would run code: where you trust it, save the Keras model in it with"
    " model.save('name.keras')."
)

_BEGINNINGS = {identify.HDF5_SIGNATURE: "an HDF5 file", b"PK\x03\x04": "a .keras archive"}

LOAD_WEIGHTS = "Load the weights into their model, and give what model.save('name.keras') writes."
"""What to do with weights without their model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """How one kind of file begins, and what to say of it.

    content: matched from the first byte; the group `size`, if it has one, is the size of what the file stands for.
    name: where given, the file must be called so, too. also: where given, it must hold of the start of the file, too.
    what: what was found; "{size}" stands for that size.
    hint: what to do, or what tells it of the path; "{path}" stands for the path, quoted for a shell.
    """

    code: ErrorCode
    content: re.Pattern[bytes]
    what: str
    hint: str | Callable[[Path], str]
    name: re.Pattern[str] | None = None
    also: Callable[[bytes], bool] | None = None


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


def _unpacks(start: bytes) -> bool:
    """Tell whether zlib unpacks the start of a file: its signature of two bytes is that of `x^2` as well."""
    try:
        return bool(zlib.decompressobj().decompress(start, 64))
    except zlib.error:
        return False


def _fetched_by_git_lfs(path: Path) -> str:
    from logitcheck.loader import git_lfs

    return git_lfs.hint(path)


_POINTERS = (
    Signature(
        code=ErrorCode.LFS_POINTER,
        content=_starts(
            rb"version https://(?:git-lfs|hawser)\.github\.com/spec/(?:.*?\nsize (?P<size>\d{1,18})(?:\r?\n|$))?"
        ),
        what="a Git LFS pointer, a stand-in for the real model{size} that was not fetched",
        hint=_fetched_by_git_lfs,
    ),
    Signature(
        code=ErrorCode.ANNEX_POINTER,
        content=_starts(rb"[./]*(?:\.git)?/annex/objects/(?:[^\n]*?-s(?P<size>\d{1,18})-)?"),
        what="a git-annex pointer, a stand-in for the real model{size} that was not fetched",
        hint="Run `git annex get {path}`.",
    ),
    Signature(
        code=ErrorCode.DVC_POINTER,
        content=_starts(
            rb"(?:(?:md5|frozen|deps|wdir|meta|desc)\b.{0,500}?\n)?outs:\s*\n\s*-\s(?:.*?\bsize: (?P<size>\d{1,18})\b)?"
        ),
        what="a DVC pointer, a stand-in for the real model{size}",
        hint="Run `dvc pull {path}`, and give the path of the model.",
    ),
)

_OTHER_MODELS = (
    Signature(
        code=ErrorCode.TFLITE,
        content=_starts(rb".{4}TFL3"),
        what="a TensorFlow Lite model, which holds operations without a loss",
        hint=_SAVE_AS_KERAS,
    ),
    Signature(
        code=ErrorCode.ONNX,
        content=_starts(rb"\x08[\x03-\x20](?:[\x12\x1a\x22][\0-\x40][ -~]{0,64}){0,3}[\x28\x32\x3a\x42]"),
        what="an ONNX model, which holds operations without a loss",
        hint=_SAVE_AS_KERAS,
    ),
    Signature(
        code=ErrorCode.PYTORCH,
        content=_starts(rb"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19\."),
        what="a file of PyTorch (torch.save)",
        hint=_KERAS_ONLY,
    ),
    Signature(
        code=ErrorCode.JOBLIB,
        content=_starts(rb"\x80[\x02-\x05].{0,900}joblib"),
        what="a pickle written by joblib.dump",
        hint=_NEVER_OPENED,
    ),
    Signature(
        code=ErrorCode.PICKLE,
        content=_starts(
            # The words of a list stand as the names of a global do, behind which comes an argument or the end.
            rb"\x80[\x02-\x05]|[}\]]q\0|\([dl]p\d|c[\w.]+\n\w+\n(?:p\d+\n|q.)?[(.]"
        ),
        what="a Python pickle",
        hint=_NEVER_OPENED,
    ),
    Signature(
        code=ErrorCode.SAFETENSORS,
        content=_starts(rb".{6}\0\0\{\s*\""),
        what="weights as safetensors: neither the layers nor the loss are stored in them",
        hint=_SAVE_AS_KERAS,
    ),
    Signature(
        code=ErrorCode.GGUF,
        content=_starts(rb"GGUF"),
        what="a GGUF model of llama.cpp, which holds weights without a loss",
        hint=_KERAS_ONLY,
    ),
    Signature(
        code=ErrorCode.NUMPY,
        content=_starts(rb"\x93NUMPY"),
        what="a NumPy array",
        hint="Give the file that model.save(...) wrote.",
    ),
)

_PARTS = (
    Signature(
        code=ErrorCode.SAVED_MODEL_FILE,
        content=_starts(
            rb"\x08\x01\x12[\x80-\xff]{0,4}[\0-\x7f]\n|saved_model_schema_version:"
            rb"|\n[\x80-\xff]{0,4}[\0-\x7f](?:\x08[\x80-\xff]{0,4}[\0-\x7f])?(?:\x12\x04root|\x1a\x04root)"
        ),
        what="one file of a TensorFlow SavedModel",
        hint="Give the path of the folder that it is in.",
    ),
    Signature(
        code=ErrorCode.TF_CHECKPOINT,
        content=_starts(rb"model_checkpoint_path: *\"|\0\0.\x08[\x80-\xff]{0,4}[\0-\x7f]\x1a\x02\x08\x01"),
        what="a file of a TensorFlow checkpoint, which holds weights only: neither the layers nor the loss",
        hint=LOAD_WEIGHTS,
    ),
    Signature(
        code=ErrorCode.TF_CHECKPOINT,
        content=_starts(rb""),
        name=re.compile(r".*\.data-\d{5}-of-\d{5}"),
        what="the data of a TensorFlow checkpoint, which holds weights only: neither the layers nor the loss",
        hint=LOAD_WEIGHTS,
    ),
    Signature(
        code=ErrorCode.YAML,
        content=_starts(rb"(?:---\s+)?(?:class_name: \w+\s+config:|(?:backend|config|keras_version):.*class_name: )"),
        what="an architecture as YAML, which Keras can neither write nor load any more",
        hint="Load it where Keras still can (before TensorFlow 2.6), and write model.to_json() or save the model.",
    ),
)

_NO_MODELS = (
    Signature(
        code=ErrorCode.WEB_PAGE,
        content=_starts(
            rb"(?i:(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml\b.{0,200}?<(?:!doctype|html|Error))\b)"
            rb"|(?:(?:404: )?Not Found|Invalid username or password|AccessDenied|Entry not found)\.?\s*\Z"
        ),
        what="the answer of a web server: an error, or a page about the file",
        hint="Fetch the file itself: on GitHub the address under Raw, on Hugging Face the one with /resolve/, and with"
        " a login where it needs one.",
    ),
    Signature(
        code=ErrorCode.COMPRESSED,
        content=_starts(
            rb"\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|.{257}ustar"
        ),
        what=_PACKED,
        hint=_UNPACK,
    ),
    Signature(
        code=ErrorCode.COMPRESSED,
        content=_starts(rb"x[\x01^\x9c\xda]"),
        also=_unpacks,
        what=_PACKED,
        hint=_UNPACK,
    ),
    Signature(
        code=ErrorCode.NOT_A_MODEL,
        content=_starts(rb"\x89HDF|\xef\xbf\xbdHDF"),
        what="an HDF5 file whose first bytes were changed, as a transfer as text does",
        hint="Fetch it again as a binary file; in a Git repository mark it `binary` in .gitattributes.",
    ),
    Signature(
        code=ErrorCode.NOT_A_MODEL,
        content=_starts(rb"\0{64}"),
        what="zeros, as a download leaves them that never came to its end",
        hint="Fetch the file itself.",
    ),
    Signature(
        code=ErrorCode.NOT_A_MODEL,
        content=_starts(rb"(?:\xef\xbb\xbf)?\s*\[\s*(?:[\[{\"\d\]-]|true|false|null)"),
        what="a JSON list, where a serialized model is an object with class_name and config",
        hint="Give what model.to_json() or model.save(...) wrote.",
    ),
)

_MEMBERS = (
    (
        ErrorCode.PYTORCH,
        re.compile(r"(?:.*/)?(?:data|constants)\.pkl"),
        "a file of PyTorch (torch.save or torch.jit.save)",
        _KERAS_ONLY,
    ),
    (
        ErrorCode.WEIGHTS_ONLY,
        re.compile(r"model\.weights\.(?:h5|npz)"),
        "weights only: neither the layers nor the loss are stored in it",
        "Give the file that model.save(...) wrote, with config.json in it.",
    ),
    (
        ErrorCode.WEIGHTS_ONLY,
        re.compile(r".*\.npy"),
        "arrays of NumPy (.npz), which are weights at best: neither the layers nor the loss are stored in it",
        "Give the file that model.save(...) wrote, not the one of save_weights(...).",
    ),
    (
        ErrorCode.COMPRESSED,
        re.compile(r"(?:.*/)?saved_model\.pb|.+/config\.json|.*\.(?:keras|h5|hdf5)", re.IGNORECASE),
        "an archive with a model in it",
        _UNPACK,
    ),
)
"""What a zip archive without config.json is, by the name of one of its members; the first row that fits counts."""

SIGNATURES: Sequence[Signature] = (*_POINTERS, *_OTHER_MODELS, *_PARTS, *_NO_MODELS)


def recognise(path: Path, start: bytes) -> UnreadableInputError | None:
    """Make the error for a file that begins with `start`; None if that is no known kind of file."""
    for signature in SIGNATURES:
        if signature.name is not None and not signature.name.fullmatch(path.name):
            continue
        match = signature.content.match(start)
        if match and (signature.also is None or signature.also(start)):
            size = match.groupdict().get("size")
            real = f" of {int(size):,} bytes" if size else ""
            message = f"Expected a Keras model, found {signature.what.format(size=real)}."
            hint = signature.hint
            told = hint.format(path=quoted(str(path))) if isinstance(hint, str) else hint(path)
            return UnreadableInputError(signature.code, message, told)
    return None


def refusal(path: Path) -> UnreadableInputError:
    """Make the error for the file at `path`, which is no container of a Keras model."""
    with opening.regular(path) as file:
        start = file.read(_HEAD)
    return (
        _cut_off(start)
        or recognise(path, start)
        or UnreadableInputError(
            ErrorCode.NOT_A_MODEL,
            "Expected a .keras archive (zip), an HDF5 file or a JSON document,"
            f" found something that starts with {start[:16]!r}.",
            "Give the file that model.save(...) or model.to_json() wrote.",
        )
    )


def _cut_off(whole: bytes) -> UnreadableInputError | None:
    """Make the error for a file that ends within the signature with which a model begins."""
    for signature, name in _BEGINNINGS.items():
        if signature.startswith(whole):
            message = f"The file is cut off: all there is are the bytes {whole!r}, with which {name} begins."
            return UnreadableInputError(ErrorCode.TRUNCATED, message, FETCH_AGAIN)
    return None


def archive_refusal(names: Sequence[str]) -> UnreadableInputError:
    """Make the error for a zip archive without config.json that has members of these names."""
    shown = ", ".join(repr(name[:60]) for name in names[:5]) or "nothing"
    shown += " …" if len(names) > 5 else ""
    for code, pattern, what, hint in _MEMBERS:
        if any(pattern.fullmatch(name) for name in names):
            return UnreadableInputError(code, f"Expected a .keras archive, found {what} ({shown}).", hint)
    return UnreadableInputError(
        ErrorCode.NO_CONFIG,
        f"Expected config.json in the archive, found {shown}.",
        "This zip file is no Keras model; give the file that model.save('name.keras') wrote.",
    )
