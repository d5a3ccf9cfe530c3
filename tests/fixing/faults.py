"""Runs a fix again and again and lets it fail at each call to the system in turn: run as a process of its own.

usage: python -m tests.fixing.faults SCENARIO FAULT FOLDER

It forks for each run, so that nothing but this module may be imported in it, and writes what is there after each.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from logitcheck import fixing
from logitcheck.fixing import NotWrittenError, Permit, Wanted

CALLS = ("write", "fsync", "replace", "rename", "link", "unlink", "chmod", "chown", "mkdir", "setxattr", "rmdir")
KILLED, FAILED = 9, 3

SCENARIOS: dict[str, tuple[str, Wanted]] = {
    "archive": ("model.keras", Wanted(output="out.keras")),
    "archive over another": ("model.keras", Wanted(output="other.keras", force=True)),
    "archive in place": ("model.keras", Wanted()),
    "archive in place without backup": ("model.keras", Wanted(backup=None)),
    "HDF5": ("model.h5", Wanted(output="out.h5")),
    "HDF5 in place": ("model.h5", Wanted()),
    "folder": ("folder", Wanted(output="out")),
    "folder in place": ("folder", Wanted()),
    "JSON in place": ("model.json", Wanted()),
}


def main() -> None:
    """Fail at the first call, the second, and so on until a run gets through."""
    scenario, fault, folder = sys.argv[1:]
    path, wanted = SCENARIOS[scenario]
    found = []
    for number in itertools.count(1):
        work = Path(folder) / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(Path(folder) / "given", work)
        os.chdir(work)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _run(path, wanted, fault, number)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        reached = work / "reached"
        call = reached.read_text() if reached.exists() else None
        found.append({"call": call, "status": status, "files": _files(work)})
        if call is None:
            break
        assert number < 500
    os.chdir(folder)
    print(json.dumps(found))  # noqa: T201  the answer


def _run(path: str, wanted: Wanted, fault: str, number: int) -> None:
    count = itertools.count(1)

    def at_last(name: str) -> bool:
        if next(count) != number:
            return False
        with Path("reached").open("w", encoding="ascii") as file:
            file.write(name)
        return True

    for name in ("write",) if fault == "half" else CALLS:
        setattr(os, name, _armed(getattr(os, name), name, fault, at_last))
    try:
        fixing.mend(path, wanted, Permit(assume_keras=True))
    except NotWrittenError:
        os._exit(FAILED)
    except BaseException:  # noqa: BLE001  the test sees the status
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _armed(call: Callable[..., Any], name: str, fault: str, at_last: Callable[[str], bool]) -> Callable[..., Any]:
    def armed(*arguments: Any, **options: Any) -> Any:
        if not at_last(name):
            return call(*arguments, **options)
        if fault == "full disk":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if fault == "interrupt":
            raise KeyboardInterrupt
        if fault == "half":
            call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        os._exit(KILLED)

    return armed


def _files(work: Path) -> dict[str, str]:
    return {
        path.relative_to(work).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(work.rglob("*"))
        if path.is_file() and path.name != "reached"
    }


if __name__ == "__main__":
    main()
