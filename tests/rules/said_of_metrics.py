"""Models with metrics, and heads in 16 bits, of which every form of the messages about them is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.building import (
    called,
    dense,
    function,
    functional,
    layer,
    loss,
    metric,
    operation,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, followed_by, head
from tests.rules.said import OTHER_AXIS, RESHAPED, Said, flagged

HALF = {"class_name": "DTypePolicy", "module": "keras", "config": {"name": "mixed_float16"}, "registered_name": None}


PRECISION, RECALL = metric("Precision", thresholds=None), metric("Recall", thresholds=None)
HALVED = followed_by(layer("Activation", "scores", activation="softmax", dtype=HALF), units=3)


def metrics(*stored: Any) -> Mapping[str, Any]:
    return {"metrics": list(stored)}


CASES: Mapping[str, Said] = {
    "accuracy on a logit": Said(model=head(units=1), loss=flagged("BinaryCrossentropy"), settings=metrics("accuracy")),
    "accuracy on a logit, Keras 3.3": Said(
        model=head(units=1), loss=flagged("BinaryCrossentropy"), version="3.3.3", settings=metrics("accuracy")
    ),
    "counts on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(PRECISION, metric("Recall", thresholds=0.9, name="sure")),
    ),
    "counts on a logit, TF 2.8": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        version="2.8.0",
        backend="tensorflow",
        settings=metrics(PRECISION),
    ),
    "a sweep on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("RecallAtPrecision", precision=0.8)),
    ),
    "an F-score on logits": Said(
        model=head(units=3), loss=flagged("BinaryCrossentropy"), settings=metrics(metric("F1Score", threshold=0.5))
    ),
    "precision on logits of classes": Said(
        model=head(units=3),
        loss=flagged("CategoricalCrossentropy"),
        settings=metrics(PRECISION, "acc"),
    ),
    "recall on logits of classes": Said(
        model=head(units=3),
        loss=flagged("CategoricalCrossentropy"),
        settings=metrics(RECALL),
    ),
    "recall on logits of classes, Keras 2.3": Said(
        model=head(units=3),
        loss=flagged("CategoricalCrossentropy"),
        version="2.3.1",
        backend="tensorflow",
        settings=metrics(RECALL, PRECISION),
    ),
    "recall at other thresholds on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("Recall", thresholds=[0.2, 0.9])),
    ),
    "two sweeps and an accuracy on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(
            metric("RecallAtPrecision", precision=0.8),
            metric("SensitivityAtSpecificity", specificity=0.5),
            metric("BinaryAccuracy", threshold=0.5),
            metric("BinaryAccuracy", threshold=0.7, name="sure"),
        ),
    ),
    "thresholds beyond 0 and 1 on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("Recall", thresholds=[0.0, 0.5, 1.0]), metric("Precision", thresholds=[0.5, 1.5])),
    ),
    "a threshold of 1 on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("Recall", thresholds=[0.5, 1.0])),
    ),
    "a threshold whose logit is beyond 1": Said(
        model=head(units=1), loss=flagged("BinaryCrossentropy"), settings=metrics(metric("Recall", thresholds=0.8))
    ),
    "a high threshold on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("Recall", thresholds=0.7311), metric("BinaryIoU", threshold=0.9, name="sure")),
    ),
    "accuracies on a logit, Keras 3.3": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        version="3.3.3",
        settings=metrics(metric("BinaryAccuracy", threshold=0.5), PRECISION, metric("F1Score", threshold=0.5)),
    ),
    "accuracy on a logit, weighted, too": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings={"metrics": ["accuracy"], "weighted_metrics": [PRECISION, "accuracy"]},
    ),
    "only a weighted metric on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings={"weighted_metrics": [PRECISION]},
    ),
    "accuracy on a logit by a loss of its own flag": Said(
        model=head(units=1), loss=flagged("BinaryCrossentropy", label_smoothing=0.1), settings=metrics("accuracy")
    ),
    "counts and a sweep on logits of classes": Said(
        model=head(units=3),
        loss=flagged("CategoricalCrossentropy"),
        settings=metrics(
            metric("RecallAtPrecision", precision=0.8),
            RECALL,
            metric("F1Score", threshold=0.5),
        ),
    ),
    "accuracy on margins": Said(model=head(units=1), loss="hinge", settings=metrics("accuracy")),
    "AUC on a logit": Said(
        model=head(units=1), loss=flagged("BinaryCrossentropy"), settings=metrics(metric("AUC", from_logits=False))
    ),
    "AUC with a flag on a probability": Said(
        model=head("sigmoid", 1), loss=BINARY, settings=metrics(metric("AUC", from_logits=True))
    ),
    "two AUCs on a logit": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("AUC", from_logits=False), metric("AUC", curve="PR", name="area", from_logits=False)),
    ),
    "two AUCs with a flag on a probability": Said(
        model=head("sigmoid", 1),
        loss=BINARY,
        settings=metrics(metric("AUC", from_logits=True), metric("AUC", curve="PR", name="area", from_logits=True)),
    ),
    "AUC on a logit, by name, too": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        settings=metrics(metric("AUC", from_logits=False), "AUC"),
    ),
    "AUC on a logit, TF 2.4": Said(
        model=head(units=1),
        loss=flagged("BinaryCrossentropy"),
        version="2.4.0",
        backend="tensorflow",
        settings=metrics(metric("AUC", from_logits=False)),
    ),
    "AUC on what reaches beyond 1": Said(
        model=followed_by(layer("Rescaling", "wider", scale=2.5, offset=-1.0), activation="hard_sigmoid", units=1),
        loss="hinge",
        settings=metrics(metric("AUC", from_logits=False)),
    ),
    "AUC on margins": Said(model=head("tanh", 1), loss="hinge", settings=metrics(metric("AUC", from_logits=False))),
    "metric without a flag on a logit, Keras 1": Said(
        model=head(units=1),
        loss=function("sigmoid_cross_entropy_with_logits"),
        version="1.2.2",
        backend="tensorflow",
        settings=metrics("binary_crossentropy"),
    ),
    "metric without a flag on logits": Said(
        model=head(),
        loss=flagged("SparseCategoricalCrossentropy"),
        settings=metrics(metric("SparseCategoricalCrossentropy", from_logits=False)),
    ),
    "metric without a flag on a logit": Said(
        model=head(units=1), loss=flagged("BinaryCrossentropy"), settings=metrics("binary_crossentropy")
    ),
    "metric with a flag on probabilities": Said(
        model=head("softmax"), loss=CATEGORICAL, settings=metrics(metric("CategoricalCrossentropy", from_logits=True))
    ),
    "metric with a flag on probabilities behind a reshape": Said(
        model=RESHAPED, loss=CATEGORICAL, settings=metrics(metric("CategoricalCrossentropy", from_logits=True))
    ),
    "equality of scores": Said(model=head("softmax"), loss=SPARSE, settings=metrics(metric("Accuracy"))),
    "class ids of scores": Said(
        model=head("softmax", 3),
        loss=SPARSE,
        settings=metrics(metric("MeanIoU", num_classes=3, sparse_y_true=True, sparse_y_pred=True)),
    ),
    "class ids of scores, one-hot": Said(
        model=head("softmax", 3),
        loss=CATEGORICAL,
        settings=metrics(metric("MeanIoU", num_classes=3, sparse_y_true=True, sparse_y_pred=True)),
    ),
    "class ids of a probability": Said(
        model=head("sigmoid", 1),
        loss=BINARY,
        settings=metrics(metric("MeanIoU", num_classes=2, sparse_y_true=True, sparse_y_pred=True)),
    ),
    "class ids of scores of another metric": Said(
        model=head("softmax", 3),
        loss=SPARSE,
        settings=metrics(metric("OneHotMeanIoU", num_classes=3, sparse_y_pred=True)),
    ),
    "class ids of scores, one-hot, of another metric": Said(
        model=head("softmax", 3),
        loss=CATEGORICAL,
        settings=metrics(metric("OneHotIoU", num_classes=3, target_class_ids=[0, 1], sparse_y_pred=True)),
    ),
    "class ids of scores along another axis": Said(
        model=OTHER_AXIS,
        loss=loss("CategoricalCrossentropy", axis=1),
        version="2.15.0",
        backend="tensorflow",
        settings=metrics(metric("MeanIoU", num_classes=7, sparse_y_true=False, sparse_y_pred=True)),
    ),
    "class ids of scores along another axis than that of the metric": Said(
        model=OTHER_AXIS,
        loss=loss("CategoricalCrossentropy", axis=1),
        version="2.15.0",
        backend="tensorflow",
        settings=metrics(metric("MeanIoU", num_classes=7, sparse_y_true=False, sparse_y_pred=True, axis=2)),
    ),
    "class ids of scores along another axis, Keras 3": Said(
        model=OTHER_AXIS,
        loss=loss("CategoricalCrossentropy", axis=1),
        settings=metrics(metric("MeanIoU", num_classes=7, sparse_y_true=False, sparse_y_pred=True)),
    ),
    "class ids of a probability, both": Said(
        model=head("sigmoid", 1),
        loss=BINARY,
        settings=metrics(
            metric("IoU", num_classes=2, target_class_ids=[0, 1], sparse_y_pred=True),
            metric("IoU", num_classes=2, target_class_ids=[1, 2], sparse_y_pred=True, name="other"),
        ),
    ),
    "class ids of scores without a loss that tells": Said(
        model=head("softmax", 3),
        loss="mse",
        settings=metrics(metric("MeanIoU", num_classes=3, sparse_y_pred=True), metric("Accuracy")),
    ),
    "recall on logits of classes, TF 2.4": Said(
        model=head(units=3),
        loss=flagged("CategoricalCrossentropy"),
        version="2.4.0",
        backend="tensorflow",
        settings=metrics(RECALL, PRECISION),
    ),
    "class ids of scores along another axis, sparse": Said(
        model=OTHER_AXIS,
        loss=loss("SparseCategoricalCrossentropy", axis=1),
        version="2.15.0",
        backend="tensorflow",
        settings=metrics(metric("MeanIoU", num_classes=7, sparse_y_true=True, sparse_y_pred=True)),
    ),
    "class ids of a probability without a loss that tells": Said(
        model=head("sigmoid", 1),
        loss="mse",
        settings=metrics(metric("MeanIoU", num_classes=2, sparse_y_pred=True), metric("Accuracy")),
    ),
    "class ids of sigmoids": Said(
        model=head("sigmoid", 2),
        loss="mse",
        settings=metrics(metric("MeanIoU", num_classes=2, sparse_y_pred=True), metric("Accuracy")),
    ),
    "class ids of sigmoids, binary": Said(
        model=head("sigmoid", 2),
        loss=BINARY,
        settings=metrics(metric("MeanIoU", num_classes=2, sparse_y_pred=True), metric("Accuracy")),
    ),
    "class ids of logits": Said(
        model=head(units=3),
        loss=flagged("SparseCategoricalCrossentropy"),
        settings=metrics(metric("MeanIoU", num_classes=3, sparse_y_pred=True), metric("Accuracy")),
    ),
    "an F-score of one column": Said(
        model=head("sigmoid", 1), loss=BINARY, settings=metrics(metric("F1Score", threshold=None, average=None))
    ),
    "softmax of a layer in 16 bits": Said(
        model=followed_by(layer("Softmax", "scores", axis=-1, dtype=HALF)), loss=SPARSE
    ),
    "softmax of an operation in 16 bits": Said(
        model=functional(
            [
                source(),
                called(dense("head", 3), tensor("x", (None, 4))),
                called(
                    operation("Softmax", "scores", "keras.src.ops.nn", axis=-1),
                    tensor("head", (None, 3), dtype="float16"),
                ),
            ],
            [["scores", 0, 0]],
        ),
        loss=SPARSE,
    ),
    "softmax of a convolution in 16 bits": Said(
        model=followed_by(
            layer("Conv2D", "pixels", filters=3, kernel_size=[1, 1], activation="softmax", dtype=HALF),
            shape=(None, 8, 8, 4),
        ),
        loss=SPARSE,
    ),
    "softmax, cast to 16 bits and reshaped": Said(
        model=functional(
            [
                source(),
                called(dense("head", 3, "softmax"), tensor("x", (None, 4))),
                called(operation("Cast", "half", "keras.src.ops.core", dtype="float16"), tensor("head", (None, 3))),
                called(layer("Reshape", "grid", target_shape=[3, 1]), tensor("half", (None, 3), dtype="float16")),
            ],
            [["grid", 0, 0]],
        ),
        loss="mse",
    ),
    "softmax in 16 bits at each position": Said(
        model=sequential(
            layer("TimeDistributed", "each", layer=dense("head", 3, "softmax", dtype=HALF), dtype=HALF),
            shape=(None, 5, 4),
        ),
        loss=SPARSE,
    ),
    "softmax in 16 bits": Said(model=HALVED, loss=SPARSE),
}
