"""Every rule there is, in the groups in which they are asked."""

from __future__ import annotations

from logitcheck.rules.base import Rule
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
from logitcheck.rules.lc201_threshold_on_logits import ThresholdOnLogits
from logitcheck.rules.lc202_auc_on_logits import AucOnLogits
from logitcheck.rules.lc203_metric_flag_disagrees import MetricFlagDisagrees
from logitcheck.rules.lc204_metric_needs_labels import MetricNeedsLabels
from logitcheck.rules.lc301_half_precision_head import HalfPrecisionHead
from logitcheck.rules.lc401_predict_returns_logits import PredictReturnsLogits
from logitcheck.rules.lc402_undetermined_output import UndeterminedOutput
from logitcheck.rules.lc403_unknown_loss import UnknownLoss
from logitcheck.rules.lc404_not_compiled import NotCompiled
from logitcheck.rules.lc405_loss_function_by_name import LossFunctionByName

STANDALONE: tuple[Rule, ...] = (StackedActivations(),)
DECISIVE: tuple[Rule, ...] = (SoftmaxOverOne(), IntegerOutput(), OneUnitCategorical())
ORDINARY: tuple[Rule, ...] = (
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
BESIDE_THE_LOSS: tuple[Rule, ...] = (
    ThresholdOnLogits(),
    AucOnLogits(),
    MetricFlagDisagrees(),
    MetricNeedsLabels(),
    HalfPrecisionHead(),
)
"""Rules about metrics and precision: asked once for each output, and without a say in its verdict."""

PREDICT, UNDETERMINED, UNKNOWN_LOSS = PredictReturnsLogits(), UndeterminedOutput(), UnknownLoss()
NOT_COMPILED, BY_NAME = NotCompiled(), LossFunctionByName()
INFORMATION: tuple[Rule, ...] = (PREDICT, UNDETERMINED, UNKNOWN_LOSS, NOT_COMPILED, BY_NAME)

ALL: tuple[Rule, ...] = tuple(
    sorted((*STANDALONE, *DECISIVE, *ORDINARY, *BESIDE_THE_LOSS, *INFORMATION), key=lambda rule: rule.code)
)
"""Every rule, in the order of their codes."""
