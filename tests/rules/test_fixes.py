"""The fixes of findings, typed in: code that a fix shows is put into the model, and nothing is left to find."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from logitcheck.report import Severity
from tests.building import (
    Config,
    called,
    compiled,
    dense,
    functional,
    layer,
    loss,
    operation,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, Shape, followed_by, head, softmax

COMPILE = re.compile(r"model\.compile\(\.\.\., loss=(.+?)\)(?: \(|$)")
BEHIND = re.compile(r"behind layer '([^']+)'")
LAYER = re.compile(r"\b(Dense\([^()]*\)|Softmax\([^()]*\)|Activation\([^()]*\))")


class _Losses:
    def __getattr__(self, name: str) -> Any:
        return lambda **settings: loss(name, **settings)


LIBRARY = SimpleNamespace(losses=_Losses())
NAMES = {
    "keras": LIBRARY,
    "tf": SimpleNamespace(keras=LIBRARY),
    "tf_keras": LIBRARY,
    "Dense": lambda units, activation="linear": dense("head", units, activation),
    "Softmax": lambda axis=-1: softmax(axis, "head"),
    "Activation": lambda name: layer("Activation", "head", activation=name),
}


def typed(code: str) -> Any:
    """What the code of a fix makes, as a config."""
    return eval(code, {"__builtins__": {}}, NAMES)


def mended(model: Config, compiled_loss: Any, fix: str) -> Config:
    """The model as somebody leaves it who types in what the fix says."""
    layers = list(model["config"]["layers"])
    for code in LAYER.findall(COMPILE.sub("", fix)):
        replacement = typed(code)
        behind = BEHIND.search(fix)
        at = next(index for index, entry in enumerate(layers) if entry["name"] == (behind[1] if behind else "head"))
        if "end the model in" in fix:
            layers.append(replacement | {"name": "made"})
        elif behind is not None:
            layers.insert(at + 1, replacement | {"name": "made"})
        else:
            layers[at] = replacement
    shown = COMPILE.search(fix)
    changed = typed(shown[1]) if shown is not None else compiled_loss
    return compiled(model | {"config": model["config"] | {"layers": layers}}, changed)


SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
SHIFTED = layer("Rescaling", "shifted", scale=1.0, offset=-3.0)
SCALED = layer("Rescaling", "scaled", scale=0.5, offset=0.0)
COMPLEMENT = layer("Rescaling", "complement", scale=-1.0, offset=1.0)
CLIPPED = layer("ReLU", "clipped", max_value=0.75)
UNIT = layer("ReLU", "unit", max_value=1.0)
CASES: dict[str, tuple[Config, Any]] = {
    "LC101 softmax": (head("softmax"), SPARSE_LOGITS),
    "LC101 smoothed": (head("softmax"), loss("CategoricalCrossentropy", from_logits=True, label_smoothing=0.1)),
    "LC101 sigmoid": (head("sigmoid", 1), BINARY_LOGITS),
    "LC101 focal": (head("sigmoid", 3), loss("BinaryFocalCrossentropy", from_logits=True, gamma=3.0)),
    "LC101 sigmoid, sparse": (head("sigmoid", 3), SPARSE_LOGITS),
    "LC101 softmax, binary": (head("softmax"), BINARY_LOGITS),
    "LC101 raw loss": (head("softmax"), "softmax_cross_entropy_with_logits_v2"),
    "LC102 sparse": (head(), SPARSE),
    "LC102 categorical": (head(), loss("CategoricalCrossentropy", label_smoothing=0.1)),
    "LC102 binary": (head(units=1), BINARY),
    "LC102 by shape": (head(), "ce"),
    "LC102 by shape, one unit": (head(units=1), "crossentropy"),
    "LC102 shifted": (followed_by(SHIFTED, units=1), BINARY),
    "LC102 scaled": (followed_by(SCALED), SPARSE),
    "LC102 shifted and dropped": (followed_by(SHIFTED, layer("Dropout", "drop", rate=0.5)), SPARSE),
    "LC102 gated": (head("glu", 8), SPARSE),
    "LC102 regrouped": (followed_by(layer("Reshape", "grouped", target_shape=[2, 5])), SPARSE),
    "LC101 cut, sigmoid": (followed_by(CLIPPED, activation="sigmoid", units=1), BINARY_LOGITS),
    "LC101 cut, relu": (followed_by(UNIT, activation="relu", units=1), BINARY_LOGITS),
    "LC101 complement": (followed_by(COMPLEMENT, activation="sigmoid", units=1), BINARY_LOGITS),
    "LC101 complement, sparse": (followed_by(COMPLEMENT, activation="sigmoid", units=3), SPARSE_LOGITS),
    "LC112 complement": (followed_by(COMPLEMENT, activation="sigmoid", units=1), "hinge"),
    "LC111 shifted": (followed_by(SHIFTED), "kl_divergence"),
    "LC103 sparse": (head("log_softmax"), SPARSE),
    "LC103 binary": (head("log_sigmoid", 1), BINARY),
    "LC104 relu": (head("relu"), SPARSE),
    "LC104 tanh": (head("tanh", 1), BINARY),
    "LC104 tanh as logits": (head("tanh", 1), BINARY_LOGITS),
    "LC105 binary": (head("softmax", 1), BINARY),
    "LC105 not compiled": (head("softmax", 1), None),
    "LC106 logits": (head(units=1), SPARSE),
    "LC106 flag": (head(units=1), SPARSE_LOGITS),
    "LC106 sigmoid": (head("sigmoid", 1), CATEGORICAL),
    "LC106 relu": (head("relu", 1), CATEGORICAL),
    "LC108": (head("sigmoid", 3), CATEGORICAL),
    "LC109": (head("softmax", 3), BINARY),
    "LC111 divergence": (head(), "kl_divergence"),
    "LC111 dice": (head(), loss("Dice")),
    "LC111 Poisson": (head(), "poisson"),
    "LC112 sigmoid": (head("sigmoid", 1), "hinge"),
    "LC112 softmax": (head("softmax"), "categorical_hinge"),
}
VERSIONS = {"3.15.1": "keras.losses", "2.15.0": "tf.keras.losses", "2.21.0": "tf_keras.losses", "2.3.1": "keras.losses"}


ONLY_KERAS_3 = {"LC102 by shape", "LC102 by shape, one unit", "LC111 dice"}


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, version) for name in CASES for version in VERSIONS if version == "3.15.1" or name not in ONLY_KERAS_3],
)
def test_what_a_fix_shows_leaves_nothing_to_find(tmp_path: Path, name: str, version: str) -> None:
    model, compiled_loss = CASES[name]
    (finding,) = report_on(tmp_path, compiled(model, compiled_loss), version).findings[:1]
    assert finding.code == name.split(maxsplit=1)[0]
    assert finding.fixes
    for fix in finding.fixes:
        assert COMPILE.search(fix) or LAYER.search(fix)
        left = report_on(tmp_path, mended(model, compiled_loss, fix), version).findings
        assert [found.code for found in left if found.severity is not Severity.INFO] == []


def test_without_its_activation_a_head_with_a_clip_behind_would_not_put_out_logits(tmp_path: Path) -> None:
    layers = [
        source(),
        called(dense("head", 1, "sigmoid"), tensor("x", (None, 4))),
        called(operation("Clip", "clip", x_min=1e-7, x_max=1 - 1e-7), tensor("head", (None, 1))),
    ]
    model = functional(layers, [["clip", 0, 0]])
    (finding,) = report_on(tmp_path, compiled(model, BINARY_LOGITS)).findings
    assert finding.fixes[1] == "Drop the activation, keep the loss: end the model in Dense(1)"


def test_a_gated_activation_halves_the_units_and_is_kept(tmp_path: Path) -> None:
    (finding,) = report_on(tmp_path, compiled(head("glu", 8), SPARSE)).findings
    assert finding.fixes[0] == "Add the activation, keep the loss: Activation('softmax') behind layer 'head'"


@pytest.mark.parametrize(("version", "module"), VERSIONS.items())
def test_losses_are_spelt_as_the_version_of_the_file_has_them(tmp_path: Path, version: str, module: str) -> None:
    (finding,) = report_on(tmp_path, compiled(head("softmax"), SPARSE_LOGITS), version).findings
    assert f"loss={module}.SparseCategoricalCrossentropy())" in finding.fixes[0]


@pytest.mark.parametrize("version", ["2.2.4", "2.1.6", "1.2.2"])
def test_keras_without_the_flag_is_given_no_fix_that_needs_it(tmp_path: Path, version: str) -> None:
    for compiled_loss in (SPARSE, CATEGORICAL):
        (finding,) = report_on(tmp_path, compiled(head(), compiled_loss), version).findings
        assert finding.fixes == ("Add the activation, keep the loss: Dense(10, activation='softmax')",)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        pytest.param(followed_by(softmax(1, "other"), shape=(None, 7, 4), units=5), (None, 7, 4), id="sequence"),
    ],
)
def test_a_softmax_over_another_axis_can_be_normalised_over_the_right_one(
    tmp_path: Path, model: Config, shape: Shape
) -> None:
    fixes = report_on(tmp_path, compiled(model, CATEGORICAL)).findings[0].fixes
    (code,) = LAYER.findall(fixes[0])
    repaired = sequential(dense("head", 5), typed(code), shape=shape)
    assert report_on(tmp_path, compiled(repaired, CATEGORICAL)).findings == ()
