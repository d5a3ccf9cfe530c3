"""The parameters that Keras stores losses with, and their types: what it refuses is not read as if it were not there.

Source: `get_config` and the constructors of tf.keras 1.15 to 2.15 and Keras 3.0 to 3.15, and what they make of values
of other types (keras-facts: "How each loss form is stored").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logitcheck.loader import fields

_Check = Callable[[object], bool]


def _is_anything(_: object) -> bool:
    return True


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_flag(value: object) -> bool:
    """Tell whether Keras, which asks `if from_logits`, is told by a value; a text is true unless it is empty."""
    return value is None or isinstance(value, (bool, int, float, str))


def _is_number(value: object) -> bool:
    return isinstance(value, float) or fields.integer(value) is not None


def _is_number_if_any(value: object) -> bool:
    return value is None or _is_number(value)


def _is_number_or_one_a_class(value: object) -> bool:
    return _is_number(value) or (isinstance(value, list) and all(map(_is_number, value)))


def _is_integer(value: object) -> bool:
    return fields.integer(value) is not None


def _is_integer_if_any(value: object) -> bool:
    return value is None or _is_integer(value)


def _is_integers_if_any(value: object) -> bool:
    return _is_integer_if_any(value) or (isinstance(value, list) and all(map(_is_integer, value)))


_OF_EVERY_LOSS: Mapping[str, _Check] = {
    "name": _is_text,
    "reduction": _is_text,
    "dtype": _is_anything,
    "fn": _is_anything,  # Keras 2.10 and later name the function that a class wraps
}
_CROSSENTROPY: Mapping[str, _Check] = {
    "from_logits": _is_flag,
    "label_smoothing": _is_number_if_any,
    "axis": _is_integer,
}
_FOCUS: Mapping[str, _Check] = {"alpha": _is_number_or_one_a_class, "gamma": _is_number}

_OF: Mapping[str, Mapping[str, _Check]] = {
    "BinaryCrossentropy": _CROSSENTROPY,
    "BinaryFocalCrossentropy": {**_CROSSENTROPY, **_FOCUS, "apply_class_balancing": _is_flag},
    "CategoricalCrossentropy": _CROSSENTROPY,
    "CategoricalFocalCrossentropy": {**_CROSSENTROPY, **_FOCUS},
    "SparseCategoricalCrossentropy": {
        "from_logits": _is_flag,
        "ignore_class": _is_integer_if_any,
        "axis": _is_integer,
    },
    "CategoricalGeneralizedCrossEntropy": {"q": _is_number},
    "Huber": {"delta": _is_number},
    "CosineSimilarity": {"axis": _is_integers_if_any},
    "Dice": {"axis": _is_integers_if_any},
    "Tversky": {"axis": _is_integers_if_any, "alpha": _is_number, "beta": _is_number},
    "Circle": {"gamma": _is_number, "margin": _is_number, "remove_diagonal": _is_flag},
}
"""Class -> its parameters beside those of every loss; what a loss without a row has besides is unknown to it."""

_ALWAYS_STORED = "from_logits"
"""What every version writes of the classes that have it; without it, its key was damaged, and the default a guess."""


def refusal(class_name: str, config: Mapping[str, object], *, is_whole: bool) -> str | None:
    """Say why a config is none that Keras makes a loss of its own from; None if it is one.

    is_whole: whether it is that of an object, which holds all its parameters, and not only those that were given.
    """
    own = _OF.get(class_name, {})
    for key, value in config.items():
        check = own.get(key) or _OF_EVERY_LOSS.get(key)
        if check is None:
            return f"it is stored with {fields.label(key)!r}, which is no parameter of {class_name}"
        if not check(value):
            return f"it is stored with a {key} of another type than {class_name} takes"
    if is_whole and _ALWAYS_STORED in own and _ALWAYS_STORED not in config:
        return f"it is stored without {_ALWAYS_STORED}, which Keras always stores of {class_name}"
    return None
