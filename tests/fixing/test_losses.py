"""Losses whose flag can be mended: every form and place they are stored in, for every Keras that has such losses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logitcheck import FixStatus, Weights, inspect
from tests.building import called, codes, dense, function, functional, loss, sequential, source, tensor, write
from tests.fixing.making import BINARY, CATEGORICAL, SPARSE, after, hdf5, head, keras, only, planned, reasons
from tests.loader.older import write_hdf5


def two(first: str = "linear", second: str = "linear", units: int = 1, outputs: Any = None) -> dict[str, Any]:
    """A model with the outputs `a` and `b`."""
    x = tensor("x", (None, 4))
    layers = [source(), called(dense("a", units, first), x), called(dense("b", units, second), x)]
    return functional(layers, outputs or [["a", 0, 0], ["b", 0, 0]])


class TestAnObject:
    def test_loses_its_flag_over_probabilities(self, tmp_path: Path) -> None:
        path = keras(
            tmp_path, head(3, "softmax"), loss("CategoricalCrossentropy", from_logits=True, label_smoothing=0.1)
        )
        change = only(planned(path))
        assert (change.code, change.where, change.before, change.after) == (
            "LC101",
            "loss.config.from_logits",
            True,
            False,
        )

    def test_is_given_it_over_logits(self, tmp_path: Path) -> None:
        change = only(planned(keras(tmp_path, head(), loss("SparseCategoricalCrossentropy", from_logits=False))))
        assert (change.code, change.where, change.before, change.after) == (
            "LC102",
            "loss.config.from_logits",
            False,
            True,
        )

    def test_without_a_flag_is_no_loss_that_keras_writes(self, tmp_path: Path) -> None:
        stored = loss("BinaryCrossentropy")
        del stored["config"]["from_logits"]
        assert planned(keras(tmp_path, head(1), stored)).changes == ()

    @pytest.mark.parametrize("version", ["2.3.1", "2.2.4-tf", "2.4.0", "2.8.0", "2.15.0", "2.21.0", "3.0.5", "3.15.1"])
    def test_is_mended_in_hdf5_of_every_version_that_has_such(self, tmp_path: Path, version: str) -> None:
        stored = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True, "reduction": "auto"}}
        change = only(planned(hdf5(tmp_path, head(1, "sigmoid"), stored, version)))
        assert (change.where, change.after) == ("loss.config.from_logits", False)

    def test_that_wraps_a_function_of_keras_is_mended_where_that_is_granted(self, tmp_path: Path) -> None:
        wrapped = loss("LossFunctionWrapper", fn=function(SPARSE), from_logits=False, name="mine")
        path = keras(tmp_path, head(), wrapped | {"module": "keras.src.losses.losses"})
        assert "--assume-keras" in reasons(planned(path))["LC102"]
        assert only(planned(path, assume_keras=True)).where == "loss.config.from_logits"

    def test_log_softmax_is_right_as_logits(self, tmp_path: Path) -> None:
        change = only(planned(keras(tmp_path, head(3, "log_softmax"), loss("CategoricalCrossentropy"))))
        assert (change.code, change.after, change.weights) == ("LC103", True, Weights.RETRAIN)


KERAS_3 = {"name": SPARSE, "reduction": "sum_over_batch_size", "from_logits": True}
KERAS_2 = KERAS_3 | {"reduction": "auto"}
CLASS = "SparseCategoricalCrossentropy"


class TestAString:
    @pytest.mark.parametrize(("version", "config"), [("3.0.5", KERAS_3), ("3.15.1", KERAS_3), ("2.15.0", KERAS_2)])
    def test_in_an_archive_becomes_a_class_with_its_module(self, tmp_path: Path, version: str, config: Any) -> None:
        change = only(planned(keras(tmp_path, head(), SPARSE, version)))
        assert change.where == "loss"
        assert change.after == {
            "module": "keras.losses", "class_name": CLASS, "config": config, "registered_name": None,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("version", "config"), [("3.9.2", KERAS_3), ("2.3.1", KERAS_3), ("2.2.4-tf", KERAS_2), ("2.15.0", KERAS_2)]
    )
    def test_in_hdf5_becomes_a_class_without(self, tmp_path: Path, version: str, config: Any) -> None:
        change = only(planned(hdf5(tmp_path, head(), SPARSE, version), assume_keras=True))
        assert change.after == {"class_name": CLASS, "config": config}

    def test_in_hdf5_may_be_somebodys_function(self, tmp_path: Path) -> None:
        result = planned(hdf5(tmp_path, head(), SPARSE))
        assert result.status is FixStatus.REFUSED
        assert "--assume-keras" in reasons(result)["LC102"]

    @pytest.mark.parametrize(("label", "name"), [("bce", "bce"), ("BCE", "BCE"), ("BinaryCrossentropy", BINARY)])
    def test_keeps_the_name_that_keras_gives_its_loss(self, tmp_path: Path, label: str, name: str) -> None:
        change = only(planned(keras(tmp_path, head(1), label)))
        assert isinstance(change.after, dict)
        assert (change.after["class_name"], change.after["config"]["name"]) == ("BinaryCrossentropy", name)

    def test_that_keras_chooses_by_shape_is_certain_for_one_unit_only(self, tmp_path: Path) -> None:
        change = only(planned(keras(tmp_path, head(1), "crossentropy")))
        assert isinstance(change.after, dict)
        assert change.after["class_name"] == "BinaryCrossentropy"
        assert "labels" in reasons(planned(keras(tmp_path, head(3), "crossentropy")))["LC102"]


class TestAFunction:
    def test_may_be_somebodys_who_called_it_as_keras_does(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, head(), function(SPARSE)))
        assert result.status is FixStatus.REFUSED
        assert result.diff == ""

    def test_becomes_a_class_where_that_is_granted(self, tmp_path: Path) -> None:
        change = only(planned(keras(tmp_path, head(), function(SPARSE)), assume_keras=True))
        assert isinstance(change.after, dict)
        assert change.after["config"] == KERAS_3


class TestSeveralOutputs:
    @pytest.mark.parametrize(
        ("stored", "places"),
        [
            ([BINARY, BINARY], {"loss[0]", "loss[1]"}),
            ({"a": BINARY, "b": loss("BinaryCrossentropy")}, {"loss.a", "loss.b.config.from_logits"}),
            ([None, BINARY], {"loss[1]"}),
            ({"a": BINARY, "b": loss("BinaryCrossentropy", from_logits=True)}, {"loss.a"}),
            (BINARY, {"loss"}),
        ],
        ids=["list", "dict", "one without", "one right", "one for both"],
    )
    def test_each_wrong_loss_is_mended_at_its_place(self, tmp_path: Path, stored: Any, places: set[str]) -> None:
        result = planned(keras(tmp_path, two(), stored))
        assert result.status is FixStatus.FIXED
        assert set(after(result)) == places

    def test_a_change_names_all_outputs_that_it_is_for(self, tmp_path: Path) -> None:
        assert only(planned(keras(tmp_path, two(), BINARY))).outputs == ("a", "b")

    def test_one_loss_for_outputs_that_differ_is_left(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, two(second="sigmoid"), BINARY))
        assert result.status is FixStatus.REFUSED
        assert "stored once for outputs 'a', 'b'" in reasons(result)["LC102"]

    def test_losses_of_nested_outputs_are_found(self, tmp_path: Path) -> None:
        outputs = {"deep": {"a": ["a", 0, 0]}, "b": ["b", 0, 0]}
        result = planned(keras(tmp_path, two(outputs=outputs), {"deep": {"a": BINARY}, "b": None}))
        assert set(after(result)) == {"loss.deep.a"}

    def test_several_losses_on_one_output_are_judged_one_by_one(self, tmp_path: Path) -> None:
        both = [loss("CategoricalCrossentropy", from_logits=True), CATEGORICAL, "mse"]
        assert set(after(planned(keras(tmp_path, head(), both)))) == {"loss[1]"}

    def test_losses_for_outputs_that_are_not_there_keep_the_model_undetermined(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, two(), {"a": BINARY, "b": BINARY, "c": BINARY}))
        assert set(after(result)) == {"loss.a", "loss.b"}
        assert set(reasons(result)) == {"LC403"}

    def test_a_loss_without_weight_is_left(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, two(), [BINARY, BINARY], loss_weights=[1.0, 0.0]))
        assert set(after(result)) == {"loss[0]"}

    def test_what_can_be_mended_is_where_something_else_is_left(self, tmp_path: Path) -> None:
        x = tensor("x", (None, 4))
        layers = [source(), called(dense("a", 1), x), called(dense("b", 3, "sigmoid"), x)]
        model = functional(layers, [["a", 0, 0], ["b", 0, 0]])
        result = planned(keras(tmp_path, model, [BINARY, CATEGORICAL]))
        assert result.status is FixStatus.PARTLY_FIXED
        assert set(after(result)) == {"loss[0]"}
        assert set(reasons(result)) == {"LC108"}

    def test_output_without_loss_in_a_nested_compile_config_is_left(self, tmp_path: Path) -> None:
        model = two()
        model["config"]["layers"][1]["compile_config"] = {"loss": BINARY}
        result = planned(keras(tmp_path, model, {"a": BINARY, "b": None}))
        assert json.loads(json.dumps(after(result)))
        assert set(after(result)) == {"loss.a"}


REFUSED = {
    "LC101": (head(3, "softmax"), "softmax_cross_entropy_with_logits_v2", "has no from_logits"),
    "LC104": (head(3, "relu"), SPARSE, "range"),
    "LC105": (head(1, "softmax"), BINARY, "layers have to change"),
    "LC106": (head(1), SPARSE, "one unit"),
    "LC108": (head(3, "sigmoid"), CATEGORICAL, "exclude each other"),
    "LC109": (head(3, "softmax"), BINARY, "exclude each other"),
    "LC111": (head(3), "kl_divergence", "no from_logits"),
    "LC112": (head(1, "sigmoid"), "hinge", "no from_logits"),
}


class TestRefusals:
    @pytest.mark.parametrize("code", REFUSED)
    def test_what_would_be_a_guess_is_left_with_the_reason(self, tmp_path: Path, code: str) -> None:
        model, stored, why = REFUSED[code]
        result = planned(keras(tmp_path, model, stored))
        assert (result.status, result.diff) == (FixStatus.REFUSED, "")
        (refusal,) = result.refusals
        assert refusal.code == code
        assert why in refusal.reason
        assert refusal.fixes

    @pytest.mark.parametrize(
        ("units", "activation", "stored", "worse"),
        [
            (3, "sigmoid", loss("CategoricalCrossentropy", from_logits=True), "LC108"),
            (2, "softmax", loss("BinaryCrossentropy", from_logits=True), "LC109"),
            (1, "log_sigmoid", loss("BinaryCrossentropy"), "LC104"),
        ],
        ids=["sigmoid under softmax loss", "softmax under binary loss", "log-sigmoid"],
    )
    def test_a_flag_whose_opposite_is_no_better_is_left(
        self, tmp_path: Path, units: int, activation: str, stored: Any, worse: str
    ) -> None:
        result = planned(keras(tmp_path, head(units, activation), stored))
        assert result.status is FixStatus.REFUSED
        (why,) = reasons(result).values()
        assert worse in why

    @pytest.mark.parametrize("version", ["1.2.2", "2.2.4"])
    def test_keras_without_the_flag_is_left(self, tmp_path: Path, version: str) -> None:
        result = planned(hdf5(tmp_path, head(), SPARSE, version), assume_keras=True)
        assert f"Keras {version} have no from_logits" in reasons(result)["LC102"]

    def test_custom_losses_are_left(self, tmp_path: Path) -> None:
        own = loss("MyLoss", from_logits=True) | {"module": "mine", "registered_name": "mine>MyLoss"}
        result = planned(keras(tmp_path, head(3, "softmax"), own))
        assert result.status is FixStatus.REFUSED
        assert set(reasons(result)) == {"LC403"}

    def test_a_model_that_is_not_compiled_has_nothing_to_fix(self, tmp_path: Path) -> None:
        assert planned(write(tmp_path / "model.keras", head())).status is FixStatus.NOTHING_TO_FIX
        assert planned(write_hdf5(tmp_path / "model.h5", head())).status is FixStatus.NOTHING_TO_FIX

    def test_a_model_that_is_right_has_nothing_to_fix(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, head(3, "softmax"), SPARSE))
        assert (result.status, result.diff, result.changes) == (FixStatus.NOTHING_TO_FIX, "", ())


GOOD, RETRAIN, DEPENDS = Weights.GOOD, Weights.RETRAIN, Weights.DEPENDS


class TestWeights:
    @pytest.mark.parametrize(
        ("version", "container", "weights"),
        [
            ("3.15.1", keras, DEPENDS),
            ("3.9.2", hdf5, GOOD),
            ("2.15.0", hdf5, GOOD),
            ("2.15.0", keras, GOOD),
            ("2.4.0", hdf5, DEPENDS),
            ("2.2.4-tf", hdf5, RETRAIN),
            ("2.3.1", hdf5, RETRAIN),
        ],
    )
    def test_of_an_activated_head_depend_on_who_trained_them(
        self, tmp_path: Path, version: str, container: Any, weights: Weights
    ) -> None:
        stored = loss("CategoricalCrossentropy", from_logits=True)
        change = only(planned(container(tmp_path, head(3, "softmax"), stored, version)))
        assert change.weights is weights
        assert change.advice.endswith(".")

    def test_of_an_activation_of_tensorflow_depend_on_how_they_were_trained(self, tmp_path: Path) -> None:
        model = sequential(dense("head", 3, function("softmax_v2")))
        change = only(planned(hdf5(tmp_path, model, loss("CategoricalCrossentropy", from_logits=True))))
        assert change.weights is DEPENDS
        assert "run_eagerly" in change.advice

    def test_of_jax_are_to_be_trained_again(self, tmp_path: Path) -> None:
        import h5py

        path = hdf5(tmp_path, head(3, "softmax"), loss("CategoricalCrossentropy", from_logits=True))
        with h5py.File(path, "r+") as file:
            file.attrs["backend"] = "jax"
        assert only(planned(path)).weights is RETRAIN

    def test_of_outputs_that_were_trained_together_are_no_better_than_the_worst(self, tmp_path: Path) -> None:
        """One loss did no harm, but the other did, to the layers that both outputs share."""
        model = functional(
            [
                source(),
                called(dense("a", 3, "softmax"), tensor("x", (None, 4))),
                called(dense("b", 3), tensor("x", (None, 4))),
            ],
            [["a", 0, 0], ["b", 0, 0]],
        )
        losses = [loss("CategoricalCrossentropy", from_logits=flag) for flag in (True, False)]
        result = planned(hdf5(tmp_path, model, losses, metrics=[[], ["categorical_crossentropy"]]), assume_keras=True)
        assert [change.code for change in result.changes] == ["LC101", "LC102", "LC203"]
        assert [change.weights for change in result.changes] == [RETRAIN, RETRAIN, Weights.UNAFFECTED]
        assert all("Train again" in change.advice for change in result.changes[:2])

    def test_of_logits_are_always_to_be_trained_again(self, tmp_path: Path) -> None:
        change = only(planned(keras(tmp_path, head(), SPARSE)))
        assert change.weights is RETRAIN
        assert "Train again" in change.advice


def test_fixing_twice_changes_nothing_more(tmp_path: Path) -> None:
    import logitcheck

    path = keras(tmp_path, two(), {"a": BINARY, "b": BINARY}, metrics={"a": ["accuracy", "AUC"], "b": ["bce"]})
    fixed = tmp_path / "fixed.keras"
    assert logitcheck.fix(path, output=fixed).status is FixStatus.FIXED
    assert codes(inspect(fixed)) == []
    assert logitcheck.fix(fixed).status is FixStatus.NOTHING_TO_FIX
