"""Metrics as compile settings store them, under their canonical class names (keras-facts: "Metrics").

Keras 3, `.keras` archives and Keras up to TF 2.5 store what the user gave: strings, functions by name, objects. HDF5
files of TF 2.6 to 2.15 store what Keras made of it: every string and function is a MeanMetricWrapper by then.

An object has no key for a parameter that its version did not write (AUC.from_logits before TF 2.10): that parameter is
unknown then, not the default. Strings and functions cannot carry parameters, so that theirs are the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping

from logitcheck.loader import envelopes, fields, losses
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import ACCURACY_BY_SHAPE, CROSSENTROPY_BY_SHAPE, LossForm, Metric

_DEFAULT_THRESHOLD = 0.5
_MOST_THRESHOLDS = 1000
_MOST_WRITTEN = 50

_COUNTS = frozenset(
    {"Precision", "Recall", "TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"},
)
"""Classes with `thresholds`: null stands for 0.5, or for a ranking where `top_k` is set."""

_F_SCORES = frozenset({"F1Score", "FBetaScore"})
"""Classes with a `threshold` whose null stands for a ranking: the largest score of each row."""

_CUTS = frozenset({"BinaryAccuracy", "BinaryIoU"})
"""Classes with a `threshold` of 0.5 where none is given."""

_UNIONS = frozenset({"IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"})

_ACCURACIES: Mapping[str, str] = {
    "binary_accuracy": "BinaryAccuracy",
    "categorical_accuracy": "CategoricalAccuracy",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
    "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
}
"""Functions that are metrics and no losses, in every version."""

_KERAS_1: Mapping[str, str] = {
    "precision": "Precision",
    "recall": "Recall",
    "fbeta_score": "FBetaScore",
    "f1score": "F1Score",
    "fmeasure": "FBetaScore",
    "fscore": "FBetaScore",
    "matthews_correlation": "MatthewsCorrelation",
}
"""Functions of Keras 1 only; all of them round the predictions, at 0.5."""

_SNAKE_CASE: Mapping[str, str] = {
    "auc": "AUC",
    "precision": "Precision",
    "recall": "Recall",
    "true_positives": "TruePositives",
    "false_positives": "FalsePositives",
    "true_negatives": "TrueNegatives",
    "false_negatives": "FalseNegatives",
    "f1_score": "F1Score",
    "f_beta_score": "FBetaScore",
    "binary_io_u": "BinaryIoU",
}
"""Strings of Keras 3 for classes that have no function of that name, so that one in an HDF5 file may be the user's."""

_NAMED = _COUNTS | _F_SCORES | _CUTS | {"AUC", "Accuracy", *_ACCURACIES.values()}
"""Classes that a string can name: the others need arguments, or are losses as well."""

_DEFAULTS: Mapping[str, object] = {
    "curve": "ROC",
    "summation_method": "interpolation",
    "multi_label": False,
    "num_labels": None,
    "num_thresholds": 200,
    "top_k": None,
    "class_id": None,
    "average": None,
    "beta": 1.0,
    "label_smoothing": 0,
    "ignore_class": None,
    "sparse_y_true": True,
    "num_classes": None,
    "target_class_ids": None,
    "axis": -1,
}
"""Parameters that a fix has to keep, and their defaults in every version."""

_BINARY_CLASSES = [0, 1]
"""Default `target_class_ids` of BinaryIoU."""


def read(raw: object, generation: int, *, by_name: bool = False) -> Metric | None:
    """Read one metric; None where none is stored.

    generation: the major version of Keras. by_name: whether the file keeps of a function its bare name, as HDF5 does.
    """
    match raw:
        case None:
            return None
        case Metric():  # of a model in memory
            return raw
        case str():
            return _string(fields.label(raw) or "", generation, by_name=by_name)
        case {"class_name": "function", "config": str(name)}:
            return _function(fields.label(name) or "", {}, generation)
        case {"class_name": "__lambda__"}:
            return _custom("<lambda>", "the metric is a Python lambda, whose code is never run")
        case _:
            envelope = envelopes.read(raw)
            if envelope is None:
                return _custom("unreadable", "the metric is stored in a form that Keras never writes")
            return _object(envelope, generation)


def _string(name: str, generation: int, *, by_name: bool) -> Metric:
    if name.lower() in {"accuracy", "acc"}:
        return Metric(name=ACCURACY_BY_SHAPE, form=LossForm.STRING, label=name)
    if name.lower() in {"crossentropy", "ce"}:
        if generation == 3:
            return _custom(name, f"the string {name!r} is no metric of Keras 3: the first fit fails")
        return _builtin(CROSSENTROPY_BY_SHAPE, LossForm.STRING, {"from_logits": False}, name)
    if generation == 1 and name in _KERAS_1:
        return _builtin(_KERAS_1[name], LossForm.STRING, {"threshold": _DEFAULT_THRESHOLD, "thresholds": None}, name)
    known = _named(name, generation, by_name=by_name)
    if known is None:
        return _custom(name, f"{name!r} is no metric of Keras {generation}; it is the user's own")
    return _builtin(known, LossForm.STRING, _given_nothing(known), name)


def _named(name: str, generation: int, *, by_name: bool) -> str | None:
    """Give the class that a string names: by itself, by its name in snake case, or by that of a function."""
    if losses.has_class(name, generation) or (name in _NAMED and generation > 1):
        return name
    in_snake_case = _SNAKE_CASE.get(name) if generation == 3 and not by_name else None
    return in_snake_case or _canonical(name, generation)


def _function(name: str, parameters: Mapping[str, object], generation: int) -> Metric:
    known = _canonical(name, generation)
    if known is None:
        return _custom(name, f"{name!r} is a custom function")
    return _builtin(known, LossForm.FUNCTION, {**_given_nothing(known), **parameters}, name)


def _object(envelope: Envelope, generation: int) -> Metric:
    if envelope.is_custom:
        reason = f"the metric is an object of the custom class {envelope.full_name!r}"
        return _custom(envelope.full_name, reason)
    if envelope.class_name == "MeanMetricWrapper":
        return _wrapped(envelope.config, generation)
    return _builtin(envelope.class_name, LossForm.OBJECT, envelope.config, envelope.class_name)


def _wrapped(config: Mapping[str, object], generation: int) -> Metric:
    """Read a MeanMetricWrapper: the parameters of its function, or its loss object, stand beside it in the config."""
    function = config.get("fn")
    inner = envelopes.read(function)
    name = fields.label(function)
    if inner is not None and inner.class_name == "function":
        name = fields.label(fields.mapping(function).get("config"))
    elif inner is not None and inner.class_name != "MeanMetricWrapper":
        return _object(inner, generation)
    return _function(name or "MeanMetricWrapper", config, generation)


def _canonical(name: str, generation: int) -> str | None:
    """Give the class whose values a function of Keras has, or None if Keras has no such function."""
    return _ACCURACIES.get(name) or losses.canonical(name, generation)


def _given_nothing(name: str) -> Mapping[str, object]:
    """Give the parameters of a metric that was named without any."""
    return {"from_logits": False, "threshold": None if name in _F_SCORES else _DEFAULT_THRESHOLD, "thresholds": None}


def _builtin(name: str, form: LossForm, config: Mapping[str, object], label: str) -> Metric:
    has_flag = name in losses.WITH_FLAG or name in {"AUC", CROSSENTROPY_BY_SHAPE}
    return Metric(
        name=name,
        form=form,
        label=label,
        from_logits=fields.boolean(config.get("from_logits")) if has_flag else None,
        thresholds=_thresholds(name, config),
        takes_ids=fields.boolean(config.get("sparse_y_pred")) if name in _UNIONS else None,
        settings=tuple(_settings(name, config)),
    )


def _thresholds(name: str, config: Mapping[str, object]) -> tuple[float, ...] | None:
    if name in _COUNTS:
        if "thresholds" not in config:
            return None
        if config["thresholds"] is None:
            return () if config.get("top_k") is not None else (_DEFAULT_THRESHOLD,)
        return _numbers(config["thresholds"])
    if name in _F_SCORES or name in _CUTS or name == "MatthewsCorrelation":
        if "threshold" not in config:
            return None
        return () if config["threshold"] is None else _numbers(config["threshold"])
    return None


def _numbers(raw: object) -> tuple[float, ...] | None:
    items = raw if isinstance(raw, list) else [raw]
    if len(items) > _MOST_THRESHOLDS or not all(_is_number(item) for item in items):
        return None
    return tuple(items)


def _is_number(item: object) -> bool:
    return isinstance(item, float) or fields.integer(item) is not None


def _settings(name: str, config: Mapping[str, object]) -> list[tuple[str, object]]:
    """Give the parameters that differ from the defaults; longer lists than a person writes are none of theirs."""
    kept: list[tuple[str, object]] = []
    for parameter, default in _DEFAULTS.items():
        value = config.get(parameter, default)
        value = fields.label(value) or value
        is_default = value == (_BINARY_CLASSES if name == "BinaryIoU" and parameter == "target_class_ids" else default)
        if not is_default and (isinstance(value, (bool, int, float, str)) or _is_short(value, 8)):
            kept.append((parameter, value))
    if name == "AUC" and _is_short(config.get("thresholds"), _MOST_WRITTEN):
        kept = [(key, value) for key, value in kept if key != "num_thresholds"]
        kept.append(("thresholds", config["thresholds"]))
    own = fields.label(config.get("name"))
    if own is not None and not _is_given_by_keras(own, name):
        kept.append(("name", own))
    return kept


def _is_given_by_keras(own: str, class_name: str) -> bool:
    """Whether a metric is called as Keras calls it by itself: by its class, with a number where there are several."""
    stem, _, number = own.rpartition("_")
    return (stem if stem and number.isdecimal() else own).replace("_", "").lower() == class_name.lower()


def _is_short(value: object, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most and all(isinstance(item, (int, float)) for item in value)


def _custom(name: str, reason: str) -> Metric:
    return Metric(name=name, form=LossForm.CUSTOM, label=name, reason=reason)
