"""The baseline: findings that are known and stay quiet, in a file that a repository keeps.

A finding is known by the path of its model and its fingerprint: training again changes neither, another loss does. The
file shrinks as findings go; it grows only when it is written on purpose.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from logitcheck import fingerprint
from logitcheck.errors import SettingsError
from logitcheck.report import Finding, ModelReport, Outcome, SkippedBy, SkippedFinding

USUAL_NAME = "logitcheck-baseline.json"

_VERSION = 1
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One known finding.

    path: of the model, relative to the folder of the baseline. code, output: for whoever reads the file.
    reason: why it may stay, if somebody wrote that into the file.
    """

    path: str
    code: str
    output: str | None
    fingerprint: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What a run looked at, so that what is gone can be told from what nobody looked for.

    models: as `Baseline.applied` left them. asks: whether the rule with a code was asked of a model. folders: those
    that were searched.
    """

    models: Sequence[ModelReport]
    asks: Callable[[ModelReport, str], bool]
    folders: Sequence[str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings of a file."""

    source: Path
    entries: tuple[Entry, ...]

    def applied(self, model: ModelReport) -> ModelReport:
        """Give the report without the findings that are known; they are kept as skipped."""
        known = {entry.fingerprint: entry for entry in self.entries if entry.path == self.place_of(model)}
        if not known or not model.findings:
            return model
        told: list[Finding] = []
        skipped: list[SkippedFinding] = []
        for finding in model.findings:
            entry = known.get(fingerprint.of(model, finding))
            if entry is None:
                told.append(finding)
            else:
                skipped.append(SkippedFinding(finding=finding, by=SkippedBy.BASELINE, reason=entry.reason))
        return replace(model, findings=tuple(told), skipped=(*model.skipped, *skipped))

    def without_gone(self, looked: Looked) -> Baseline:
        """Give the baseline without the findings that a run looked for and did not find any more.

        What could not be read keeps its entries, and so does what was not looked at, or not asked about.
        """
        seen = {self.place_of(model): model for model in looked.models}
        kept = tuple(entry for entry in self.entries if self._may_stay(entry, seen.get(entry.path), looked))
        return replace(self, entries=kept)

    def _may_stay(self, entry: Entry, model: ModelReport | None, looked: Looked) -> bool:
        if model is None:
            return not (self._was_searched(entry, looked.folders) and _is_gone(self.source.parent / entry.path))
        if model.outcome is Outcome.UNREADABLE or not looked.asks(model, entry.code):
            return True
        every = (*model.findings, *(skipped.finding for skipped in model.skipped))
        return any(fingerprint.of(model, finding) == entry.fingerprint for finding in every)

    def _was_searched(self, entry: Entry, folders: Sequence[str]) -> bool:
        place = self.source.parent.absolute() / entry.path
        return any(place.is_relative_to(os.path.abspath(folder)) for folder in folders)  # noqa: PTH100  no links

    def place_of(self, model: ModelReport) -> str:
        """Give the path of a model relative to the folder of the baseline, with forward slashes."""
        below = os.path.relpath(os.path.abspath(model.path), self.source.parent.absolute())  # noqa: PTH100  no links
        return below.replace(os.sep, "/")


def read(source: Path) -> Baseline:
    """Read a baseline.

    Raises SettingsError for a file that is none.
    """
    try:
        if not stat.S_ISREG(source.stat().st_mode):
            raise SettingsError(f"{source}: the baseline is no file.")
        raw = source.read_bytes()
    except OSError as error:
        hint = "`--write-baseline` makes one."
        raise SettingsError(f"{source}: the baseline cannot be read: {error.strerror}. {hint}") from error
    if len(raw) > _LARGEST:
        raise SettingsError(f"{source}: the file is larger than {_LARGEST:,} bytes, which no baseline is.")
    try:
        document = json.loads(raw)
        version, entries = document["schema_version"], tuple(_entry(stored) for stored in document["findings"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SettingsError(f"{source}{_why_none(raw)}") from error
    if version != _VERSION:
        raise SettingsError(f"{source}: the baseline is of version {version}, not {_VERSION}: write it again.")
    return Baseline(source, entries)


def _why_none(raw: bytes) -> str:
    """Say where version control left a conflict, or that the file is no baseline at all."""
    marked = next((number for number, line in enumerate(raw.splitlines(), 1) if line.startswith(b"<<<<<<<")), None)
    if marked is not None:
        return (
            f":{marked}: there is a merge conflict: keep the lines of both sides, with a comma after all but the last."
        )
    return ": the file is no baseline of logitcheck: delete it and write it again."


def _entry(stored: Mapping[str, object]) -> Entry:
    entry = Entry(**stored)  # type: ignore[arg-type]  # checked in the next lines
    if not all(isinstance(text, str) for text in (entry.path, entry.code, entry.fingerprint)):
        raise TypeError
    if not all(text is None or isinstance(text, str) for text in (entry.output, entry.reason)):
        raise TypeError
    return entry


def grown(before: Baseline, looked: Looked) -> Baseline:
    """Give the baseline that knows every finding of a run; what it knew and nobody looked for, it still knows."""
    known = {(entry.path, entry.fingerprint): entry for entry in before.without_gone(looked).entries}
    for model in looked.models:
        for entry in _entries(before, model):
            known.setdefault((entry.path, entry.fingerprint), entry)
    return replace(before, entries=tuple(known.values()))


def _is_gone(path: Path) -> bool:
    """Whether there is nothing at a path; where that cannot be told, there may be something."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _entries(baseline: Baseline, model: ModelReport) -> Iterator[Entry]:
    for finding in model.findings:
        yield Entry(
            path=baseline.place_of(model),
            code=finding.code,
            output=finding.output,
            fingerprint=fingerprint.of(model, finding),
        )


def render(baseline: Baseline) -> str:
    """Write a baseline, a finding a line, so that version control shows which came and went."""
    entries = sorted(baseline.entries, key=lambda entry: (entry.path, entry.code, entry.fingerprint))
    lines = ",\n".join(f"    {_written(entry)}" for entry in entries)
    return f'{{\n  "schema_version": {_VERSION},\n  "findings": [\n{lines}\n  ]\n}}\n'


def _written(entry: Entry) -> str:
    """Write an entry as text that people read and add reasons to; half a surrogate pair only with an escape."""
    text = json.dumps(_stored(entry), ensure_ascii=False)
    return text if text.isprintable() else json.dumps(_stored(entry))


def _stored(entry: Entry) -> dict[str, str | None]:
    stored = {"path": entry.path, "code": entry.code, "output": entry.output, "fingerprint": entry.fingerprint}
    return stored if entry.reason is None else {**stored, "reason": entry.reason}
