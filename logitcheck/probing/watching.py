"""Measures the memory of a process and of all that it started.

A limit on the address space (RLIMIT_AS) will not do: TensorFlow maps several times the memory that it uses, the more
the more cores there are, and more still with a GPU. What counts is what is resident, and that is seen from outside.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def resident(root: int) -> int:
    """Give the bytes that a process and its descendants keep in memory; 0 where the system does not tell.

    Pages that a forked process shares with another count for both.
    """
    parents, sizes = {}, {}
    for pid, parent, size in _processes():
        parents[pid], sizes[pid] = parent, size
    family = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family and pid not in family}
        family |= more
        grown = bool(more)
    return sum(sizes.get(pid, 0) for pid in family)


def _processes() -> Iterator[tuple[int, int, int]]:
    """Give each process, its parent and its resident bytes."""
    if sys.platform == "linux":
        yield from _of_proc()
    elif sys.platform != "win32":
        yield from _of_ps()


def _of_proc() -> Iterator[tuple[int, int, int]]:
    import os

    page = os.sysconf("SC_PAGE_SIZE")
    for entry in os.listdir("/proc"):  # noqa: PTH208  only the names are wanted
        if not entry.isdecimal():
            continue
        try:
            fields = Path(f"/proc/{entry}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        yield int(entry), int(fields[1]), int(fields[21]) * page


def _of_ps() -> Iterator[tuple[int, int, int]]:
    listed = subprocess.run(["/bin/ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        numbers = line.split()
        if len(numbers) == 3 and all(number.isdecimal() for number in numbers):
            pid, parent, size = map(int, numbers)
            yield pid, parent, size * 1024
