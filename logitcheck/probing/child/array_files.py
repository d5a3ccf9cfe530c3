"""Reads arrays of the user's from .npy and .npz files, mapped into memory and never unpickled."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from logitcheck.probing.errors import ProbeErrorCode, RefusalError

Array = Any
_HINT = "Give what numpy.save or numpy.savez wrote of plain arrays of numbers or text."


def arrays(path: str, code: ProbeErrorCode) -> Array | dict[str, Array]:
    """Give the array of a .npy file, or those of a .npz file by their names.

    Raises RefusalError with `code` for what is neither, or holds Python objects.
    """
    name = Path(path).name
    try:
        opened = np.load(path, mmap_mode="r", allow_pickle=False)
        if isinstance(opened, np.ndarray):
            return _checked(opened, name, code)
        with opened:
            return {key: _checked(opened[key], f"{key!r} in {name}", code) for key in opened.files}
    except FileNotFoundError as error:
        raise RefusalError(code, f"There is no file {name!r}.", "Check the path.") from error
    except IsADirectoryError as error:
        raise RefusalError(code, f"{name!r} is a folder, and no .npy or .npz file.", "Check the path.") from error
    except OSError as error:
        raise RefusalError(code, f"{name!r} cannot be read: {error.strerror or error}.", "Check the file.") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        if "Object arrays" in str(error) or "Python objects" in str(error):
            message = f"{name!r} holds Python objects, which are not unpickled."
        else:
            message = f"{name!r} is neither a .npy nor a .npz file of arrays."
        raise RefusalError(code, message, _HINT) from error


def _checked(array: Array, name: str, code: ProbeErrorCode) -> Array:
    if array.ndim == 0:
        raise RefusalError(code, f"{name} is a single number, not a row for each sample.", _HINT)
    return array
