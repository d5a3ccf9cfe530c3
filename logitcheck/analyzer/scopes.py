"""Uses of graphs: the model itself, and each nested model or wrapper at each of its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from logitcheck.model import Graph, TensorReference

LONGEST_PREFIX = 1000
"""Characters of the path to a nested model, which every evidence in it repeats."""


@dataclass(eq=False, slots=True)
class Scope:
    """One use of a graph: the model itself, or a nested model or wrapper at one of its calls.

    arguments: what the graph's inputs are bound to in the parent scope; empty for the model itself.
    folded: whether the second axis of everything outside is hidden inside (TimeDistributed).
    in_training: whether it was called with `training=True`, which reaches every layer inside.
    """

    graph: Graph
    parent: Scope | None = None
    arguments: Sequence[TensorReference] = ()
    folded: bool = False
    in_training: bool = False
    prefix: str = ""
    children: dict[tuple[str, int, int], Scope] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember which input of the graph is which."""
        self.positions = {reference.layer: index for index, reference in enumerate(self.graph.inputs)}

    def binding(self, layer: str) -> TensorReference | None:
        """Give the tensor of the parent scope that the input called `layer` stands for."""
        position = self.positions.get(layer)
        return self.arguments[position] if position is not None and position < len(self.arguments) else None


class Point(NamedTuple):
    """One call of one layer in one scope."""

    scope: Scope
    layer: str
    call: int


def within(prefix: str, name: str) -> str:
    """Give what comes before the names in a nested model; only the end of a path that is too long to be read."""
    path = f"{prefix}{name}/"
    return path if len(path) <= LONGEST_PREFIX else f"…{path[1 - LONGEST_PREFIX :]}"
