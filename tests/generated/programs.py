"""Programs that build a model, line by line, and the bench on which their lines are tried out as they are drawn."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.generated.blocks import KERAS_3

CUSTOM = """\
class Custom(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs - 1
"""
_SPARING: Mapping[str, Mapping[str, bool]] = {KERAS_3: {"free_memory": False}}
"""Clearing the session names layers anew; Keras 3 would collect garbage each time, which takes longer than all else."""

_NAME = re.compile(r"\b[a-z]+\d+\b")


@dataclass(frozen=True, slots=True)
class Program:
    """Python code that builds `model` and saves it, as text; `opaque` tells that it holds a custom layer or Lambda."""

    generation: str
    lines: tuple[str, ...]
    suffix: str

    @property
    def opaque(self) -> bool:
        return any("Custom(" in line or "Lambda(" in line for line in self.lines)

    @property
    def masked(self) -> bool:
        """Whether it masks steps; no file tells which layers behind look at the mask."""
        return any("mask_zero" in line or "Masking(" in line for line in self.lines)

    @property
    def code(self) -> str:
        heading = ["import keras"]
        if self.generation != KERAS_3:
            heading = ["import tensorflow as tf", f"import {self.generation} as keras"]
        custom = CUSTOM.splitlines() if any("Custom(" in line for line in self.lines) else []
        return "\n".join([*heading, *custom, *self.lines, f"model.save('model{self.suffix}')"])

    def __repr__(self) -> str:
        return f"\n{self.code}\n"


class Bench:
    """Evaluates expressions one after another; one that Keras refuses leaves no trace."""

    def __init__(self, generation: str) -> None:
        self.generation = generation
        keras = importlib.import_module(generation)
        keras.backend.clear_session(**_SPARING.get(generation, {}))
        self._namespace: dict[str, Any] = {"keras": keras, "tf": importlib.import_module("tensorflow")}
        self._expressions: dict[str, str] = {}
        self._tried = 0

    def add(self, prefix: str, expression: str) -> str | None:
        """Assign an expression to a new name and give that, or None if it cannot be evaluated."""
        self._tried += 1
        name = f"{prefix}{self._tried}"
        try:
            self._namespace[name] = self.value(expression)
        except Exception:  # noqa: BLE001  Keras refuses what does not fit in many ways; the draw goes on without it
            return None
        self._expressions[name] = expression
        return name

    def value(self, expression: str) -> Any:
        """Evaluate an expression over the names so far."""
        if "Custom(" in expression and "Custom" not in self._namespace:
            exec(CUSTOM, self._namespace)
        return eval(expression, self._namespace)

    def needed(self, expression: str) -> set[str]:
        """Give the names that an expression depends on."""
        return _needed(expression, self._expressions)

    def program(self, model: str, suffix: str) -> tuple[Program, Any]:
        """Build the model of an expression; give the lines that it needs, and it."""
        needed = self.needed(model)
        lines = [f"{name} = {expression}" for name, expression in self._expressions.items() if name in needed]
        built = self.value(model)
        return Program(self.generation, (*lines, f"model = {model}"), suffix), built


def _needed(expression: str, expressions: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    waiting: Sequence[str] = [expression]
    while waiting:
        names = {name for text in waiting for name in _NAME.findall(text) if name in expressions}
        waiting = [expressions[name] for name in names - found]
        found |= names
    return found
