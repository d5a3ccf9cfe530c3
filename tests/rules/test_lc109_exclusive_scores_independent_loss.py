from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, layer, loss
from tests.rules.judging import BINARY, SPARSE, effect, findings, followed_by, head, judge, only

CODE = "LC109"
TWO_BEHIND = followed_by(layer("Reshape", "last", target_shape=[2]), activation="softmax", units=2)


@pytest.mark.parametrize(
    "compiled_loss",
    [BINARY, loss("BinaryCrossentropy"), loss("BinaryFocalCrossentropy")],
    ids=["string", "object", "focal"],
)
def test_a_softmax_under_a_binary_loss_is_a_warning(tmp_path: Path, compiled_loss: Any) -> None:
    report = judge(tmp_path, head("softmax", 3), compiled_loss)
    assert only(report, CODE).severity is Severity.WARNING
    assert report.outputs[0].verdict is Verdict.MISMATCH


def test_with_two_units_it_is_information(tmp_path: Path) -> None:
    report = judge(tmp_path, head("softmax", 2), BINARY)
    assert only(report, CODE).severity is Severity.INFO
    assert report.outputs[0].verdict is Verdict.OK


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("sigmoid", 3), BINARY, id="sigmoid"),
        pytest.param(head("softmax", 3), SPARSE, id="categorical"),
        pytest.param(head("softmax", 3), loss("BinaryCrossentropy", from_logits=True), id="the flag"),
        pytest.param(head("softmax", 3), "mse", id="a regression"),
        pytest.param(head("softmax", 1), BINARY, id="one unit, which is another rule's business"),
        pytest.param(head("softmax", 3), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


@pytest.mark.parametrize(
    ("model", "version", "expected", "told"),
    [
        pytest.param(head("softmax", 3), "3.15.1", effect(Effect.OTHER_FUNCTION, Effect.UNKNOWN), True, id="Keras 3"),
        pytest.param(head("softmax", 3), "2.15.0", effect(Effect.OTHER_FUNCTION, None), True, id="Keras 2"),
        pytest.param(head("softmax", 3), "2.3.1", effect(Effect.UNKNOWN, None), False, id="an old Keras 2"),
        pytest.param(
            followed_by(layer("Reshape", "last", target_shape=[3]), activation="softmax", units=3),
            "3.15.1",
            effect(Effect.UNKNOWN, Effect.UNKNOWN),
            False,
            id="behind a Reshape",
        ),
    ],
)
def test_what_tensorflow_trains_is_told(
    tmp_path: Path, model: Config, version: str, expected: object, *, told: bool
) -> None:
    finding = only(judge(tmp_path, model, BINARY, version), CODE)
    assert finding.effect == expected
    assert ("trains the values before the softmax as sigmoids" in finding.message) is told


@pytest.mark.parametrize(
    ("model", "compiled_loss", "version", "words"),
    [
        pytest.param(head("softmax", 2), BINARY, "3.15.1", " On JAX and PyTorch it is the same as", id="Keras 3"),
        pytest.param(TWO_BEHIND, BINARY, "3.15.1", " own. It is the same as", id="behind a Reshape"),
        pytest.param(head("softmax", 2), BINARY, "2.3.1", " own. It is the same as", id="an old Keras 2"),
    ],
)
def test_of_two_units_it_is_told_where_nothing_is_wrong(
    tmp_path: Path, model: Config, compiled_loss: Any, version: str, words: str
) -> None:
    message = only(judge(tmp_path, model, compiled_loss, version), CODE).message
    assert message.endswith(f"{words} categorical cross-entropy if labels are one-hot.")


@pytest.mark.parametrize(
    ("model", "compiled_loss", "version"),
    [
        pytest.param(head("softmax", 3), BINARY, "3.15.1", id="three units"),
        pytest.param(head("softmax", 2), loss("BinaryCrossentropy", label_smoothing=0.1), "3.15.1", id="smoothed"),
        pytest.param(head("softmax", 2), loss("BinaryFocalCrossentropy"), "3.15.1", id="focal"),
        pytest.param(head("softmax", 2), BINARY, "2.15.0", id="where sigmoids are trained"),
        pytest.param(head("softmax", 2), BINARY, "2.4.0", id="where sigmoids may be trained"),
    ],
)
def test_elsewhere_it_is_not_said_to_be_the_same(
    tmp_path: Path, model: Config, compiled_loss: Any, version: str
) -> None:
    assert "the same as" not in only(judge(tmp_path, model, compiled_loss, version), CODE).message


def test_the_message_names_the_layer(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("softmax", 3), BINARY), CODE).message
    assert message.startswith("Layer 'head' (Dense, 3 units, softmax) lets the units share one probability")


def test_the_fixes_ask_whether_labels_exclude_each_other(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head("softmax", 3), BINARY), CODE).fixes == (
        "Exactly one label is true: model.compile(..., loss='categorical_crossentropy')",
        "Several labels can be true: Dense(3, activation='sigmoid')",
    )
