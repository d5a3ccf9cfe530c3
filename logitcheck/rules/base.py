"""What every rule is made of: a code, a name, a severity, a docstring that documents it, and a check of one case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from logitcheck.analyzer import JudgedLoss, OutputAnalysis
from logitcheck.analyzer.effects import BackendEffects
from logitcheck.model import SavedModel
from logitcheck.report import Finding, Severity

DOCS_URL = "https://github.com/logitcheck/logitcheck/blob/main/docs/rules.md#"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One output of a model with one of its losses, or with none."""

    model: SavedModel
    output: OutputAnalysis
    judged: JudgedLoss | None


class Rule(ABC):
    """One rule. Its docstring is its documentation: what fires it, why it matters, what to do."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]

    @property
    def docs_url(self) -> str:
        """The address of the rule's documentation."""
        return f"{DOCS_URL}{self.code.lower()}"

    @abstractmethod
    def check(self, case: Case) -> Iterable[Finding]:
        """Give what the rule has to say about the case, nothing if all is well."""

    def finding(
        self,
        case: Case,
        message: str,
        *,
        fixes: tuple[str, ...] = (),
        effect: BackendEffects | None = None,
        severity: Severity | None = None,
        subject: str | None = None,
    ) -> Finding:
        """Make a finding of this rule about the output of the case, and about its loss unless a subject is given."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            output=case.output.name,
            layer=deciding_layer(case.output),
            message=message,
            effect=effect,
            fixes=fixes,
            docs_url=self.docs_url,
            subject=_loss_of(case) if subject is None else subject,
        )


def _loss_of(case: Case) -> str:
    if case.judged is None:
        return ""
    loss = case.judged.loss
    flag = "" if loss.from_logits is None else f"(from_logits={loss.from_logits})"
    return f"{loss.label or loss.name}{flag}"


def deciding_layer(output: OutputAnalysis) -> str | None:
    """Give the layer that made the output what it is."""
    if output.value.applied is not None:
        return output.value.applied.layer
    if output.value.unknown is not None and output.value.unknown.layer:
        return output.value.unknown.layer
    deciding = (step.layer for step in reversed(output.evidence) if step.decides)
    return next(deciding, None)
