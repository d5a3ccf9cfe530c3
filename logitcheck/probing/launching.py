"""Starts the process that runs a model: with what environment, on what path of modules, and in what folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = str(Path(__file__).parents[1])

KEEPER = sys.platform == "linux"
"""Whether a keeper stands between: it takes what only Linux has."""

_TAKEN_OVER = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONHOME"),
    *("CUDA_HOME", "CUDA_PATH", "XLA_FLAGS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
)
"""Of the environment only what programs need to be found and what says how many cores to use: no keys and tokens."""


class NoProcessError(Exception):
    """No process can be made here."""


@dataclass(slots=True)
class Started:
    """A process that was started, the ends of its pipes that are ours, and its folder.

    lifeline: closing it ends the process; -1 where there is none.
    """

    process: subprocess.Popen[bytes]
    lifeline: int
    status: int
    folder: Path


def start(*, gpu: bool) -> Started:
    """Start a process that will import TensorFlow at once.

    Raises NoProcessError where none can be made.
    """
    folder = Path(tempfile.mkdtemp(prefix="logitcheck-"))
    try:
        return _keeper(folder, gpu=gpu) if KEEPER else _alone(folder, gpu=gpu)
    except BaseException as error:  # an interrupt must leave nothing behind either
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise NoProcessError(error.strerror or str(error)) from error
        raise


def _keeper(folder: Path, *, gpu: bool) -> Started:
    (their_lifeline, lifeline), (status, their_status) = os.pipe(), os.pipe()
    arguments = [str(their_lifeline), str(their_status), str(folder), *(["/dev"] if gpu else [])]
    try:
        process = _python("keeper", arguments, folder, (their_lifeline, their_status), gpu=gpu)
    except BaseException:
        os.close(lifeline)
        os.close(status)
        raise
    finally:
        os.close(their_lifeline)
        os.close(their_status)
    return Started(process, lifeline, status, folder)


def _alone(folder: Path, *, gpu: bool) -> Started:
    """Start the process without a keeper: where a model leaves processes behind, they are found by their group."""
    if os.name == "nt":
        return Started(_python("serving", ["-1", str(folder)], folder, (), gpu=gpu), -1, -1, folder)
    their_lifeline, lifeline = os.pipe()
    try:
        process = _python("serving", [str(their_lifeline), str(folder)], folder, (their_lifeline,), gpu=gpu)
    finally:
        os.close(their_lifeline)
    return Started(process, lifeline, -1, folder)


def _python(
    module: str, arguments: list[str], folder: Path, kept: tuple[int, ...], *, gpu: bool
) -> subprocess.Popen[bytes]:
    if not sys.executable or getattr(sys, "frozen", False):
        raise OSError("this program is no Python that could be started a second time")
    return subprocess.Popen(  # noqa: S603  this Python, and code of ours
        [sys.executable, "-IB", "-c", _CODE.format(path=_path(), package=_PACKAGE, module=module), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=folder,
        env=_environment(folder, gpu=gpu),
        pass_fds=kept,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


_CODE = """
import importlib.util, sys
sys.path[:] = {path!r}
spec = importlib.util.spec_from_file_location(
    "logitcheck", {package!r} + "/__init__.py", submodule_search_locations=[{package!r}]
)
sys.modules["logitcheck"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["logitcheck"])
from logitcheck.probing.child import {module} as process
process.main()
"""
"""The same logitcheck as here, wherever it is, without the folder around it, in which there may be anything."""


def _path() -> list[str]:
    """Give the folders of modules: this process's, without those that hold the code of whoever runs it.

    Of the current folder and of that of a script nothing is to be imported, unless PYTHONPATH names them.
    """
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    own = {"", str(Path.cwd()), *([str(Path(main).resolve().parent)] if main else [])}
    asked = {str(Path(folder).resolve()) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder}
    return [folder for folder in sys.path if folder not in own or str(Path(folder).resolve()) in asked]


def _environment(folder: Path, *, gpu: bool) -> dict[str, str]:
    """Give the environment: a home that is gone afterwards, Keras on TensorFlow, and nobody who talks."""
    kept = {name: os.environ[name] for name in _TAKEN_OVER if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "KERAS_HOME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME"), str(folder))
    settings = {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "HDF5_PLUGIN_PRELOAD": "::",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
    return kept | homes | settings | ({} if gpu else {"CUDA_VISIBLE_DEVICES": "-1"})
