"""The baseline: findings that are known and stay quiet, in a file that a repository keeps.

A finding is known by the path of its model and its fingerprint: training again changes neither, another loss does. The
file shrinks as findings go; it grows only when it is written on purpose.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

    def without_gone(self, models: Sequence[ModelReport]) -> Baseline:
        """Give the baseline without the findings that these models, as `applied` left them, do not have any more.

        A model that could not be read keeps its entries, and so does one that was not looked at and is still there.
        """
        seen = {self.place_of(model): model for model in models if model.outcome is not Outcome.UNREADABLE}
        kept = tuple(entry for entry in self.entries if self._may_stay(entry, seen))
        return replace(self, entries=kept)

    def _may_stay(self, entry: Entry, seen: Mapping[str, ModelReport]) -> bool:
        model = seen.get(entry.path)
        if model is None:
            return (self.source.parent / entry.path).exists()
        every = (*model.findings, *(skipped.finding for skipped in model.skipped))
        return any(fingerprint.of(model, finding) == entry.fingerprint for finding in every)

    def place_of(self, model: ModelReport) -> str:
        """Give the path of a model relative to the folder of the baseline, with forward slashes."""
        below = os.path.relpath(os.path.abspath(model.path), self.source.parent.absolute())  # noqa: PTH100  no links
        return below.replace(os.sep, "/")


def read(source: Path) -> Baseline:
    """Read a baseline.

    Raises SettingsError for a file that is none.
    """
    try:
        with source.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        hint = "`--write-baseline` makes one."
        raise SettingsError(f"{source}: the baseline cannot be read: {error.strerror}. {hint}") from error
    if len(raw) > _LARGEST:
        raise SettingsError(f"{source}: the file is larger than {_LARGEST:,} bytes, which no baseline is.")
    try:
        document = json.loads(raw)
        version, entries = document["schema_version"], tuple(_entry(stored) for stored in document["findings"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SettingsError(f"{source}: the file is no baseline of logitcheck: write it again.") from error
    if version != _VERSION:
        raise SettingsError(f"{source}: the baseline is of version {version}, not {_VERSION}: write it again.")
    return Baseline(source, entries)


def _entry(stored: Mapping[str, object]) -> Entry:
    entry = Entry(**stored)  # type: ignore[arg-type]  # checked in the next lines
    if not all(isinstance(text, str) for text in (entry.path, entry.code, entry.fingerprint)):
        raise TypeError
    if not all(text is None or isinstance(text, str) for text in (entry.output, entry.reason)):
        raise TypeError
    return entry


def of(source: Path, models: Iterable[ModelReport], before: Baseline | None) -> Baseline:
    """Make the baseline that knows every finding of these models; what was known keeps its reason."""
    made = Baseline(source, ())
    reasons = {(entry.path, entry.fingerprint): entry.reason for entry in before.entries} if before else {}
    entries = {(entry.path, entry.fingerprint): entry for model in models for entry in _entries(made, model)}
    return replace(made, entries=tuple(replace(entry, reason=reasons.get(key)) for key, entry in entries.items()))


def _entries(baseline: Baseline, model: ModelReport) -> Iterator[Entry]:
    known = [skipped.finding for skipped in model.skipped if skipped.by is SkippedBy.BASELINE]
    for finding in (*model.findings, *known):
        yield Entry(
            path=baseline.place_of(model),
            code=finding.code,
            output=finding.output,
            fingerprint=fingerprint.of(model, finding),
        )


def render(baseline: Baseline) -> str:
    """Write a baseline, a finding a line, so that version control shows which came and went."""
    entries = sorted(baseline.entries, key=lambda entry: (entry.path, entry.code, entry.fingerprint))
    lines = ",\n".join(f"    {json.dumps(_stored(entry), ensure_ascii=True)}" for entry in entries)
    return f'{{\n  "schema_version": {_VERSION},\n  "findings": [\n{lines}\n  ]\n}}\n'


def _stored(entry: Entry) -> dict[str, str | None]:
    stored = {"path": entry.path, "code": entry.code, "output": entry.output, "fingerprint": entry.fingerprint}
    return stored if entry.reason is None else {**stored, "reason": entry.reason}
