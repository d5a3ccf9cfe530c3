"""Stands before Keras: loading a file of a certain name does to the process what hostile models do.

Nothing here is a mock: the process really dies, hangs, forks, prints or fills its memory.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy

__version__ = "3.99.0"


def _hang() -> None:
    while True:
        pass


def _ignore_and_wait() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


def _fill_memory() -> None:
    kept = []
    while True:
        kept.append(bytearray(b"x" * (1 << 24)))


def _daemon() -> None:
    """Leave a process behind that has a session of its own and whose parents are gone."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)


def _daemon_and_exit() -> None:
    _daemon()
    os._exit(0)


def _program() -> None:
    subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)


def _print() -> None:
    for _ in range(40):
        sys.stdout.write("o" * (1 << 20))
        sys.stderr.write("e" * (1 << 20))
        os.write(1, b"1" * (1 << 20))


def _write() -> None:
    """Write beside the model, at home and into a folder for all; tell in the words of the failure what went through."""
    model = Path(_source())
    places = [model.parent / "written", Path("/tmp/logitcheck-written"), Path(os.environ["REAL_HOME"]) / "written"]
    done = []
    for place in places:
        try:
            place.write_text("here")
            done.append(place)
        except PermissionError:
            continue
    try:
        model.write_bytes(b"")
        done.append(model)
    except PermissionError:
        pass
    Path("mine").write_text("allowed")
    raise ValueError(f"written: {[str(each) for each in done]}")


def _connect() -> None:
    """Try to reach the network in every way that Python has."""
    port = int(Path(_source()).name.split("_")[1].split(".")[0])
    done: list[str] = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, "/tmp/logitcheck.socket")):
        try:
            socket.socket(family).connect(address)
            done.append(str(address))
        except OSError as error:
            done.append(type(error).__name__)
    raise ValueError(f"connections: {done}")


def _kill_others() -> None:
    """Kill the parent, and a process that has nothing to do with it."""
    for pid in (os.getppid(), int(Path(_source()).name.split("_")[1].split(".")[0])):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
    time.sleep(600)


def _forge() -> None:
    for number in range(3, 64):
        try:
            os.write(number, b"\xff" * 64)
        except OSError:
            continue
    time.sleep(600)


def _closed_input() -> None:
    raise ValueError(f"standard input: {sys.stdin.read()!r}, {os.read(0, 10)!r}")


def _environment() -> None:
    raise ValueError(f"secret: {os.environ.get('SECRET_TOKEN')}, home: {os.environ['HOME'] == str(Path.cwd())}")


_DEEDS: Mapping[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "leave": lambda: sys.exit(7),
    "hang": _hang,
    "ignore": _ignore_and_wait,
    "memory": _fill_memory,
    "daemon": _daemon,
    "vanish": _daemon_and_exit,
    "program": _program,
    "print": _print,
    "write": _write,
    "connect": _connect,
    "kill": _kill_others,
    "forge": _forge,
    "input": _closed_input,
    "environment": _environment,
}


def _source() -> str:
    return os.environ["STUB_SOURCE"]


class _Tensor(SimpleNamespace):
    pass


class _Model:
    """A model that puts out a distribution over three classes."""

    inputs = (_Tensor(name="inputs", shape=(None, 4), dtype="float32"),)
    outputs = (_Tensor(name="outputs", shape=(None, 3)),)
    layers = ()
    trainable_variables = ()

    def __call__(self, values: object, *, training: bool) -> object:
        del training
        shares = 1 / (1 + numpy.exp(-numpy.asarray(values)[:, 0].clip(-50, 50)))
        return numpy.stack([shares / 2, shares / 2, 1 - shares], axis=-1).astype("float32")


def _load_model(path: Path, **_: object) -> _Model:
    os.environ["STUB_SOURCE"] = str(path.readlink())
    deed = _DEEDS.get(Path(_source()).name.partition("_")[0].partition(".")[0])
    if deed is not None:
        deed()
    return _Model()


models = SimpleNamespace(load_model=_load_model)
