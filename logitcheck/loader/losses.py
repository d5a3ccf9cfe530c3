"""Losses as compile settings store them, under their canonical class names (keras-facts: "Compile configuration").

A string or a bare function always means `from_logits=False`. A function is known by its name only, so a user's
function with the name of a built-in one cannot be told from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from logitcheck.loader import envelopes, fields, loss_parameters
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import CROSSENTROPY_BY_SHAPE, Loss, LossForm

WITH_FLAG = frozenset(
    {
        *("BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy"),
        *("CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy"),
    }
)
"""Classes with a `from_logits` parameter; every one defaults to False."""

_CLASS_AXIS = frozenset(
    {"CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy", "KLDivergence", "CTC"}
)

_FUNCTIONS: Mapping[str, str] = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_generalized_cross_entropy": "CategoricalGeneralizedCrossEntropy",
    "kl_divergence": "KLDivergence",
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "log_cosh": "LogCosh",
    "cosine_similarity": "CosineSimilarity",
    "poisson": "Poisson",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "dice": "Dice",
    "tversky": "Tversky",
    "circle": "Circle",
    "ctc": "CTC",
}

_SHORT: Mapping[str, str] = {
    "kld": "KLDivergence",
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
}

_SINCE_KERAS_2 = {"bce": "BinaryCrossentropy"}

_OLDER: Mapping[str, str] = {
    "kullback_leibler_divergence": "KLDivergence",
    "huber_loss": "Huber",
    "logcosh": "LogCosh",
    "cosine_proximity": "CosineSimilarity",
    "cosine": "CosineSimilarity",
}
"""Names of Keras 1 and 2 only."""

_RAW_TENSORFLOW = frozenset(
    f"{name}_cross_entropy_with_logits" for name in ("sigmoid", "weighted", "softmax", "sparse_softmax")
)

_CLASSES = frozenset(_FUNCTIONS.values())

_DEFAULTS: Mapping[str, object] = {
    "label_smoothing": 0,
    "apply_class_balancing": False,
    "alpha": 0.25,
    "gamma": 2.0,
    "ignore_class": None,
    "axis": -1,
}
"""Parameters of cross-entropies beside from_logits, and their defaults in every version."""

_SINCE: Mapping[str, int] = {
    **dict.fromkeys(("Dice", "Tversky", "Circle", "CTC", "CategoricalGeneralizedCrossEntropy"), 3),
    **dict.fromkeys(("BinaryFocalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge"), 2),
}
"""The first generation of Keras that has a loss, where it is not the first: before, the name is the user's own."""


def read(raw: object, generation: int) -> Loss | None:
    """Read one loss; None where none is stored. `generation` is the major version of Keras: 1, 2 or 3."""
    match raw:
        case None:
            return None
        case Loss():  # of a model in memory
            return raw
        case str():
            return _string(fields.label(raw) or "", generation)
        case {"class_name": "function", "config": str(name)}:
            return _function(fields.label(name) or "", generation)
        case {"class_name": "__lambda__"}:
            return unknown("<lambda>", "the loss is a Python lambda, whose code is never run")
        case _:
            envelope = envelopes.read(raw)
            if envelope is None or not isinstance(fields.mapping(raw).get("config"), dict):
                return unknown("unreadable", "the loss is stored in a form that Keras never writes")
            return _object(envelope, generation)


def _string(name: str, generation: int) -> Loss:
    if name.lower() in {"ce", "crossentropy"}:
        if generation == 3:
            return Loss(name=CROSSENTROPY_BY_SHAPE, form=LossForm.STRING, label=name, from_logits=False, axis=-1)
        return unknown(name, f"the string {name!r} is no loss of Keras {generation}: the first fit fails")
    known = canonical(name, generation)
    if known is None and has_class(name, generation):
        known = name
    if known is not None:
        return _builtin(known, LossForm.STRING, {}, name)
    raw = _raw_tensorflow(name)
    if raw is not None:
        return raw
    if name == "<lambda>":
        return unknown(name, "the loss is a Python lambda, whose code is never run")
    return unknown(name, f"{name!r} is no loss of Keras {generation}; it is the user's own")


def _function(name: str, generation: int) -> Loss:
    known = canonical(name, generation)
    if known is not None:
        return _builtin(known, LossForm.FUNCTION, {}, name)
    return _raw_tensorflow(name) or unknown(name, f"{name!r} is a custom function")


def _raw_tensorflow(name: str) -> Loss | None:
    """Read a raw TensorFlow function: they all expect logits and have no flag to say otherwise."""
    known = name.removesuffix("_v2")
    if known not in _RAW_TENSORFLOW:
        return None
    return Loss(name=known, form=LossForm.FUNCTION, label=name, axis=-1 if "softmax" in known else None)


def _object(envelope: Envelope, generation: int) -> Loss:
    name = envelope.class_name
    if name == "LossFunctionWrapper" and not envelope.is_custom:
        return _wrapped(envelope.config, generation)
    if name == "MeanMetricWrapper" or envelope.is_custom or not has_class(name, generation):
        hint = fields.boolean(envelope.config.get("from_logits"))
        return unknown(envelope.full_name, f"the loss is an object of the custom class {envelope.full_name!r}", hint)
    return _with_parameters(name, LossForm.OBJECT, envelope.config, name)


def _wrapped(config: Mapping[str, object], generation: int) -> Loss:
    """Read a LossFunctionWrapper: the parameters of the function stand beside it in the config."""
    function = config.get("fn")
    name = fields.label(function) or fields.label(fields.mapping(function).get("config")) or "LossFunctionWrapper"
    known = canonical(name, generation)
    if known is None:
        hint = fields.boolean(config.get("from_logits"))
        return _raw_tensorflow(name) or unknown(name, f"the loss wraps the custom function {name!r}", hint)
    return _with_parameters(known, LossForm.FUNCTION, config, name)


def _with_parameters(name: str, form: LossForm, config: Mapping[str, object], label: str) -> Loss:
    """Read a loss of Keras that is stored with its parameters: all that it has, or of a function those it was given."""
    refusal = loss_parameters.refusal(name, config, is_whole=form is LossForm.OBJECT)
    return _builtin(name, form, config, label) if refusal is None else unknown(label, refusal)


def canonical(name: str, generation: int) -> str | None:
    """Give the class whose loss a function of Keras computes, or None if Keras has no such function."""
    known = _FUNCTIONS.get(name) or _SHORT.get(name) or _SHORT.get(name.lower() if name.isupper() else name)
    if known is None and generation > 1:
        known = _SINCE_KERAS_2.get(name.lower() if name.isupper() else name)
    if known is None and generation < 3:
        known = _OLDER.get(name)
    return known if known is None or _SINCE.get(known, 1) <= generation else None


def has_class(name: str, generation: int) -> bool:
    """Whether Keras of that major version has a loss class of this name."""
    return name in _CLASSES and max(2, _SINCE.get(name, 1)) <= generation


def _builtin(name: str, form: LossForm, config: Mapping[str, object], label: str) -> Loss:
    axis = fields.integer(config.get("axis"))
    return Loss(
        name=name,
        form=form,
        label=label,
        from_logits=bool(config.get("from_logits", False)) if name in WITH_FLAG else None,
        axis=(-1 if axis is None else axis) if name in _CLASS_AXIS else None,
        ignore_class=config.get("ignore_class") is not None,
        settings=tuple(
            (parameter, config[parameter])
            for parameter, default in _DEFAULTS.items()
            if parameter in config
            and isinstance(config[parameter], (bool, int, float))
            and config[parameter] != default
        ),
    )


def unknown(name: str, reason: str, hint: bool | None = None) -> Loss:
    """Make a loss of which nothing is known but what it is called; the reason says why."""
    return Loss(name=name, form=LossForm.CUSTOM, label=name, reason=reason, hint_from_logits=hint)
