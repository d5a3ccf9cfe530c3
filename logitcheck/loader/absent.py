"""Why there is nothing to read at a path: no file, a broken link, a pipe or a device, a folder without a model."""

from __future__ import annotations

import errno
import re
import stat
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import identify
from logitcheck.loader.folder import entries, is_file
from logitcheck.loader.foreign import LOAD_WEIGHTS
from logitcheck.loader.quoting import quoted

_ANNEX = re.compile(r"(?:^|/)\.git/annex/objects/(?:.*-s(\d{1,18})-)?")
_STANDARD_INPUT = "-"
_WRITE_FIRST = "A model is read at several places, which a pipe cannot: write it to a file first, and give its path."
_GIVE_A_FILE = "Give the path of a file or a folder."
_SPECIAL = (
    (
        stat.S_ISFIFO,
        "a named pipe",
        _WRITE_FIRST,
    ),
    (stat.S_ISSOCK, "a socket", _GIVE_A_FILE),
    (stat.S_ISCHR, "a device", _GIVE_A_FILE),
    (stat.S_ISBLK, "a device", _GIVE_A_FILE),
)

_ORBAX = ("orbax.checkpoint", "pytree.orbax-checkpoint", "checkpoint_metadata", "_CHECKPOINT_METADATA")


def refusal(path: Path, error: OSError | ValueError) -> UnreadableInputError:
    """Make the error for a path whose status the system does not give."""
    if isinstance(error, ValueError):
        message = "No file can have such a name: it holds a null character."
        return UnreadableInputError(ErrorCode.MISSING, message, "Check the path.")
    if error.errno == errno.ELOOP:
        message = "The symbolic link leads in a circle, and so to no file."
        return UnreadableInputError(ErrorCode.LINK_LOOP, message, "Mend or remove the link.")
    if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
        return identify.read_error(error)
    if path.is_symlink():
        return _broken_link(path)
    if str(path) == _STANDARD_INPUT:
        message = "There is no file called '-', and standard input is not read."
        return UnreadableInputError(ErrorCode.MISSING, message, _WRITE_FIRST)
    return _tracked(path) or UnreadableInputError(
        ErrorCode.MISSING, "There is no such file or folder.", "Check the path."
    )


def _broken_link(path: Path) -> UnreadableInputError:
    """Make the error for a symbolic link whose target is not there."""
    target = str(path.readlink())
    annexed = _ANNEX.search(target.replace("\\", "/"))
    if annexed:
        real = f" of {int(annexed[1]):,} bytes" if annexed[1] else ""
        message = f"This is a git-annex link, a stand-in for the real model{real} that was not fetched."
        return UnreadableInputError(ErrorCode.ANNEX_POINTER, message, f"Run `git annex get {quoted(str(path))}`.")
    message = f"The symbolic link leads to {target[:200]!r}, which does not exist."
    return UnreadableInputError(ErrorCode.BROKEN_LINK, message, "Mend or remove the link.")


def special(mode: int) -> UnreadableInputError:
    """Make the error for what is neither a regular file nor a folder; it is never opened."""
    what, hint = next(
        ((what, hint) for is_kind, what, hint in _SPECIAL if is_kind(mode)),
        ("a special file", _GIVE_A_FILE),
    )
    return UnreadableInputError(ErrorCode.NOT_A_FILE, f"Expected a model file or folder, found {what}.", hint)


def _tracked(path: Path) -> UnreadableInputError | None:
    """Tell of a missing file where to get it: DVC tracks it or its folder, or it is the prefix of a checkpoint."""
    from logitcheck.loader import dvc

    kept = dvc.refusal(path)
    if kept is not None:
        return UnreadableInputError(kept.code, kept.message, kept.hint)
    if path.name and is_file(path.with_name(f"{path.name}.index")):
        message = "This is the prefix of a TensorFlow checkpoint, which holds weights only: neither layers nor loss."
        return UnreadableInputError(ErrorCode.TF_CHECKPOINT, message, LOAD_WEIGHTS)
    unread = dvc.unread(path)
    if unread is not None:
        message = f"There is no such file or folder; what a stage of DVC makes is written in a way not read ({unread})."
        return UnreadableInputError(ErrorCode.MISSING, message, "Check the path, or run `dvc pull`.")
    return None


def no_model_in(folder: Path) -> UnreadableInputError:
    """Make the error for a folder that is no model itself: it may hold weights, or nothing, or be closed."""
    try:
        names = [entry.name for entry in entries(folder)]
    except OSError as error:
        return identify.read_error(error)
    if all(name.startswith(".") for name in names):
        holds = f"nothing but hidden files ({names[0]!r} …)" if names else "nothing"
        hint = "Save or fetch a model into it, or give another path."
        return UnreadableInputError(ErrorCode.EMPTY_FOLDER, f"The folder holds {holds}.", hint)
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        message = "This is the folder of a TensorFlow checkpoint, which holds weights only: neither layers nor loss."
        return UnreadableInputError(ErrorCode.TF_CHECKPOINT, message, LOAD_WEIGHTS)
    if _is_orbax(folder, names):
        message = "This is an Orbax checkpoint, which holds weights only: neither layers nor loss."
        return UnreadableInputError(ErrorCode.ORBAX_CHECKPOINT, message, LOAD_WEIGHTS)
    message = "The folder is no model: it holds no config.json with weights or a metadata.json beside it."
    hint = "Give the path of a model; folders are searched by logitcheck inspect, logitcheck check and inspect_all()."
    return UnreadableInputError(ErrorCode.NO_MODEL_FOUND, message, hint)


def _is_orbax(folder: Path, names: list[str]) -> bool:
    """Tell by the markers that Keras looks for (keras/src/saving/orbax_util.py), also in the numbered folders."""
    steps = [name for name in names if name.isdigit()]
    markers = {marker for marker in _ORBAX if marker in names}
    return bool(markers) or any((folder / step / marker).exists() for step in steps[:10] for marker in _ORBAX)
