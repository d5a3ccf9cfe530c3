"""The report of a probe: what the file says of each output, what was seen of it, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from logitcheck.probing.agreement import Agreement
from logitcheck.probing.errors import ProbeError
from logitcheck.probing.kinds import Observed
from logitcheck.probing.observations import Observations, OutputSeen
from logitcheck.report import ModelReport, OutputReport, Verdict


class ProbeOutcome(Enum):
    """What a probe came to; the values are part of the JSON report.

    DISAGREEMENT: what was seen cannot be if what the file is said to prove is right: a bug of logitcheck.
    NO_NUMBERS: an output is nothing but NaN or infinity, and the file proves no mismatch.
    The others are the worst verdict of the outputs. FAILED: the model could not be run.
    """

    DISAGREEMENT = "disagreement"
    MISMATCH = "mismatch"
    NO_NUMBERS = "no_numbers"
    UNDETERMINED = "undetermined"
    OK = "ok"
    NOT_APPLICABLE = "not_applicable"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputProbe:
    """One output of a model that ran.

    claim: what the file says of it; None where it tells of no such output. verdict: whether it fits its loss: by the
    file where that proves it, else by what was seen (`by_observation`). conclusions: sentences on the numbers of its
    loss.
    """

    claim: OutputReport | None
    seen: OutputSeen
    observed: Observed
    agreement: Agreement
    contradictions: tuple[str, ...]
    verdict: Verdict
    by_observation: bool
    conclusions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeReport:
    """Everything said of one model that was to be run.

    model: the report on the file. observations: None where `error` says why there are none.
    """

    model: ModelReport
    observations: Observations | None
    outputs: tuple[OutputProbe, ...]
    outcome: ProbeOutcome
    error: ProbeError | None
    contradictions: tuple[str, ...] = ()
