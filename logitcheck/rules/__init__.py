"""Meaning to findings: every rule, and the verdict that follows for each output."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analyzer import JudgedLoss, OutputAnalysis
from logitcheck.analyzer.losses import Expects, Family, fits
from logitcheck.analyzer.values import Kind
from logitcheck.model import SavedModel
from logitcheck.report import Finding, Severity, Verdict
from logitcheck.rules.base import Case, Rule
from logitcheck.rules.lc101_probabilities_as_logits import ProbabilitiesAsLogits
from logitcheck.rules.lc102_logits_as_probabilities import LogitsAsProbabilities
from logitcheck.rules.lc103_log_probabilities_as_probabilities import LogProbabilitiesAsProbabilities
from logitcheck.rules.lc104_output_out_of_range import OutputOutOfRange
from logitcheck.rules.lc105_softmax_over_one import SoftmaxOverOne
from logitcheck.rules.lc106_one_unit_categorical import OneUnitCategorical
from logitcheck.rules.lc107_softmax_wrong_axis import SoftmaxWrongAxis
from logitcheck.rules.lc108_independent_scores_exclusive_loss import IndependentScoresExclusiveLoss
from logitcheck.rules.lc109_exclusive_scores_independent_loss import ExclusiveScoresIndependentLoss
from logitcheck.rules.lc110_stacked_activations import StackedActivations
from logitcheck.rules.lc111_distribution_loss_on_logits import DistributionLossOnLogits
from logitcheck.rules.lc112_margin_loss_on_probabilities import MarginLossOnProbabilities
from logitcheck.rules.lc113_integer_output import IntegerOutput
from logitcheck.rules.lc401_predict_returns_logits import PredictReturnsLogits
from logitcheck.rules.lc402_undetermined_output import UndeterminedOutput
from logitcheck.rules.lc403_unknown_loss import UnknownLoss
from logitcheck.rules.lc404_not_compiled import NotCompiled
from logitcheck.rules.lc405_loss_function_by_name import LossFunctionByName

__all__ = ["ALL", "judge"]

_STANDALONE: tuple[Rule, ...] = (StackedActivations(),)
_DECISIVE: tuple[Rule, ...] = (SoftmaxOverOne(), IntegerOutput(), OneUnitCategorical())
_ORDINARY: tuple[Rule, ...] = (
    ProbabilitiesAsLogits(),
    LogitsAsProbabilities(),
    LogProbabilitiesAsProbabilities(),
    OutputOutOfRange(),
    SoftmaxWrongAxis(),
    IndependentScoresExclusiveLoss(),
    ExclusiveScoresIndependentLoss(),
    DistributionLossOnLogits(),
    MarginLossOnProbabilities(),
)
_PREDICT, _UNDETERMINED, _UNKNOWN_LOSS = PredictReturnsLogits(), UndeterminedOutput(), UnknownLoss()
_NOT_COMPILED, _BY_NAME = NotCompiled(), LossFunctionByName()
_INFORMATION: tuple[Rule, ...] = (_PREDICT, _UNDETERMINED, _UNKNOWN_LOSS, _NOT_COMPILED, _BY_NAME)

ALL: tuple[Rule, ...] = tuple(sorted((*_STANDALONE, *_DECISIVE, *_ORDINARY, *_INFORMATION), key=lambda rule: rule.code))
"""Every rule, in the order of their codes."""


def judge(model: SavedModel, output: OutputAnalysis) -> tuple[Verdict, JudgedLoss | None, tuple[Finding, ...]]:
    """Judge one output with all its losses: the worst verdict, the loss that it comes from, and the findings."""
    findings: dict[tuple[str, str], Finding] = {}
    worst: tuple[Verdict, JudgedLoss | None] | None = None
    for judged in output.losses or (None,):
        case = Case(model=model, output=output, judged=judged)
        found = tuple(_found(case))
        verdict = _verdict(case, found)
        found = (*found, *_information(case, verdict))
        findings.update({(finding.code, finding.message): finding for finding in found})
        if worst is None or _badness(verdict) < _badness(worst[0]):
            worst = verdict, judged
    assert worst is not None
    return *worst, tuple(findings.values())


def _badness(verdict: Verdict) -> int:
    return list(Verdict).index(verdict)


def _found(case: Case) -> Iterator[Finding]:
    """Give the findings about the output: a decisive one silences the ordinary ones, stacking adds to any."""
    for rule in _STANDALONE:
        yield from rule.check(case)
    for rule in _DECISIVE:
        decisive = tuple(rule.check(case))
        if decisive:
            yield from decisive
            return
    if case.judged is None or (_fits(case) and not _shares_one_probability(case)):
        return
    for rule in _ORDINARY:
        yield from rule.check(case)


def _fits(case: Case) -> bool:
    """Whether the output is proved to be what the loss expects: then no ordinary rule has anything to say."""
    judged = case.judged
    if judged is None:
        return False
    matches = judged.axis is not None and judged.axis == case.output.value.axis
    return fits(case.output.value, judged.expectation, axis_matches=matches)


def _shares_one_probability(case: Case) -> bool:
    """Whether the output fits, being in [0, 1], but is a distribution where each unit should stand alone (LC109)."""
    return case.output.kind is Kind.PROBABILITIES


def _verdict(case: Case, findings: tuple[Finding, ...]) -> Verdict:
    if any(finding.severity is not Severity.INFO for finding in findings):
        return Verdict.MISMATCH
    judged = case.judged
    if judged is None or (judged.expectation.family is Family.OTHER and judged.expectation.expects is Expects.ANY):
        return Verdict.NOT_APPLICABLE
    return Verdict.OK if _fits(case) else Verdict.UNDETERMINED


def _information(case: Case, verdict: Verdict) -> Iterator[Finding]:
    match verdict:
        case Verdict.OK:
            yield from _PREDICT.check(case)
        case Verdict.UNDETERMINED:
            yield from _UNKNOWN_LOSS.check(case)
            yield from _UNDETERMINED.check(case)
        case Verdict.NOT_APPLICABLE:
            yield from _NOT_COMPILED.check(case)
        case Verdict.MISMATCH:
            pass
    yield from _BY_NAME.check(case)
