"""The loop of the process that runs models: a request in, what was seen or the reason for nothing out."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import sys
import time
from dataclasses import asdict
from io import FileIO
from pathlib import Path
from types import ModuleType
from typing import Any

from logitcheck.loader import frames
from logitcheck.probing import request as requests_
from logitcheck.probing.errors import ProbeError, ProbeErrorCode, RefusalError
from logitcheck.probing.request import IMPORTED, Library, Request

_MOST_OUTPUTS = 200
"""Outputs of which is told; a frame holds no more."""


def serve(requests: FileIO, replies: FileIO, folder: Path, isolation: dict[str, str]) -> None:
    """Import TensorFlow, say so, and answer each request until the other side closes."""
    try:
        _prepare()
    except RefusalError as error:
        _refuse(replies, error.error)
        return
    _tell(replies, {"stage": "ready"})
    while (content := frames.read(requests)) is not None:
        request = requests_.of_json(content)
        answered = _answer(request, replies, folder, isolation)
        if isinstance(answered, ProbeError):
            _refuse(replies, answered)
        elif not request.only_imports:
            _tell(replies, {"seen": answered})


def _prepare() -> None:
    """Import TensorFlow and keep it quiet. Raises RefusalError if it is not there, or broken."""
    try:
        tensorflow = importlib.import_module("tensorflow")
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise _broken(error) from error
        message = "To run a model takes TensorFlow, which is not installed here."
        hint = "pip install 'logitcheck[tensorflow]'"
        raise RefusalError(ProbeErrorCode.NO_TENSORFLOW, message, hint) from error
    except Exception as error:  # an extension module that does not fit raises what it likes
        raise _broken(error) from error
    _quiet(tensorflow)


def _quiet(tensorflow: ModuleType) -> None:
    """Keep the log short: whatever gets there is read only where something goes wrong."""
    import warnings

    warnings.simplefilter("ignore")
    tensorflow.get_logger().setLevel("ERROR")


def _broken(error: Exception) -> RefusalError:
    message = f"TensorFlow cannot be imported: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return RefusalError(ProbeErrorCode.NO_TENSORFLOW, message, "pip install --force-reinstall 'logitcheck[tensorflow]'")


def _answer(request: Request, replies: FileIO, folder: Path, isolation: dict[str, str]) -> dict[str, Any] | ProbeError:
    try:
        return _observed(request, replies, folder, isolation)
    except RefusalError as error:
        return error.error
    except MemoryError:
        return _no_memory()
    except SystemExit as error:
        message = f"Code of the model ended its process (status {error.code!r:.20})."
        return ProbeError(code=ProbeErrorCode.CRASHED, message=message, hint="Look at the code of its layers.")
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":
            return _no_memory()
        raise


def _no_memory() -> ProbeError:
    message = "The model needs more memory than there is: TensorFlow could not allocate it."
    return ProbeError(code=ProbeErrorCode.OUT_OF_MEMORY, message=message, hint="Run it where there is more memory.")


def _observed(request: Request, replies: FileIO, folder: Path, isolation: dict[str, str]) -> dict[str, Any]:
    from logitcheck.probing.child import loading, losses, running

    if request.library is Library.TENSORFLOW and isolation["files"] != "kernel" and not request.unsafe:
        message = "A SavedModel may hold operations that write files, and this system does not keep it from that."
        raise RefusalError(ProbeErrorCode.UNSAFE_CODE, message, "If you trust where the model comes from: --unsafe")
    if request.only_imports:
        loading.imported(request)
        _tell(replies, {"stage": IMPORTED})
        return {}
    started = time.monotonic()
    _tell(replies, {"stage": "loading"})
    loaded = loading.load(request, folder)
    _tell(replies, {"stage": "running"})
    ran = running.run(loaded, request)
    if len(ran.tallies) > _MOST_OUTPUTS:
        message = f"The model has {len(ran.tallies)} outputs, more than {_MOST_OUTPUTS}."
        raise RefusalError(ProbeErrorCode.OUTPUT_UNSUPPORTED, message, "Probe a part of it.")
    numbers = losses.numbers(loaded, ran, request)
    version = importlib.metadata.version("tensorflow")
    return {
        "library": loaded.library
        if loaded.library.startswith("TensorFlow")
        else f"{loaded.library} on TensorFlow {version}",
        "samples": ran.samples,
        "seconds": round(time.monotonic() - started, 3),
        "made": request.data is None,
        "odd_inputs": ran.odd,
        "masked": loaded.masked,
        "precision": loaded.precision,
        "isolation": isolation,
        "outputs": [{**tally.told(), "loss": loss} for tally, loss in zip(ran.tallies, numbers, strict=True)],
    }


def _tell(replies: FileIO, told: dict[str, Any]) -> None:
    frames.write(replies, json.dumps(told).encode("ascii"))


def _refuse(replies: FileIO, error: ProbeError) -> None:
    _tell(replies, {"refused": asdict(error) | {"code": error.code.value}})


def main() -> None:
    """Serve on standard input and output, where there is no keeper; ends with the process that asks."""
    import threading

    from logitcheck.probing.child import fences

    lifeline, folder = int(sys.argv[1]), Path(sys.argv[2])
    if lifeline >= 0:
        threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    requests, replies = FileIO(os.dup(0)), FileIO(os.dup(1), "w")
    forget_standard_streams()
    fences.forbid_core_dumps()
    fences.close_network_of_python()
    serve(requests, replies, folder, {"network": "python", "files": "none", "processes": "group"})


def forget_standard_streams() -> None:
    """Leave nothing to be read from standard input, and let what is printed go to the log."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)


def _end_with(lifeline: int) -> None:
    """End this process when the other end of a pipe is closed."""
    os.read(lifeline, 1)
    os._exit(1)
