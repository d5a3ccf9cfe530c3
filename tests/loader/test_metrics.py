"""Every form and name of a metric (keras-facts: "Metrics", "Metrics forms")."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.loader import metrics
from logitcheck.model import ACCURACY_BY_SHAPE, CROSSENTROPY_BY_SHAPE, LossForm, Metric
from tests.building import Config, function
from tests.building import loss as loss_object
from tests.building import metric as metric_object

COUNTS = ["Precision", "Recall", "TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"]
EVEN_THRESHOLDS = [position / 199 for position in range(1, 199)]

every_generation = pytest.mark.parametrize("generation", [1, 2, 3])


def read(raw: object, generation: int = 3, *, by_name: bool = False) -> Metric:
    """The metric, which must be there."""
    metric = metrics.read(raw, generation, by_name=by_name)
    assert metric is not None
    return metric


def in_hdf5(class_name: str, **config: Any) -> Config:
    """A metric object as HDF5 files store it."""
    return {"class_name": class_name, "config": config}


# Strings


@every_generation
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_is_chosen_by_shape(name: str, generation: int) -> None:
    metric = read(name, generation)
    assert (metric.name, metric.form, metric.label) == (ACCURACY_BY_SHAPE, LossForm.STRING, name)
    assert metric.reason is None


@pytest.mark.parametrize("name", ["Accuracy", "ACC"])
def test_accuracy_is_chosen_by_shape_in_any_case(name: str) -> None:
    assert read(name).name == ACCURACY_BY_SHAPE


@pytest.mark.parametrize("name", ["ce", "crossentropy", "CE"])
def test_keras_2_has_a_crossentropy_by_shape(name: str) -> None:
    metric = read(name, 2)
    assert (metric.name, metric.from_logits) == (CROSSENTROPY_BY_SHAPE, False)


def test_keras_3_has_not() -> None:
    assert read("ce").reason == "the string 'ce' is no metric of Keras 3: the first fit fails"


@pytest.mark.parametrize(
    ("name", "generation", "canonical"),
    [
        pytest.param("binary_accuracy", 1, "BinaryAccuracy", id="function"),
        pytest.param("sparse_categorical_accuracy", 2, "SparseCategoricalAccuracy", id="function of labels"),
        pytest.param("top_k_categorical_accuracy", 3, "TopKCategoricalAccuracy", id="function of ranks"),
        pytest.param("BinaryAccuracy", 2, "BinaryAccuracy", id="class"),
        pytest.param("AUC", 2, "AUC", id="class in Keras 2"),
        pytest.param("AUC", 3, "AUC", id="class in Keras 3"),
        pytest.param("auc", 3, "AUC", id="snake case"),
        pytest.param("true_positives", 3, "TruePositives", id="snake case of two words"),
        pytest.param("binary_io_u", 3, "BinaryIoU", id="snake case of an abbreviation"),
        pytest.param("f1_score", 3, "F1Score", id="snake case with a number"),
        pytest.param("f_beta_score", 3, "FBetaScore", id="snake case of a letter"),
        pytest.param("bce", 3, "BinaryCrossentropy", id="short"),
        pytest.param("BCE", 2, "BinaryCrossentropy", id="short in capitals"),
        pytest.param("mse", 1, "MeanSquaredError", id="regression"),
        pytest.param("cosine_proximity", 2, "CosineSimilarity", id="older name"),
        pytest.param("binary_crossentropy", 1, "BinaryCrossentropy", id="crossentropy"),
        pytest.param("SparseCategoricalCrossentropy", 3, "SparseCategoricalCrossentropy", id="class of a crossentropy"),
        pytest.param("precision", 1, "Precision", id="Keras 1"),
        pytest.param("fmeasure", 1, "FBetaScore", id="Keras 1, other name"),
        pytest.param("matthews_correlation", 1, "MatthewsCorrelation", id="Keras 1, correlation"),
    ],
)
def test_a_string_names_a_metric(name: str, generation: int, canonical: str) -> None:
    metric = read(name, generation)
    assert (metric.name, metric.label, metric.reason) == (canonical, name, None)
    assert metric.form is LossForm.STRING


@pytest.mark.parametrize(
    ("name", "generation"),
    [
        pytest.param("auc", 2, id="snake case in Keras 2"),
        pytest.param("precision", 2, id="gone since Keras 1"),
        pytest.param("bce", 1, id="not yet"),
        pytest.param("AUC", 1, id="no classes yet"),
        pytest.param("my_metric", 3, id="anything else"),
        pytest.param("<lambda>", 2, id="lambda"),
    ],
)
def test_a_string_that_names_none_is_the_users_own(name: str, generation: int) -> None:
    metric = read(name, generation)
    assert metric.form is LossForm.CUSTOM
    assert metric.reason == f"{name!r} is no metric of Keras {generation}; it is the user's own"


@pytest.mark.parametrize("name", ["auc", "precision", "recall", "f1_score"])
def test_where_functions_are_bare_names_one_without_a_function_in_keras_may_be_the_users(name: str) -> None:
    assert read(name, 3, by_name=True).form is LossForm.CUSTOM
    assert read(name, 3, by_name=False).form is LossForm.STRING


def test_the_strings_of_keras_1_threshold_at_a_half() -> None:
    assert read("f1score", 1).thresholds == (0.5,)
    assert read("precision", 1).thresholds == (0.5,)
    assert read("matthews_correlation", 1).thresholds == (0.5,)


@pytest.mark.parametrize(
    ("name", "thresholds", "from_logits"),
    [
        ("BinaryAccuracy", (0.5,), None),
        ("Recall", (0.5,), None),
        ("BinaryIoU", (0.5,), None),
        ("F1Score", (), None),
        ("AUC", None, False),
        ("binary_crossentropy", None, False),
        ("CategoricalAccuracy", None, None),
    ],
)
def test_a_string_means_the_defaults(name: str, thresholds: tuple[float, ...] | None, from_logits: bool | None) -> None:
    metric = read(name)
    assert (metric.thresholds, metric.from_logits) == (thresholds, from_logits)
    assert metric.settings == ()


# Functions


def test_a_function_means_the_defaults() -> None:
    metric = read(function("binary_accuracy"))
    assert (metric.name, metric.form, metric.thresholds) == ("BinaryAccuracy", LossForm.FUNCTION, (0.5,))


def test_a_function_of_a_loss_means_no_logits() -> None:
    assert read(function("binary_focal_crossentropy")).from_logits is False


@pytest.mark.parametrize("name", ["accuracy", "precision", "f1_score", "mine>recall"])
def test_a_function_that_keras_does_not_have_is_the_users_own(name: str) -> None:
    assert read(function(name)).reason == f"{name!r} is a custom function"


def test_a_lambda_is_the_users_own() -> None:
    raw = {"class_name": "__lambda__", "config": {"value": ["4wIA", None, None]}}
    assert read(raw).reason == "the metric is a Python lambda, whose code is never run"


# Objects


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize(
    ("config", "thresholds"),
    [
        pytest.param({"thresholds": None}, (0.5,), id="default"),
        pytest.param({"thresholds": None, "top_k": 3}, (), id="the largest scores"),
        pytest.param({"thresholds": 0.3}, (0.3,), id="one"),
        pytest.param({"thresholds": [0.2, 0.8]}, (0.2, 0.8), id="several"),
        pytest.param({"thresholds": 0}, (0,), id="zero"),
        pytest.param({"thresholds": [0.5], "top_k": 1}, (0.5,), id="of the largest scores"),
        pytest.param({}, None, id="not said"),
        pytest.param({"thresholds": "0.5"}, None, id="text"),
        pytest.param({"thresholds": [0.5, None]}, None, id="damaged"),
        pytest.param({"thresholds": True}, None, id="no number"),
        pytest.param({"thresholds": 10**400}, None, id="absurd"),
        pytest.param({"thresholds": [0.5] * 1001}, None, id="too many"),
    ],
)
def test_counts_have_thresholds(name: str, config: Config, thresholds: tuple[float, ...] | None) -> None:
    assert read(metric_object(name, **config)).thresholds == thresholds


@pytest.mark.parametrize(
    ("name", "threshold", "thresholds"),
    [
        ("BinaryAccuracy", 0.0, (0.0,)),
        ("BinaryIoU", 0.4, (0.4,)),
        ("F1Score", None, ()),
        ("FBetaScore", 0.5, (0.5,)),
    ],
)
def test_others_have_one_threshold(name: str, threshold: float | None, thresholds: tuple[float, ...]) -> None:
    assert read(metric_object(name, threshold=threshold)).thresholds == thresholds


@pytest.mark.parametrize("name", ["BinaryAccuracy", "BinaryIoU", "F1Score", "FBetaScore"])
def test_an_object_without_the_key_says_nothing_of_its_threshold(name: str) -> None:
    assert read(in_hdf5(name, name="mine")).thresholds is None


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("name", ["AUC", "BinaryCrossentropy", "SparseCategoricalCrossentropy"])
def test_an_object_has_its_flag(name: str, *, flag: bool) -> None:
    metric = read(metric_object(name, from_logits=flag))
    assert (metric.name, metric.form, metric.from_logits) == (name, LossForm.OBJECT, flag)


@every_generation
def test_an_auc_without_the_key_says_nothing_of_logits(generation: int) -> None:
    stored = in_hdf5("AUC", num_thresholds=200, thresholds=EVEN_THRESHOLDS, multi_label=False)
    metric = read(stored, generation)
    assert metric.from_logits is None
    assert metric.settings == ()


@pytest.mark.parametrize("name", ["IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"])
@pytest.mark.parametrize("stored", [True, False])
def test_a_union_says_whether_it_reads_class_ids(name: str, *, stored: bool) -> None:
    assert read(metric_object(name, num_classes=3, sparse_y_pred=stored)).takes_ids is stored


def test_a_union_of_an_older_file_does_not() -> None:
    assert read(in_hdf5("MeanIoU", num_classes=3), 2).takes_ids is None


@pytest.mark.parametrize(
    ("raw", "settings"),
    [
        (metric_object("AUC", curve="PR", num_thresholds=200), (("curve", "PR"),)),
        (metric_object("AUC", multi_label=True, num_labels=3), (("multi_label", True), ("num_labels", 3))),
        (metric_object("Recall", thresholds=None, top_k=None, class_id=0), (("class_id", 0),)),
        (metric_object("FBetaScore", average="macro", beta=2.0), (("average", "macro"), ("beta", 2.0))),
        (metric_object("BinaryIoU", target_class_ids=[0, 1], threshold=0.5), ()),
        (metric_object("BinaryIoU", target_class_ids=[1]), (("target_class_ids", [1]),)),
        (metric_object("MeanIoU", num_classes=3, ignore_class=0), (("ignore_class", 0), ("num_classes", 3))),
        (metric_object("BinaryCrossentropy", label_smoothing=0.1), (("label_smoothing", 0.1),)),
        (metric_object("BinaryCrossentropy", label_smoothing={"a": 1}), ()),
    ],
)
def test_other_parameters_than_the_defaults_are_kept(raw: Config, settings: tuple[tuple[str, object], ...]) -> None:
    assert read(raw).settings == settings


def test_a_loss_object_can_be_a_metric() -> None:
    metric = read(loss_object("BinaryCrossentropy", from_logits=True))
    assert (metric.name, metric.from_logits) == ("BinaryCrossentropy", True)


@pytest.mark.parametrize(
    "raw",
    [
        metric_object("Precision", thresholds=None) | {"module": "mine", "registered_name": "mine>Precision"},
        metric_object("Precision", thresholds=None) | {"module": None, "registered_name": "Precision"},
        in_hdf5("Addons>F1Score", threshold=0.5),
    ],
)
def test_a_custom_class_is_not_that_of_keras(raw: Config) -> None:
    metric = read(raw)
    assert metric.form is LossForm.CUSTOM
    assert metric.reason is not None
    assert metric.reason.startswith("the metric is an object of the custom class ")


# MeanMetricWrapper


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("stored", ["binary_accuracy", function("binary_accuracy")], ids=["name", "object"])
def test_a_wrapper_is_its_function(stored: object, generation: int) -> None:
    metric = read(in_hdf5("MeanMetricWrapper", name="accuracy", dtype="float32", fn=stored), generation)
    assert (metric.name, metric.thresholds, metric.label) == ("BinaryAccuracy", (0.5,), "binary_accuracy")


def test_a_wrapper_has_the_parameters_of_its_function() -> None:
    stored = function("binary_crossentropy")
    assert read(metric_object("MeanMetricWrapper", fn=stored, from_logits=True)).from_logits is True
    assert read(metric_object("MeanMetricWrapper", fn=stored)).from_logits is False
    assert read(metric_object("MeanMetricWrapper", fn="binary_accuracy", threshold=0.0)).thresholds == (0.0,)


def test_a_wrapper_can_hold_a_loss_object() -> None:
    stored = in_hdf5("MeanMetricWrapper", name="bce", fn=in_hdf5("BinaryCrossentropy", from_logits=True))
    metric = read(stored, 2)
    assert (metric.name, metric.form, metric.from_logits) == ("BinaryCrossentropy", LossForm.OBJECT, True)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ("my_metric", "'my_metric' is a custom function"),
        ("<lambda>", "'<lambda>' is a custom function"),
        (None, "'MeanMetricWrapper' is a custom function"),
        (in_hdf5("MeanMetricWrapper", fn="binary_accuracy"), "'MeanMetricWrapper' is a custom function"),
    ],
)
def test_a_wrapper_of_anything_else_is_the_users_own(stored: object, reason: str) -> None:
    assert read(in_hdf5("MeanMetricWrapper", fn=stored), 2).reason == reason


# What is no metric


def test_nothing_is_no_metric() -> None:
    assert metrics.read(None, 3) is None


@pytest.mark.parametrize("raw", [3, [], {"name": "accuracy"}, {"class_name": 5}])
def test_what_keras_never_writes_cannot_be_judged(raw: object) -> None:
    assert read(raw).reason == "the metric is stored in a form that Keras never writes"
