from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, custom, layer, loss, sequential
from tests.rules.judging import effect, findings, followed_by, head, judge, masked, only, softmax

CODE = "LC111"
GENERALIZED = loss("CategoricalGeneralizedCrossEntropy", q=0.5)


@pytest.mark.parametrize(
    ("model", "compiled_loss", "severity"),
    [
        pytest.param(head(), "kl_divergence", Severity.ERROR, id="divergence of logits"),
        pytest.param(head("tanh"), "kl_divergence", Severity.ERROR, id="divergence of tanh"),
        pytest.param(head("relu"), "kl_divergence", Severity.WARNING, id="divergence of relu"),
        pytest.param(head("sigmoid"), "kl_divergence", Severity.WARNING, id="divergence of scores"),
        pytest.param(head(), GENERALIZED, Severity.ERROR, id="generalised cross-entropy of logits"),
        pytest.param(head(), "dice", Severity.ERROR, id="Dice of logits"),
        pytest.param(head("relu"), "tversky", Severity.WARNING, id="Tversky of relu"),
        pytest.param(head(units=1), "poisson", Severity.ERROR, id="Poisson of logits"),
        pytest.param(head("elu", 1), "poisson", Severity.ERROR, id="Poisson of elu"),
        pytest.param(head("log_softmax"), "kl_divergence", Severity.ERROR, id="divergence of log-probabilities"),
    ],
)
def test_negative_values_are_an_error_and_large_ones_a_warning(
    tmp_path: Path, model: Config, compiled_loss: Any, severity: Severity
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    assert only(report, CODE).severity is severity
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss", "verdict"),
    [
        pytest.param(head("softmax"), "kl_divergence", Verdict.OK, id="divergence of softmax"),
        pytest.param(head("softmax"), GENERALIZED, Verdict.OK, id="generalised cross-entropy of softmax"),
        pytest.param(head("sigmoid"), "dice", Verdict.OK, id="Dice of scores"),
        pytest.param(head("softmax"), "tversky", Verdict.OK, id="Tversky of softmax"),
        pytest.param(head("relu", 1), "poisson", Verdict.OK, id="Poisson of relu"),
        pytest.param(head("softplus", 1), "poisson", Verdict.OK, id="Poisson of softplus"),
        pytest.param(head("exponential", 1), "poisson", Verdict.OK, id="Poisson of exp"),
        pytest.param(sequential(custom("Mine", "mine")), "kl_divergence", Verdict.UNDETERMINED, id="unknown"),
        pytest.param(
            followed_by(layer("GlobalMaxPooling1D", "pool"), activation="softmax", shape=(None, 7, 4)),
            "kl_divergence",
            Verdict.UNDETERMINED,
            id="divergence of a maximum of distributions",
        ),
        pytest.param(
            followed_by(softmax(axis=[1, 2])), "kl_divergence", Verdict.UNDETERMINED, id="divergence of a joint softmax"
        ),
        pytest.param(masked(), "kl_divergence", Verdict.UNDETERMINED, id="divergence of a masked softmax"),
        pytest.param(head(), "mse", Verdict.NOT_APPLICABLE, id="a regression"),
        pytest.param(head(), None, Verdict.NOT_APPLICABLE, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any, verdict: Verdict) -> None:
    report = judge(tmp_path, model, compiled_loss)
    assert findings(report, CODE) == []
    assert report.outputs[0].verdict is verdict


@pytest.mark.parametrize(
    ("compiled_loss", "expected", "needs", "activation"),
    [
        ("kl_divergence", Effect.CLIPPED, "a distribution", "softmax"),
        (GENERALIZED, Effect.NAN, "a distribution", "softmax"),
        ("dice", Effect.UNKNOWN, "probabilities in [0, 1]", "sigmoid"),
        ("tversky", Effect.UNKNOWN, "probabilities in [0, 1]", "sigmoid"),
        ("poisson", Effect.NAN, "rates that are never negative", "softplus"),
    ],
    ids=["divergence", "generalised", "Dice", "Tversky", "Poisson"],
)
def test_what_is_needed_and_what_becomes_of_it(
    tmp_path: Path, compiled_loss: Any, expected: Effect, needs: str, activation: str
) -> None:
    finding = only(judge(tmp_path, head(), compiled_loss), CODE)
    assert finding.effect == effect(expected, expected)
    assert needs in finding.message
    assert "has no from_logits" in finding.message
    assert finding.fixes == (f"Add the activation: Dense(10, activation='{activation}')",)
