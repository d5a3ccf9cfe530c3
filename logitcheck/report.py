"""The report: what every reporter reads and what `logitcheck.inspect` returns. The JSON report has this very shape."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from logitcheck.analyzer.effects import BackendEffects
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.errors import InputError
from logitcheck.model import ContainerFormat, Export

_WIDTH = 100
"""Columns of a report that is printed."""

WHY_UNDETERMINED = ("LC402", "LC403")
"""Codes of the rules that say why a model is undetermined."""


class Severity(Enum):
    """How bad a finding is, from worst to mildest."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def at_least(self, other: Severity) -> bool:
        """Whether this severity is as bad as `other`, or worse."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


class Verdict(Enum):
    """Whether an output fits its loss.

    OK: proved to fit. MISMATCH: proved not to. UNDETERMINED: read, but the file does not prove either.
    NOT_APPLICABLE: there is no loss to compare with, or it takes any number.
    """

    MISMATCH = "mismatch"
    UNDETERMINED = "undetermined"
    OK = "ok"
    NOT_APPLICABLE = "not_applicable"


class Outcome(Enum):
    """The worst verdict of a model's outputs, or that it could not be read."""

    MISMATCH = "mismatch"
    UNDETERMINED = "undetermined"
    OK = "ok"
    NOT_APPLICABLE = "not_applicable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True, slots=True)
class LossReport:
    """The loss of one output.

    from_logits: as compiled, None where the loss has no such parameter. expects: what it takes.
    family, label: how it reads an output, and its name as the file has it; is_declared: whether settings tell what it
      takes; not part of the JSON report.
    """

    name: str
    from_logits: bool | None
    expects: Expects
    family: Family
    label: str
    is_declared: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceStep:
    """One layer that decided an output, and what it did to the values."""

    layer: str
    class_name: str
    effect: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What was seen of an output when its model ran: evidence, and no proof.

    kind, axis: what it seems to be. low, high: the smallest and the largest number seen, None if none was finite.
    samples: how many inputs it was seen on. verdict: whether what it seems to be fits its loss.
    """

    kind: Kind
    axis: int | None
    low: float | None
    high: float | None
    samples: int
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class NotObserved:
    """Why nothing was seen of an output although that was asked for: as of an `InputError`, with codes of its own."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputReport:
    """One output: what it is, what its loss expects, whether they fit.

    axis: negative, along which the output is a distribution. low, high: bounds of each element, infinite ones None.
    classes: size of the class axis, if known. observed: what was seen where the file does not decide, if asked for.
    """

    name: str | None
    kind: Kind
    axis: int | None
    low: float | None
    high: float | None
    classes: int | None
    loss: LossReport | None
    verdict: Verdict
    evidence: tuple[EvidenceStep, ...]
    observed: Observation | NotObserved | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing a rule has to say about a model.

    subject: what of the compile settings it is about (a loss, metrics), as the file has it; not in the JSON report.
    """

    code: str
    name: str
    severity: Severity
    output: str | None
    layer: str | None
    message: str
    effect: BackendEffects | None
    fixes: tuple[str, ...]
    docs_url: str
    subject: str = ""


class SkippedBy(Enum):
    """Which setting keeps a finding quiet; the values are the names of the settings."""

    IGNORE = "ignore"
    PER_FILE_IGNORES = "per-file-ignores"
    BASELINE = "baseline"


@dataclass(frozen=True, kw_only=True, slots=True)
class SkippedFinding:
    """A finding that settings keep quiet: it counts for nothing, but it is not forgotten.

    reason: why, in the words of whoever wrote the setting; None where they gave none.
    """

    finding: Finding
    by: SkippedBy
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelReport:
    """Everything said about one input.

    exported: set for a graph for serving that holds nothing of Keras; not part of the JSON report.
    own_class: whether the layers are those of a class that is none of Keras, whose code may do otherwise.
    in_memory: whether a live model was inspected and no file; not part of the JSON report. `path` is then its name, as
      in `<model sequential>`, and `format` the one that `model.save(...)` would write.
    skipped: what settings keep quiet; settings decide what is told, never what a model is, so that the outcome stays.
    declarations_used: the entries of settings that tell what code of the user's own does, so far as the report rests on
      them, each with its table and as it is written there: `layers.pkg>MySoftmax`; not part of the JSON report.
    """

    path: str
    format: ContainerFormat | None
    keras_version: str | None
    backend: str | None
    model_class: str | None
    compiled: bool
    outcome: Outcome
    outputs: tuple[OutputReport, ...]
    findings: tuple[Finding, ...]
    error: InputError | None
    exported: Export | None = None
    skipped: tuple[SkippedFinding, ...] = ()
    declarations_used: tuple[str, ...] = ()
    own_class: bool = False
    in_memory: bool = False

    @property
    def observed(self) -> Verdict | None:
        """What was seen of the outputs that are undetermined comes to; None if nobody looked.

        The worst of them, MISMATCH before UNDETERMINED, which also stands for an output that could not be looked at.
        """
        asked = [output.observed for output in self.outputs if output.observed is not None]
        seen = {each.verdict if isinstance(each, Observation) else Verdict.UNDETERMINED for each in asked}
        return next((verdict for verdict in Verdict if verdict in seen), None)

    @property
    def ok(self) -> bool:
        """Whether nothing worse than information was found in a model that could be read."""
        return self.outcome is not Outcome.UNREADABLE and not self.has_at_least(Severity.WARNING)

    def has_at_least(self, severity: Severity) -> bool:
        """Whether any finding is as bad as `severity`."""
        return any(finding.severity.at_least(severity) for finding in self.findings)

    def __str__(self) -> str:
        return str(Report(models=(self,)))

    def _repr_html_(self) -> str:
        return Report(models=(self,))._repr_html_()


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything said about the inputs of one run, in the order they were given."""

    models: tuple[ModelReport, ...]

    def count(self, outcome: Outcome) -> int:
        """Count the models with this outcome."""
        return sum(model.outcome is outcome for model in self.models)

    def findings(self, severity: Severity) -> int:
        """Count the findings of this severity."""
        return sum(finding.severity is severity for model in self.models for finding in model.findings)

    def __str__(self) -> str:
        """Write the report as `logitcheck inspect` does."""
        from logitcheck.reporter import text_report
        from logitcheck.reporter.wrapping import plain

        return "\n".join(plain(text_report.lines(self, _WIDTH))).rstrip()

    def _repr_html_(self) -> str:
        """Write the report for a notebook. It and print() ask the object itself: the one way back from a reporter."""
        from logitcheck.reporter import html_report

        return html_report.render(self)
