"""Inspects a model again and again, each time with another of its texts or keys grown, and prints what that took.

Run as a process of its own by `test_growth.py`, which wants its memory known: `python -m tests.hostile.growing FORMAT`.
"""

from __future__ import annotations

import copy
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from logitcheck import inspection
from logitcheck.report import Report
from logitcheck.reporter import json_report, text_report
from tests import saved_models
from tests.fuzzing import formats, wire_mutations
from tests.saved_models import node, span

GROWN = 2_000_000
"""Letters that are added to one text: more than a report has that does not show it, half of what one may have."""

_STEPS = tuple[Any, ...]


def grown(name: str) -> Iterator[tuple[str, bytes]]:
    """The bytes of a format's files, each with one text or key grown; no two at the same place of such files."""
    wanted, random, seen = formats.FORMATS[name], Random(0), set()
    if name == "saved_model":
        for op in ("Softmax", "Mystery"):
            yield from _grown_message(f"an export of {op}", _exported(op))
    for seed in formats.seeds(name):
        if "raw" in seed.parts:
            yield from _grown_message(seed.name, seed.raw)
            continue
        for steps in _places(seed.parts):
            place = tuple("[]" if isinstance(step, int) else step for step in steps)
            for is_key in (False, True):
                parts = _with_more(seed.parts, steps, is_key=is_key) if (place, is_key) not in seen else None
                if parts is not None:
                    seen.add((place, is_key))
                    yield f"{seed.name}: {'.'.join(map(str, place))}{' (key)' * is_key}", wanted.write(parts, random)


def _exported(op: str) -> bytes:
    """A SavedModel that serves what an operation makes of an input, in a function."""
    body = saved_models.function("head", ["z"], [node("inner", op, "z")], out="inner:y:0")
    nodes = [node("x", "Placeholder"), node("outer", "PartitionedCall", "x", f=saved_models.calling("head"))]
    return saved_models.saved(nodes, [body], {"serving_default": saved_models.signature(scores="outer:0")})


def _places(document: Any, steps: _STEPS = ()) -> Iterator[_STEPS]:
    """The way to every value of a document."""
    if steps:
        yield steps
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from _places(value, (*steps, key))


def _with_more(document: Any, steps: _STEPS, *, is_key: bool) -> Any:
    """The document with one text or key grown; None where there is none."""
    made = copy.deepcopy(document)
    holder = made
    for step in steps[:-1]:
        holder = holder[step]
    value, more = holder[steps[-1]], "k" * GROWN
    if is_key:
        if not isinstance(holder, dict) or holder is made:
            return None
        holder[steps[-1] + more] = holder.pop(steps[-1])
    elif isinstance(value, str):
        holder[steps[-1]] = value + more
    else:
        return None
    return made


def _grown_message(name: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    """A message with one of the texts in it grown, once for each way of numbers to some."""
    seen: set[tuple[int, ...]] = set()
    for way, made in _with_longer_texts(raw, (), seen):
        yield f"{name}: {way}", made


def _with_longer_texts(
    raw: bytes, way: tuple[int, ...], seen: set[tuple[int, ...]]
) -> Iterator[tuple[tuple[int, ...], bytes]]:
    try:
        found = list(wire_mutations.fields(raw))
    except (ValueError, IndexError):
        return
    for at, (number, kind, content) in enumerate(found):
        here = (*way, number)
        if kind != 2 or here in seen:
            continue
        ends = [b"".join(map(wire_mutations.written, part)) for part in (found[:at], found[at + 1 :])]
        if content.isascii() and content.decode().isprintable() and content:
            seen.add(here)
            yield here, ends[0] + span(number, content + b"k" * GROWN) + ends[1]
        for further, made in _with_longer_texts(content, here, seen):
            yield further, ends[0] + span(number, made) + ends[1]


def main() -> None:
    """Inspect each file and print the worst of what it took: seconds, letters of a report, and memory at its peak."""
    wanted = formats.FORMATS[sys.argv[1]]
    slowest, longest, count = (0.0, ""), (0, ""), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{wanted.suffix}"
        target = path / wanted.member if wanted.member else path
        target.parent.mkdir(exist_ok=True)
        for name, raw in grown(sys.argv[1]):
            target.write_bytes(raw)
            start = time.process_time()
            report = Report(models=(inspection.inspect(path),))
            text = text_report.lines(report, 80, ascii_only=True)
            letters = len(json_report.render(report, "0")) + sum(len(piece) for line in text for piece, _ in line)
            slowest = max(slowest, (time.process_time() - start, name))
            longest = max(longest, (letters, name))
            count += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"count": count, "slowest": slowest, "longest": longest, "megabytes": peak}))


if __name__ == "__main__":
    main()
