"""What settings say of layers: which of them it is taken for, in every format, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck.declarations import Declarations, DeclaredInput, DeclaredOutput
from logitcheck.report import ModelReport, Outcome
from tests import traced
from tests.building import (
    Config,
    called,
    compiled,
    custom,
    dense,
    function,
    functional,
    layer,
    operation,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.loader import older
from tests.loader.older import write_hdf5
from tests.rules.judging import SPARSE, followed_by, head, judge

LOGITS, PROBABILITIES = DeclaredOutput.LOGITS, DeclaredOutput.PROBABILITIES
SHAPE = (None, 3)
MINE = followed_by(custom("Mine", "mine"), units=3)
UNREGISTERED = layer("Mine", "mine") | {"module": "their.layers", "registered_name": "Mine"}


def said(**layers: DeclaredOutput) -> Declarations:
    return Declarations(layers=layers)


def kinds(report: ModelReport) -> list[str]:
    assert report.error is None, report.error
    return [output.kind.value for output in report.outputs]


def on_layers(folder: Path, model: Config, layers: dict[str, DeclaredOutput], loss: Any = SPARSE) -> ModelReport:
    """What is said of a compiled model if settings speak of its layers."""
    return judge(folder, model, loss, declarations=Declarations(layers=layers))


class TestKeysOfLayers:
    @pytest.mark.parametrize("key", ["mine>Mine", "Mine", "mine>Mine:mine", "Mine:mine"])
    def test_each_of_them_means_the_layer(self, tmp_path: Path, key: str) -> None:
        report = on_layers(tmp_path, MINE, {key: PROBABILITIES})
        assert (kinds(report), report.outcome) == (["probabilities"], Outcome.OK)
        assert report.declarations_used == (f"layers.{key}",)

    @pytest.mark.parametrize(
        "key", ["mine", "other>Mine", "mine>", "mine>mine", "Mine:other", "Mine:", "mine>Mine ", "MINE", "layers.Mine"]
    )
    def test_others_do_not(self, tmp_path: Path, key: str) -> None:
        report = on_layers(tmp_path, MINE, {key: PROBABILITIES})
        assert (kinds(report), report.outcome) == (["unknown"], Outcome.UNDETERMINED)
        assert report.declarations_used == ()

    @pytest.mark.parametrize(
        ("exact", "other"),
        [
            ("mine>Mine", "Mine"),
            ("Mine:mine", "mine>Mine"),
            ("mine>Mine:mine", "Mine:mine"),
            ("Mine:mine", "Mine"),
        ],
    )
    @pytest.mark.parametrize("is_first", [True, False])
    def test_the_more_exact_one_wins(self, tmp_path: Path, exact: str, other: str, is_first: bool) -> None:
        keys = {exact: LOGITS, other: PROBABILITIES} if is_first else {other: PROBABILITIES, exact: LOGITS}
        report = on_layers(tmp_path, MINE, keys)
        assert (kinds(report), report.declarations_used) == (["logits"], (f"layers.{exact}",))

    @pytest.mark.parametrize("stored", [custom("Mine", "mine"), UNREGISTERED], ids=["registered", "not registered"])
    def test_a_class_without_a_package_has_only_its_name(self, tmp_path: Path, stored: Config) -> None:
        assert kinds(on_layers(tmp_path, followed_by(stored), {"Mine": LOGITS})) == ["logits"]

    def test_a_lambda_has_the_key_of_its_class_and_name(self, tmp_path: Path) -> None:
        model = followed_by(layer("Lambda", "halved"), layer("Lambda", "to_probabilities"))
        keys = {"Lambda:to_probabilities": PROBABILITIES, "Lambda": LOGITS}
        report = on_layers(tmp_path, model, keys)
        assert kinds(report) == ["probabilities"]
        assert report.declarations_used == ("layers.Lambda", "layers.Lambda:to_probabilities")

    def test_names_are_those_that_the_report_shows_or_the_layer_s_own(self, tmp_path: Path) -> None:
        inner = sequential(custom("Mine", "mine"), name="inner")
        for key in ("Mine:inner/mine", "Mine:mine"):
            assert on_layers(tmp_path, sequential(inner), {key: LOGITS}).declarations_used == (f"layers.{key}",)
        shadowed = on_layers(tmp_path, sequential(inner), {"Mine:mine": LOGITS, "Mine:inner/mine": PROBABILITIES})
        assert kinds(shadowed) == ["probabilities"]


class TestLayersThatAreKnown:
    @pytest.mark.parametrize(
        ("model", "key"),
        [
            pytest.param(head(), "Dense", id="a class of Keras"),
            pytest.param(head(), "Dense:head", id="with its name"),
            pytest.param(followed_by(layer("Softmax", "softmax", axis=-1)), "Softmax", id="an activation"),
            pytest.param(
                followed_by(layer("TimeDistributed", "each", layer=dense("d", 3))), "TimeDistributed", id="wrapper"
            ),
            pytest.param(sequential(head() | {"name": "inner"}), "Sequential", id="a nested model"),
            pytest.param(head("softermax"), "Dense", id="the class alone, of one with an activation of one's own"),
            pytest.param(
                followed_by(layer("MelSpectrogram", "mel")), "MelSpectrogram", id="one of which nothing is known"
            ),
            pytest.param(
                followed_by(layer("Dense", "broken", activation="relu")), "Dense", id="one that Keras refuses"
            ),
            pytest.param(
                followed_by(layer("Dense", "broken", activation="relu")), "Dense:broken", id="refused, with its name"
            ),
            pytest.param(followed_by(layer("TimeDistributed", "each")), "TimeDistributed", id="a wrapper of nothing"),
        ],
    )
    def test_they_stay_what_they_are(self, tmp_path: Path, model: Config, key: str) -> None:
        plain, spoken_of = judge(tmp_path, model, SPARSE), on_layers(tmp_path, model, {key: PROBABILITIES})
        assert spoken_of == plain
        assert spoken_of.declarations_used == ()

    def test_a_layer_that_decides_nothing_is_not_asked(self, tmp_path: Path) -> None:
        report = on_layers(tmp_path, sequential(custom("Mine", "mine"), dense("head", 3)), {"Mine": PROBABILITIES})
        assert (kinds(report), report.declarations_used) == (["logits"], ())


@pytest.mark.parametrize(
    ("model", "key"),
    [
        pytest.param(head("softermax"), "Dense:head", id="an activation of one's own"),
        pytest.param(
            followed_by(layer("Activation", "own", activation=function("mine"))), "Activation:own", id="Activation"
        ),
        pytest.param(
            followed_by(layer("RNN", "rnn", cell=custom("Cell", "cell")), shape=(None, 6, 4)), "RNN:rnn", id="a cell"
        ),
        pytest.param(followed_by(layer("MelSpectrogram", "mel")), "MelSpectrogram:mel", id="a layer not followed"),
        pytest.param(followed_by(layer("TFSMLayer", "served")), "TFSMLayer:served", id="another model"),
        pytest.param(
            functional(
                [
                    source(),
                    called(operation("Cholesky", "root", "keras.src.ops.linalg"), tensor("x", (None, 4))),
                ],
                [["root", 0, 0]],
            ),
            "Cholesky:root",
            id="an operation not followed",
        ),
    ],
)
def test_where_a_layer_of_keras_leaves_it_open_its_name_has_to_be_said(tmp_path: Path, model: Config, key: str) -> None:
    assert kinds(judge(tmp_path, model, SPARSE)) == ["unknown"]
    report = on_layers(tmp_path, model, {key: PROBABILITIES})
    assert (kinds(report), report.outcome, report.declarations_used) == (
        ["probabilities"],
        Outcome.OK,
        (f"layers.{key}",),
    )


class TestPlaces:
    def test_behind_other_layers(self, tmp_path: Path) -> None:
        model = followed_by(custom("Mine", "mine"), layer("Softmax", "softmax", axis=-1))
        assert kinds(on_layers(tmp_path, model, {"Mine": LOGITS})) == ["probabilities"]

    def test_shared_it_puts_out_the_same_each_time_but_not_independently(self, tmp_path: Path) -> None:
        layers = [
            source(),
            called(called(custom("Mine", "mine"), tensor("x", (None, 4))), tensor("x", (None, 4))),
            called(layer("Subtract", "difference"), [tensor("mine", SHAPE), tensor("mine", SHAPE, 1)]),
        ]
        model = functional(layers, [["mine", 0, 0], ["mine", 1, 0], ["difference", 0, 0]])
        report = on_layers(tmp_path, model, {"Mine": LOGITS}, [SPARSE] * 3)
        assert kinds(report) == ["logits", "logits", "unknown"]

    def test_it_hangs_together_with_what_goes_in(self, tmp_path: Path) -> None:
        layers = [
            source(),
            called(dense("d", 3), tensor("x", (None, 4))),
            called(custom("Mine", "mine"), tensor("d", SHAPE)),
            called(layer("Add", "sum"), [tensor("d", SHAPE), tensor("mine", SHAPE)]),
        ]
        report = on_layers(tmp_path, functional(layers, [["sum", 0, 0]]), {"Mine": LOGITS})
        assert kinds(report) == ["unknown"]  # it may be the negative of what goes in

    def test_nested(self, tmp_path: Path) -> None:
        inner = sequential(custom("Mine", "mine"), name="inner")
        report = on_layers(tmp_path, followed_by(inner), {"Mine": PROBABILITIES})
        assert kinds(report) == ["probabilities"]
        assert report.outputs[0].evidence[-1].layer == "inner/mine"

    def test_a_subclassed_model_in_another_one(self, tmp_path: Path) -> None:
        report = on_layers(tmp_path, followed_by(custom("Encoder", "encoder")), {"mine>Encoder": LOGITS})
        assert kinds(report) == ["logits"]

    def test_in_a_time_distributed(self, tmp_path: Path) -> None:
        each = layer("TimeDistributed", "each", layer=custom("Mine", "mine"))
        report = on_layers(tmp_path, followed_by(each, shape=(None, 6, 4)), {"mine>Mine": PROBABILITIES})
        assert (kinds(report), report.outputs[0].axis) == (["probabilities"], -1)
        assert [step.layer for step in report.outputs[0].evidence] == ["each/mine", "each"]

    def test_in_both_directions(self, tmp_path: Path) -> None:
        both = layer("Bidirectional", "both", layer=custom("Mine", "mine"), merge_mode="concat")
        report = on_layers(tmp_path, followed_by(both, shape=(None, 6, 4)), {"Mine": DeclaredOutput.UNIT_INTERVAL})
        assert kinds(report) == ["unit_interval"]

    def test_every_one_of_several_outputs_is_what_is_said(self, tmp_path: Path) -> None:
        model = functional(
            [source(), called(custom("Mine", "mine"), tensor("x", (None, 4)))], [["mine", 0, 0], ["mine", 0, 1]]
        )
        assert kinds(judge(tmp_path, model, [SPARSE] * 2)) == ["unknown"] * 2
        assert kinds(on_layers(tmp_path, model, {"Mine": PROBABILITIES}, [SPARSE] * 2)) == ["probabilities"] * 2

    def test_unchanged_is_followed_back(self, tmp_path: Path) -> None:
        model = followed_by(custom("Noise", "noise"), custom("Log", "log"), activation="softmax")
        keys = {"Noise": DeclaredOutput.UNCHANGED, "Log": DeclaredOutput.UNCHANGED}
        report = on_layers(tmp_path, model, keys)
        assert (kinds(report), report.outputs[0].classes) == (["probabilities"], 10)
        assert [step.effect for step in report.outputs[0].evidence] == [
            "softmax, 10 units: probabilities that sum to 1 along axis -1",
            "declared in settings: unchanged",
            "declared in settings: unchanged",
        ]

    def test_unchanged_may_do_more_than_one_layer_can_tell(self, tmp_path: Path) -> None:
        layers = [
            source(),
            called(dense("d", 3), tensor("x", (None, 4))),
            called(custom("Log", "log"), tensor("x", (None, 4)), tensor("d", SHAPE)),
        ]
        report = on_layers(tmp_path, functional(layers, [["log", 0, 0]]), {"Log": DeclaredOutput.UNCHANGED})
        assert (kinds(report), report.declarations_used) == (["unknown"], ("layers.Log",))

    def test_the_parameters_of_a_class_of_ones_own_are_not_taken_for_units(self, tmp_path: Path) -> None:
        report = on_layers(tmp_path, sequential(custom("Mine", "mine", units=1)), {"Mine": PROBABILITIES})
        assert (report.outputs[0].classes, report.outcome) == (None, Outcome.OK)


SUBCLASSED: Config = {
    "module": "theirs",
    "class_name": "MyModel",
    "config": {"width": 3},
    "registered_name": "theirs>MyModel",
}


class TestModelsWithoutLayers:
    @pytest.mark.parametrize("key", ["theirs>MyModel", "MyModel"])
    def test_the_class_of_the_model_says_what_it_puts_out(self, tmp_path: Path, key: str) -> None:
        report = on_layers(tmp_path, SUBCLASSED, {key: LOGITS})
        assert (kinds(report), report.outcome) == (["logits"], Outcome.MISMATCH)
        assert report.declarations_used == (f"layers.{key}",)
        (step,) = report.outputs[0].evidence
        assert (step.layer, step.effect) == ("MyModel", "declared in settings: logits")

    def test_unchanged_says_nothing_of_it(self, tmp_path: Path) -> None:
        assert kinds(on_layers(tmp_path, SUBCLASSED, {"MyModel": DeclaredOutput.UNCHANGED})) == ["unknown"]

    def test_the_class_of_a_model_with_layers_does_not(self, tmp_path: Path) -> None:
        report = on_layers(tmp_path, head(), {"Sequential": PROBABILITIES, "Functional": PROBABILITIES})
        assert (kinds(report), report.declarations_used) == (["logits"], ())

    def test_a_head_in_the_config_is_known(self, tmp_path: Path) -> None:
        task = {
            "module": "keras_hub.src.models.image_classifier",
            "class_name": "ImageClassifier",
            "config": {"num_classes": 5, "activation": "softmax"},
            "registered_name": "keras_hub>ImageClassifier",
        }
        unknown = task | {"config": {"num_classes": 5, "activation": "softermax"}}
        assert kinds(on_layers(tmp_path, task, {"ImageClassifier": LOGITS})) == ["probabilities"]
        assert kinds(on_layers(tmp_path, unknown, {"ImageClassifier": LOGITS})) == ["logits"]

    def test_what_its_graph_tells_is_known(self, tmp_path: Path) -> None:
        traced.report_on(tmp_path / "known", traced.both(traced.SOFTMAX, "end:softmax:0"), SPARSE)
        report = logitcheck.inspect(tmp_path / "known", declarations=said(Mine=LOGITS))
        assert (kinds(report), report.declarations_used) == (["probabilities"], ())

    @pytest.mark.parametrize("key", ["Mine", "SavedModel", "Gone"])
    def test_what_its_graph_does_not_tell_its_class_does(self, tmp_path: Path, key: str) -> None:
        traced.report_on(tmp_path / "unknown", traced.both([], "gone:y:0"), SPARSE)
        report = logitcheck.inspect(tmp_path / "unknown", declarations=said(**{key: PROBABILITIES}))
        assert kinds(report) == (["probabilities"] if key == "Mine" else ["unknown"])


class TestFormats:
    """Names of classes as each format writes them."""

    @pytest.mark.parametrize("stored", ["mine>Soft", "Soft"])
    @pytest.mark.parametrize("version", ["2.15.0", "3.15.1"])
    def test_hdf5(self, tmp_path: Path, stored: str, version: str) -> None:
        layers = [
            older.source(),
            older.layer("Dense", "head", [older.reference("x")], units=3, activation="linear"),
            older.layer(stored, "soft", [older.reference("head")]),
        ]
        model = older.functional(layers, [["soft", 0, 0]])
        training = {"loss": "my_ce", "metrics": [], "loss_weights": None}
        path = write_hdf5(tmp_path / "model.h5", model, training, version)
        declarations = Declarations(layers={stored: PROBABILITIES}, losses={"my_ce": DeclaredInput.LOGITS})
        report = logitcheck.inspect(path, declarations=declarations)
        assert (kinds(report), report.outcome) == (["probabilities"], Outcome.MISMATCH)
        assert report.declarations_used == (f"layers.{stored}", "losses.my_ce")

    @pytest.mark.parametrize("key", ["mine>Soft", "Soft"])
    def test_saved_model(self, tmp_path: Path, key: str) -> None:
        from tests import saved_models

        layers = [
            {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [None, 4]}},
            {"class_name": "Dense", "config": {"name": "head", "units": 3, "activation": "linear"}},
            {"class_name": "mine>Soft", "config": {"name": "soft"}},
        ]
        metadata = {
            "class_name": "Sequential",
            "config": {"name": "sequential", "layers": layers},
            "training_config": {"loss": {"class_name": "mine>Odd", "config": {}}},
            "keras_version": "2.11.0",
            "backend": "tensorflow",
        }
        path = saved_models.write(tmp_path / "saved", saved_models.saved(), saved_models.described(metadata))
        declarations = Declarations(layers={key: PROBABILITIES}, losses={"mine>Odd": DeclaredInput.PROBABILITIES})
        report = logitcheck.inspect(path, declarations=declarations)
        assert (kinds(report), report.outcome) == (["probabilities"], Outcome.OK)
        assert report.declarations_used == (f"layers.{key}", "losses.mine>Odd")

    def test_json(self, tmp_path: Path) -> None:
        import json

        path = tmp_path / "model.json"
        path.write_text(json.dumps(MINE), encoding="utf-8")
        assert kinds(logitcheck.inspect(path, declarations=said(Mine=LOGITS))) == ["logits"]


def test_a_run_over_many_models_says_the_same(tmp_path: Path) -> None:
    report_on(tmp_path, compiled(MINE, SPARSE))
    declarations = said(Mine=PROBABILITIES)
    whole = logitcheck.inspect_all([str(tmp_path)], declarations=declarations)
    assert whole.models == (logitcheck.inspect(tmp_path / "model.keras", declarations=declarations),)
    assert whole.models[0].declarations_used == ("layers.Mine",)


def test_an_unreadable_input_uses_none(tmp_path: Path) -> None:
    assert logitcheck.inspect(tmp_path / "missing", declarations=said(Mine=LOGITS)).declarations_used == ()
