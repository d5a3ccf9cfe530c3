"""Metrics whose threshold or flag can be mended, in every form they are stored in, and those that cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck import FixStatus, Weights
from tests.building import called, dense, function, functional, loss, metric, source, tensor
from tests.fixing.making import BINARY, SPARSE, after, hdf5, head, keras, only, planned, reasons

LOGITS = loss("BinaryCrossentropy", from_logits=True)


def wrapped(name: str, fn: str, **parameters: Any) -> dict[str, Any]:
    """A metric as HDF5 files of TensorFlow 2.6 to 2.15 have it."""
    return {"class_name": "MeanMetricWrapper", "config": {"name": name, "dtype": "float32", "fn": fn, **parameters}}


def after_metric(path: Path, *, assume_keras: bool = False) -> Any:
    """What the one metric becomes."""
    return only(planned(path, assume_keras=assume_keras)).after


class TestThresholds:
    def test_of_a_string_become_those_of_a_class_of_the_same_name(self, tmp_path: Path) -> None:
        change = only(planned(keras(tmp_path, head(1), LOGITS, metrics=["acc"])))
        assert (change.code, change.where) == ("LC201", "metrics[0]")
        assert change.after == {
            "module": "keras.metrics", "class_name": "BinaryAccuracy", "config": {"name": "acc", "threshold": 0.0},
            "registered_name": None,
        }  # fmt: skip
        assert change.weights is Weights.UNAFFECTED

    @pytest.mark.parametrize(
        ("stored", "where", "value"),
        [
            (metric("BinaryAccuracy", threshold=0.5), "config.threshold", 0.0),
            (metric("BinaryAccuracy", threshold=0.3), "config.threshold", -0.8473),
            (metric("BinaryIoU", threshold=0.5, target_class_ids=[0, 1]), "config.threshold", 0.0),
            (metric("Precision", thresholds=None, top_k=None), "config.thresholds", 0.0),
            (metric("Recall", thresholds=[0.5]), "config.thresholds", [0.0]),
            (
                metric("MeanMetricWrapper", fn=metric("BinaryAccuracy", threshold=0.5)),
                "config.fn.config.threshold",
                0.0,
            ),
        ],
        ids=lambda value: value["class_name"] if isinstance(value, dict) else str(value),
    )
    def test_of_an_object_become_logits(self, tmp_path: Path, stored: Any, where: str, value: Any) -> None:
        change = only(planned(keras(tmp_path, head(1), LOGITS, metrics=[stored])))
        assert (change.where, change.after) == (f"metrics[0].{where}", value)

    def test_are_judged_once_the_loss_is_mended(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, head(1), BINARY, metrics=["accuracy"]))
        assert result.status is FixStatus.FIXED
        assert [change.code for change in result.changes] == ["LC102", "LC201"]

    def test_that_would_look_like_probabilities_again_are_left(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, head(1), LOGITS, metrics=[metric("BinaryAccuracy", threshold=0.6)]))
        assert result.status is FixStatus.REFUSED
        assert "0.4055" in reasons(result)["LC201"]

    @pytest.mark.parametrize(
        ("version", "why"), [("3.0.5", "3.0 to 3.4"), ("3.4.1", "3.0 to 3.4"), (None, "not stored")]
    )
    def test_that_the_version_refuses_are_left(self, tmp_path: Path, version: str | None, why: str) -> None:
        result = planned(keras(tmp_path, head(1), LOGITS, version, metrics=["accuracy"]))
        assert result.status is FixStatus.REFUSED
        assert why in reasons(result)["LC201"]

    def test_help_nothing_where_the_version_refuses_logits(self, tmp_path: Path) -> None:
        stored = {"class_name": "Precision", "config": {"thresholds": None}}
        result = planned(hdf5(tmp_path, head(1), LOGITS, "2.4.0", metrics=[stored]))
        assert "2.4.0 refuses values outside" in reasons(result)["LC201"]

    @pytest.mark.parametrize(
        ("stored", "why"),
        [
            (metric("F1Score", threshold=0.5), "no such threshold"),
            (metric("SensitivityAtSpecificity", specificity=0.5), "no such threshold"),
            (metric("Precision", thresholds=0.2), "no such threshold"),
            (metric("Precision", thresholds=[0.0, 0.5]), "only some"),
        ],
        ids=["F1Score", "sweep", "below", "both scales"],
    )
    def test_that_do_not_exist_are_left(self, tmp_path: Path, stored: Any, why: str) -> None:
        assert why in reasons(planned(keras(tmp_path, head(1), LOGITS, metrics=[stored])))["LC201"]

    def test_of_a_hinge_loss_depend_on_the_labels(self, tmp_path: Path) -> None:
        assert "labels" in reasons(planned(keras(tmp_path, head(1), "hinge", metrics=["accuracy"])))["LC201"]

    def test_of_the_logits_of_a_softmax_mean_nothing(self, tmp_path: Path) -> None:
        given = [metric("AUC", from_logits=False), metric("Precision", thresholds=None)]
        path = keras(tmp_path, head(3), loss("CategoricalCrossentropy", from_logits=True), metrics=given)
        assert set(reasons(planned(path))) == {"LC201", "LC202"}
        assert planned(path).changes == ()


class TestFlags:
    @pytest.mark.parametrize(
        ("stored", "where"),
        [(metric("AUC", from_logits=False), "metrics[0].config.from_logits"), ("AUC", "metrics[0]")],
        ids=["object", "string"],
    )
    def test_of_auc_are_set_on_logits(self, tmp_path: Path, stored: Any, where: str) -> None:
        change = only(planned(keras(tmp_path, head(1), LOGITS, metrics=[stored])))
        assert (change.code, change.where) == ("LC202", where)

    @pytest.mark.parametrize("version", ["2.2.4-tf", "2.4.0", "2.8.0"])
    def test_of_auc_are_not_stored_by_older_versions(self, tmp_path: Path, version: str) -> None:
        result = planned(hdf5(tmp_path, head(1), LOGITS, version, metrics=["AUC"]), assume_keras=True)
        assert "does not store it" in reasons(result)["LC202"]

    def test_of_auc_are_dropped_on_probabilities(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(1, "sigmoid"), BINARY, metrics=[metric("AUC", from_logits=True)])
        assert after_metric(path) is False

    @pytest.mark.parametrize(
        ("stored", "where", "value"),
        [
            (metric("BinaryCrossentropy", from_logits=False), "metrics[0].config.from_logits", True),
            (metric("BinaryCrossentropy"), None, None),
            (BINARY, "metrics[0]", "BinaryCrossentropy"),
            ("bce", "metrics[0]", "BinaryCrossentropy"),
        ],
        ids=["object", "without a flag", "string", "alias"],
    )
    def test_of_a_cross_entropy_are_set_on_logits(
        self, tmp_path: Path, stored: Any, where: str | None, value: Any
    ) -> None:
        result = planned(keras(tmp_path, head(1), LOGITS, metrics=[stored]))
        if where is None:
            assert result.status is FixStatus.NOTHING_TO_FIX
            return
        change = only(result)
        assert (change.code, change.where) == ("LC203", where)
        assert value == (change.after["class_name"] if isinstance(change.after, dict) else change.after)

    def test_of_a_cross_entropy_are_dropped_on_probabilities(self, tmp_path: Path) -> None:
        stored = metric("CategoricalCrossentropy", from_logits=True)
        path = keras(tmp_path, head(3, "softmax"), "categorical_crossentropy", metrics=[stored])
        assert after_metric(path) is False

    def test_of_a_focal_string_have_no_class(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(1), LOGITS, metrics=["binary_focal_crossentropy"])
        assert "no metric class" in reasons(planned(path))["LC203"]

    @pytest.mark.parametrize(
        ("units", "stored", "known"), [(1, LOGITS, BINARY), (3, None, SPARSE)], ids=["one", "three"]
    )
    def test_of_a_metric_that_keras_2_chooses_follow_the_loss(
        self, tmp_path: Path, units: int, stored: Any, known: str
    ) -> None:
        stored = stored or loss("SparseCategoricalCrossentropy", from_logits=True)
        change = only(planned(keras(tmp_path, head(units), stored, "2.15.0", metrics=["ce"])))
        assert isinstance(change.after, dict)
        assert change.after["class_name"].lower() == known.replace("_", "")
        assert change.after["config"] == {"name": "ce", "from_logits": True}


class TestNamesInLogs:
    @pytest.mark.parametrize(
        ("version", "container", "config"),
        [
            ("3.15.1", keras, {"name": "AUC", "from_logits": True}),
            ("2.15.0", keras, {"from_logits": True}),
            ("3.15.1", hdf5, {"from_logits": True}),
        ],
        ids=["Keras 3", "Keras 2", "Keras 3 from HDF5"],
    )
    def test_of_a_class_named_by_a_string_are_those_that_keras_makes(
        self, tmp_path: Path, version: str, container: Any, config: Any
    ) -> None:
        change = only(planned(container(tmp_path, head(1), LOGITS, version, metrics=["AUC"]), assume_keras=True))
        assert isinstance(change.after, dict)
        assert change.after["config"] == config

    def test_of_weighted_metrics_are_kept_too(self, tmp_path: Path) -> None:
        result = planned(keras(tmp_path, head(1), LOGITS, metrics=["accuracy"], weighted_metrics=["accuracy", "mse"]))
        assert set(after(result)) == {"metrics[0]", "weighted_metrics[0]"}
        assert result.status is FixStatus.FIXED


class TestFunctionsByName:
    def test_in_an_archive_are_left(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(1), LOGITS, metrics=[function("binary_accuracy")])
        assert "--assume-keras" in reasons(planned(path))["LC201"]
        assert after_metric(path, assume_keras=True)["config"] == {"name": "binary_accuracy", "threshold": 0.0}

    def test_in_hdf5_may_be_any_string(self, tmp_path: Path) -> None:
        path = hdf5(tmp_path, head(1), LOGITS, metrics=["accuracy"])
        assert "--assume-keras" in reasons(planned(path))["LC201"]
        assert after_metric(path, assume_keras=True) == {
            "class_name": "BinaryAccuracy", "config": {"name": "accuracy", "threshold": 0.0},
        }  # fmt: skip

    def test_that_keras_2_resolved_itself_are_certain(self, tmp_path: Path) -> None:
        path = hdf5(tmp_path, head(1), LOGITS, "2.15.0", metrics=[[wrapped("accuracy", "binary_accuracy")]])
        change = only(planned(path))
        assert (change.where, change.after) == ("metrics[0][0].config.threshold", 0.0)

    def test_that_are_called_as_they_are_named_are_not(self, tmp_path: Path) -> None:
        path = hdf5(tmp_path, head(1), LOGITS, "2.15.0", metrics=[[wrapped("a_binary_accuracy", "binary_accuracy")]])
        assert planned(path).status is FixStatus.REFUSED
        assert after_metric(path, assume_keras=True) == 0.0

    def test_with_a_flag_of_their_own_are_given_the_right_one(self, tmp_path: Path) -> None:
        stored = wrapped("bce", BINARY, from_logits=False)
        path = hdf5(tmp_path, head(1), LOGITS, "2.15.0", metrics=[[stored]])
        assert after_metric(path) is True


class TestSeveralOutputs:
    @pytest.fixture
    def model(self) -> dict[str, Any]:
        x = tensor("x", (None, 4))
        layers = [source(), called(dense("a", 1), x), called(dense("b", 3, "softmax"), x)]
        return functional(layers, [["a", 0, 0], ["b", 0, 0]])

    @pytest.mark.parametrize(
        ("stored", "where"),
        [
            ([["accuracy"], ["accuracy"]], "metrics[0][0]"),
            ({"a": ["mse", "acc"], "b": "acc"}, "metrics.a[1]"),
            ({"a": "acc"}, "metrics.a"),
        ],
        ids=["lists", "dict", "one"],
    )
    def test_only_the_wrong_metric_is_changed(self, tmp_path: Path, model: Any, stored: Any, where: str) -> None:
        losses = [LOGITS, "sparse_categorical_crossentropy"]
        assert only(planned(keras(tmp_path, model, losses, metrics=stored))).where == where

    def test_one_metric_for_outputs_that_differ_is_left(self, tmp_path: Path, model: Any) -> None:
        path = keras(tmp_path, model, [LOGITS, "categorical_crossentropy"], "2.15.0", metrics=["accuracy"])
        assert "stored once" in reasons(planned(path))["LC201"]


def test_metrics_of_somebodys_own_are_left(tmp_path: Path) -> None:
    own = metric("Mine", threshold=0.5) | {"module": "mine", "registered_name": "mine>Mine"}
    assert planned(keras(tmp_path, head(1), LOGITS, metrics=[own])).status is FixStatus.NOTHING_TO_FIX


@pytest.mark.parametrize("version", ["2.2.4", "1.2.2"])
def test_keras_without_metric_classes_is_left(tmp_path: Path, version: str) -> None:
    path = hdf5(tmp_path, head(1), "softmax_cross_entropy_with_logits", version, metrics=["acc"])
    assert planned(path, assume_keras=True).changes == ()
