"""What `fix` did, for people: what became of the file, each change and its effect on weights, what is left and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from logitcheck.fixing.result import Change, FixResult, FixStatus, Refusal, Weights
from logitcheck.reporter import commands, fixes
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.wrapping import Line, Piece, wrapped

_WIDEST = 100
_LETTERS = "ABCDEFGH"
_STATUS: dict[FixStatus, tuple[str, str]] = {
    FixStatus.FIXED: ("fixed", "bold green"),
    FixStatus.PARTLY_FIXED: ("PARTLY FIXED", "bold yellow"),
    FixStatus.NOTHING_TO_FIX: ("nothing to fix", "bold green"),
    FixStatus.REFUSED: ("NOT FIXED", "bold red"),
    FixStatus.UNREADABLE: ("UNREADABLE", "bold magenta"),
    FixStatus.NOT_WRITTEN: ("NOT WRITTEN", "bold red"),
}
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_WEIGHT_STYLES = {
    Weights.RETRAIN: "bold red",
    Weights.DEPENDS: "bold yellow",
    Weights.GOOD: "bold green",
    Weights.UNAFFECTED: "",
}


def lines(result: FixResult, width: int, *, ascii_only: bool = False) -> Iterator[Line]:  # noqa: ARG001  nothing is drawn
    """Give the lines of the report for `width` columns."""
    for line in _lines(result, min(width, _WIDEST)):
        yield commands.inert(line)


def diff_lines(result: FixResult) -> Iterator[Line]:
    """Give the diff, coloured as git has it; only its own text is in it, so that a program can read it."""
    for line in result.diff.splitlines():
        yield [(printable(line), _DIFF_STYLES.get(line[:1], ""))]


def _lines(result: FixResult, width: int) -> Iterator[Line]:
    word, style = _STATUS[result.status]
    if result.output is None and result.changes:
        word = f"would be {word}"
    about: list[Piece] = [(printable(result.path), "bold"), (": ", ""), (word, style), (_where(result), "")]
    yield from wrapped(about, width, "", "  ")
    if result.error is not None:
        told = f"{printable(result.error.message)} {printable(result.error.hint)}"
        yield from wrapped([(told, "")], width, "  ", "  ")
    for change, next_one in zip_longest(result.changes, result.changes[1:]):
        yield from _change(change, width)
        if next_one is None or next_one.advice != change.advice:
            yield from _advice(change, width)
    yield from _left("Left as it is:", result.refusals, width, with_fixes=True)
    yield from _left("Kept quiet or not selected, and left as it is:", result.ignored, width, with_fixes=False)
    if result.notes:
        yield []
    for note in result.notes:
        yield from wrapped([(printable(f"Note: {note}."), "")], width, "  ", "    ")


def _where(result: FixResult) -> str:
    """Say where the result is."""
    if result.output is None:
        return "" if result.error is not None else "; nothing was written"
    if result.output != result.path:
        return f", and written to {printable(result.output)}"
    if result.backup is None:
        return ", in place; no backup was made"
    return f", in place; the old file is {printable(result.backup)}"


def _change(change: Change, width: int) -> Iterator[Line]:
    yield []
    of_what = f"{change.label}, " if change.label and len(change.place) > 1 and change.place[-2] == "config" else ""
    told = f"{_outputs(change.outputs)}{of_what}{change.where}: {words(change.before)} -> {words(change.after)}"
    yield from wrapped([(f"{change.code} ", "bold"), (printable(told), "")], width, "  ", "    ")


def _advice(change: Change, width: int) -> Iterator[Line]:
    yield from wrapped([(printable(change.advice), _WEIGHT_STYLES[change.weights])], width, "    ", "    ")


def _outputs(names: Sequence[str | None]) -> str:
    known = [repr(name) for name in names if name]
    if not known:
        return ""
    return f"output{'s' if len(known) > 1 else ''} {', '.join(known)}: "


def words(value: object) -> str:
    """Write a stored setting: a class as its call, other values as JSON has them."""
    match value:
        case None:
            return "not set"
        case {"class_name": "function", "config": str(name)}:
            return name
        case {"class_name": str(name), "config": dict(config)}:
            given = ", ".join(f"{key}={json.dumps(item)}" for key, item in config.items() if key != "reduction")
            return f"{name}({given})"
        case _:
            return json.dumps(value)


def _left(title: str, refusals: Sequence[Refusal], width: int, *, with_fixes: bool) -> Iterator[Line]:
    if not refusals:
        return
    yield []
    yield [(f"  {title}", "bold")]
    for refusal in refusals:
        told = f"{_outputs([refusal.output])}{refusal.reason.rstrip('.')}."
        yield from wrapped([(f"{refusal.code} ", "bold"), (printable(told), "")], width, "  ", "    ")
        if with_fixes:
            yield from _fixes(refusal, width)


def _fixes(refusal: Refusal, width: int) -> Iterator[Line]:
    for letter, fix in zip(_LETTERS, refusal.fixes, strict=False):
        label = f"    You can {letter}  "
        for number, row in enumerate(fixes.rows(printable(fix), max(20, width - len(label)))):
            yield [(" " * len(label) if number else label, "bold"), (row, "")]
