"""Reads HDF5 models: root attributes only, no group or dataset is ever opened (links in them could lead elsewhere).

`read` asks for them; `attributes` is what the process does that touches the file with the HDF5 library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, identify, opening
from logitcheck.loader.stored import StoredModel, of_attributes

if TYPE_CHECKING:
    import h5py

LARGEST = 16 * 1024 * 1024
"""Bytes of one attribute: the HDF5 library and the pipe hold several copies of it."""

_WANTED = ("model_config", "training_config", "keras_version", "backend")
_TRUNCATED = re.compile(r"truncated file: eof = (\d+), sblock->base_addr = (\d+), stored_eof = (\d+)")
_OUT_OF_MEMORY = re.compile(r"(?<!end of )alloc", re.IGNORECASE)
"""As in "memory allocation failed" and "image null after H5MM_realloc()"; what is past the end of allocation is cut."""

_LEGACY_WEIGHTS = ("layer_names", "nb_layers")
_WEIGHTS_GROUPS = frozenset({"layers", "vars", "_layer_checkpoint_dependencies", "optimizer"})


def read(path: Path) -> StoredModel:
    """Read the model and compile settings of the HDF5 file at `path`.

    Raises UnreadableInputError if it is truncated, holds weights only, or is no Keras model.
    """
    return of_attributes(texts(path))


def texts(path: Path) -> dict[str, str]:
    """Read the four root attributes that matter of the HDF5 file at `path`, as text; raises as `read` does."""
    from logitcheck.loader import isolation

    return {name: document.decode(value, name) for name, value in isolation.attributes(path).items()}


def attributes(path: Path) -> Mapping[str, bytes]:
    """Read the four root attributes that matter with the HDF5 library, in this process.

    Raises UnreadableInputError as `read` does.
    """
    import h5py

    # The HDF5 library opens paths only: a pipe that comes to be there now costs the time that is set for a file.
    opening.regular(path).close()
    try:
        with h5py.File(path, "r", locking=False) as file:
            found = _attributes(file)
            if "model_config" not in found:
                raise _without_model(file)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        # h5py raises all four for what the HDF5 library finds damaged, depending on where.
        raise _damaged(error) from error
    return found


def _attributes(file: h5py.File) -> dict[str, bytes]:
    manager = file.attrs
    present = set(manager)
    return {name: _text(manager, name) for name in _WANTED if name in present}


def _text(manager: h5py.AttributeManager, name: str) -> bytes:
    """Read one attribute as text: str, bytes or a one-element array of either (keras-facts: "Root attrs").

    Raises UnreadableInputError if it is none: what is there and cannot be read is not the same as nothing.
    """
    attribute = manager.get_id(name)
    if attribute.shape not in {(), (1,)}:
        raise _no_text(name)
    if attribute.get_storage_size() > LARGEST:
        document.refuse_size(attribute.get_storage_size(), name, LARGEST)
    try:
        value = manager[name]
    except (TypeError, ValueError, UnicodeDecodeError) as error:
        message = f"The attribute {name} cannot be read as text: {error}."
        raise UnreadableInputError(
            ErrorCode.NOT_A_MODEL, message, "Save the model again with model.save(...)."
        ) from error
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if not isinstance(value, bytes):
        raise _no_text(name)
    if len(value) > LARGEST:
        document.refuse_size(len(value), name, LARGEST)
    return value


def _no_text(name: str) -> UnreadableInputError:
    message = f"The attribute {name} of the file is not a text, as that of every Keras model is."
    return UnreadableInputError(ErrorCode.NOT_A_MODEL, message, "Save the model again with model.save(...).")


def _without_model(file: h5py.File) -> UnreadableInputError:
    if any(name in file.attrs for name in _LEGACY_WEIGHTS) or _WEIGHTS_GROUPS & set(file.keys()):
        return UnreadableInputError(
            ErrorCode.WEIGHTS_ONLY,
            "The file holds weights only: neither the layers nor the loss are stored in it.",
            "Give the file that model.save(...) wrote, not the one of save_weights(...).",
        )
    found = ", ".join(repr(str(key)[:40]) for key in list(file.keys())[:5]) or "no groups"
    return UnreadableInputError(
        ErrorCode.NOT_A_MODEL,
        f"Expected an HDF5 file with the attribute model_config, found one without it ({found}).",
        "This is an HDF5 file, but no Keras model; give the file that model.save('name.h5') wrote.",
    )


def _damaged(error: Exception) -> UnreadableInputError:
    text = str(error)
    sizes = _TRUNCATED.search(text)
    if sizes:
        after_user_block, user_block, expected = (int(size) for size in sizes.groups())
        message = f"The HDF5 file is cut off: it has {user_block + after_user_block:,} of {expected:,} bytes."
        return UnreadableInputError(ErrorCode.TRUNCATED, message, "Fetch or copy the file again.")
    if isinstance(error, PermissionError):
        return identify.read_error(error)
    if _OUT_OF_MEMORY.search(text):
        message = f"Reading the HDF5 file takes more memory than any model config needs: {text}."
        return UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)
    message = f"The HDF5 library cannot read the file: {text}."
    return UnreadableInputError(ErrorCode.TRUNCATED, message, "It is damaged or cut off: fetch or copy it again.")
