"""`logitcheck doctor`: what is installed here, what can be read with it, and what is missing."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from logitcheck import __version__
from logitcheck.errors import SettingsError
from logitcheck.reporter.escaping import printable
from logitcheck.run import ExitCode
from logitcheck.settings import Overrides, Plan
from logitcheck.streams import write_out

VARIABLES = frozenset(
    f"LOGITCHECK_{name}" for name in ("FORMAT", "FAIL_ON", "STRICT", "JOBS", "CONFIG", "ISOLATED", "BASELINE")
)
"""The environment variables that stand for options; those are read by typer, which may be what is missing."""

_SECONDS = 60
"""Time for one package to be imported; on a slow disk the first time takes several seconds."""


@dataclass(frozen=True, slots=True)
class Need:
    """A package that logitcheck uses. serves: what for."""

    package: str
    serves: str


_NEEDS = (
    Need("h5py", "HDF5 models: .h5, .hdf5, .hdf"),
    Need("typer", "options of the command line"),
    Need("rich", "colour on a terminal"),
)
_TO_RUN = {"tensorflow": "models that Keras 3 saved, and SavedModels", "tf-keras": "models that Keras 1 and 2 saved"}
"""Packages that only `logitcheck probe` takes, as pip knows them, and the models that they run."""

_WITHOUT_ANY = (".keras archives and unpacked folders", "SavedModel folders", "models as JSON")
_MISSING = "is not installed"
_AGAIN = "pip install --force-reinstall logitcheck"


def examine() -> ExitCode:
    """Write what was found, and tell whether anything that is needed is missing or broken."""
    problems = {need.package: _problem(need.package) for need in _NEEDS}
    settings, source = _settings()
    lines = [*_about(), "", *_reading(problems), "", f"settings here: {source}"]
    lines += _environment()
    healthy = settings and not any(problems.values())
    lines += ["", "All is well." if healthy else "Something is missing or wrong: see above."]
    text = "".join(f"{line}\n" for line in lines)
    if not write_out(lambda: sys.stdout.write(text), "the findings"):
        return ExitCode.UNREADABLE
    return ExitCode.CLEAN if healthy else ExitCode.UNREADABLE


def _about() -> Iterator[str]:
    yield f"logitcheck {__version__} from {os.path.dirname(__file__)}"  # noqa: PTH120  shown, not used
    yield f"Python {platform.python_version()} at {sys.executable}, on {platform.system()} {platform.machine()}"


def _reading(problems: dict[str, str]) -> Iterator[str]:
    for what in _WITHOUT_ANY:
        yield f"yes  {what} (needs no package)"
    for need in _NEEDS:
        problem = problems[need.package]
        yield f"{'NO ' if problem else 'yes'}  {need.serves} ({need.package} {_version(need.package)})"
        if problem:
            yield f"     {problem}"
            yield f"     What to do: {_AGAIN}"
    for package, models in _TO_RUN.items():
        version = _version(package)
        yield f"{'no ' if version == _MISSING else 'yes'}  running {models}: logitcheck probe ({package} {version})"
    if any(_version(package) == _MISSING for package in _TO_RUN):
        yield "     Should you want to probe: pip install 'logitcheck[tensorflow]'"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return _MISSING


def _problem(package: str) -> str:
    """Import a package in a process of its own, which a broken one may crash; give what went wrong, or nothing."""
    try:
        tried = subprocess.run(  # noqa: S603  our own interpreter, and the name of a package of ours
            [sys.executable, "-P", "-c", f"import {package}"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"import {package} takes longer than {_SECONDS} seconds."
    if tried.returncode == 0:
        return ""
    said = tried.stderr.strip().splitlines()
    return said[-1] if said else f"import {package} ended with status {tried.returncode}."


def _environment() -> Iterator[str]:
    """Give the variables that change what a call means, and those that look so and count for nothing."""
    for name, value in sorted(os.environ.items()):
        if name.startswith("LOGITCHECK_"):
            counts = "" if name in VARIABLES else " (counts for nothing: there is no such variable)"
            yield f"in the environment: {printable(name)}={printable(value)}{counts}"


def _settings() -> tuple[bool, str]:
    """Tell whether the settings that hold in the current folder can be followed, and where they come from."""
    try:
        config = os.environ.get("LOGITCHECK_CONFIG")
        source = Plan(Overrides(config=config)).in_folder(os.getcwd()).source  # noqa: PTH109  as the plan has it
    except SettingsError as error:
        return False, str(error)
    return True, str(source) if source is not None else "none, so that the defaults hold"
