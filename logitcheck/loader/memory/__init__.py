"""Reads a model in memory, with the methods that `model.save` would ask, and without running or changing it.

It gives what the `.keras` file would hold, so that all that is known of files holds of it.
"""

from __future__ import annotations

from typing import Any

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader.memory import architecture, origin, settings
from logitcheck.loader.memory.quiet import quiet
from logitcheck.loader.stored import StoredModel
from logitcheck.model import ContainerFormat

__all__ = ["is_model", "read"]


def is_model(given: object) -> bool:
    """Whether something is a Keras model, of whatever version."""
    return origin.of(given) is not None


def read(model: Any) -> StoredModel:
    """Read the config and the compile settings of a model.

    Raises UnreadableInputError if it is of a Keras that cannot be asked for them, TypeError if it is no model at all.
    """
    home = origin.of(model)
    if home is None:
        raise TypeError(f"Expected a path or a Keras model, found an object of class {type(model).__name__!r}.")
    if home.package == origin.PRIVATE:
        message = (
            "The model is made with tensorflow.python.keras, an old copy of Keras that TensorFlow keeps for itself."
        )
        hint = "Import keras, tf_keras or tensorflow.keras in its place; or save the model, and inspect the file."
        raise UnreadableInputError(ErrorCode.UNSUPPORTED_FORMAT, message, hint)
    with quiet(home):
        return StoredModel(
            format=ContainerFormat.KERAS,
            config=architecture.config_of(model, home),
            compile_settings=settings.of(model, home),
            keras_version=home.version,
            backend=home.backend,
            in_memory=True,
        )
