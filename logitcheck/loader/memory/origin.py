"""Which Keras a model in memory is of, told by its classes and by what is imported already; nothing is imported.

Python 3.11 runs Keras 3, tf-keras, and the Keras 2.12 to 2.15 of TensorFlow: all of them have the `.keras` format. A
model is an object of their class `Model`, in `<package>.models.model` (Keras 3) or `<package>.engine.training` (2).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

_GENERATIONS = {".models.model": 3, ".engine.training": 2}
_PACKAGES = frozenset({"keras.src", "keras", "tf_keras.src", "tf_keras", PRIVATE := "tensorflow.python.keras"})
"""Where those modules are: in Keras 2.13 and newer below `src`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A package of Keras that is imported. package: the one with its code. generation: its major version."""

    package: str
    generation: int

    @property
    def root(self) -> str:
        """The name that people import it by, but for `tf.keras`."""
        return _root(self.package)

    @property
    def version(self) -> str | None:
        """Its version, as it writes it into files."""
        found = getattr(sys.modules.get(self.root), "__version__", None)
        return found if isinstance(found, str) else None

    @property
    def backend(self) -> str | None:
        """The backend that it runs on."""
        if self.generation < 3:
            return "tensorflow"
        found = self.module("backend.config").backend()
        return found if isinstance(found, str) else None

    def module(self, name: str) -> Any:
        """Give one of its modules, which is imported wherever there is a model."""
        return sys.modules[f"{self.package}.{name}"]

    def serialize(self, value: object) -> object:
        """Serialize an object as `model.save` does for a `.keras` file."""
        return self.module("saving.serialization_lib").serialize_keras_object(value)

    def owns(self, function: object) -> bool:
        """Whether a function or class is one of this Keras or of TensorFlow: what their module has under its name.

        TensorFlow has some under another name, or wrapped; then its own code has to be what is called. Neither can be
        said by a decorator of the user's (`functools.wraps` copies the name of the module, `tf.custom_gradient` calls
        code of TensorFlow): none does both.
        """
        home, name = getattr(function, "__module__", None), getattr(function, "__name__", None)
        if not isinstance(home, str) or not isinstance(name, str):
            return False
        is_of_tensorflow = _root(home) == "tensorflow"
        if not is_of_tensorflow and not home.startswith(f"{self.package}."):
            return False
        code = getattr(function, "__globals__", {}).get("__name__", "")
        is_same = getattr(sys.modules.get(home), name, None) is function
        return is_same or (is_of_tensorflow and _root(code) == "tensorflow")


def of(model: object) -> Origin | None:
    """Tell which Keras a model is of; None if it is no model of any."""
    for ancestor in type(model).__mro__:
        for ending, generation in _GENERATIONS.items():
            home = ancestor.__module__
            package = home.removesuffix(ending)
            if package != home and package in _PACKAGES and getattr(sys.modules.get(home), "Model", None) is ancestor:
                return Origin(package, generation)
    return None


def _root(module: str) -> str:
    return module.partition(".")[0]
