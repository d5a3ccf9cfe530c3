"""What models are made of, as templates of code that fit tensors of some ranks in one generation of Keras or both.

A template without `{x}` is a layer, to be called on one tensor; one with `{x}` is an expression of its own. `{y}` is
another tensor of the same shape, or the same tensor. Every other slot stands in `slots.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KERAS_3, KERAS_2 = "keras", "tf_keras"
GENERATIONS = (KERAS_3, KERAS_2)
ANY_RANK = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Block:
    """One template; `ranks` count the batch axis, `integers` tells that it reads class ids from 0 to 3."""

    template: str
    ranks: tuple[int, ...] = ANY_RANK
    generations: tuple[str, ...] = GENERATIONS
    integers: bool = False

    @property
    def is_layer(self) -> bool:
        return "{x}" not in self.template


def layers(ranks: Iterable[int], *templates: str, only: str | None = None) -> tuple[Block, ...]:
    generations = GENERATIONS if only is None else (only,)
    return tuple(Block(f"keras.layers.{template}", tuple(ranks), generations) for template in templates)


def operations(only: str, *templates: str, ranks: Iterable[int] = ANY_RANK) -> tuple[Block, ...]:
    return tuple(Block(template, tuple(ranks), (only,)) for template in templates)


def anywhere(*templates: str, ranks: Iterable[int] = ANY_RANK) -> tuple[Block, ...]:
    return tuple(Block(template, tuple(ranks)) for template in templates)
