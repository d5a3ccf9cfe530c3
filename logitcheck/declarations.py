"""What a user says of code that no file holds: what a layer of their own puts out, what a loss of their own takes.

Neutral data, as `model.py` is: settings are read into it, and the analyzer takes its word where the file has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class DeclaredOutput(Enum):
    """What a layer puts out, each of its outputs alike; the values are those of settings.

    LOGITS: any real number, as a Dense layer without an activation does. PROBABILITIES: a distribution along the last
    axis. UNIT_INTERVAL: numbers in [0, 1], each on its own. LOG_PROBABILITIES: the logarithm of a distribution along
    the last axis. UNCHANGED: in prediction, the numbers that it is given, as noise, masking and logging do.
    """

    LOGITS = "logits"
    PROBABILITIES = "probabilities"
    UNIT_INTERVAL = "unit_interval"
    LOG_PROBABILITIES = "log_probabilities"
    UNCHANGED = "unchanged"


class DeclaredInput(Enum):
    """What a loss takes; the values are those of settings.

    LOGITS: any real number; the loss applies the softmax or sigmoid itself. PROBABILITIES: a distribution along the
    last axis. UNIT_INTERVAL: numbers in [0, 1], each on its own. ANY: any number, as a mean squared error does.
    """

    LOGITS = "logits"
    PROBABILITIES = "probabilities"
    UNIT_INTERVAL = "unit_interval"
    ANY = "any"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declarations:
    """What is said of layers and losses, each under the name that the report shows.

    layers: under the class (`pkg>MySoftmax`, or `MySoftmax` of any package) or, of a class that many layers share,
      the class and the layer's name (`Lambda:to_probabilities`); the more exact key wins. A subclassed model whose
      config holds no layers is found by its class. losses: under their names (`my_ce`, `pkg>MyLoss`, `MyLoss`).

    Layers and losses that logitcheck knows keep their meaning, whatever is said of them.
    """

    layers: Mapping[str, DeclaredOutput] = field(default_factory=dict)
    losses: Mapping[str, DeclaredInput] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Give every entry as a settings file names it: `layers.pkg>MySoftmax`, `losses.my_ce`."""
        return [*(f"layers.{key}" for key in self.layers), *(f"losses.{key}" for key in self.losses)]

    def __bool__(self) -> bool:
        """Whether anything is said at all."""
        return bool(self.layers or self.losses)


NO_DECLARATIONS = Declarations()


@dataclass(frozen=True, slots=True)
class LayerDeclaration:
    """What is said of one layer, and the key that it is said under."""

    key: str
    output: DeclaredOutput


@dataclass(frozen=True, slots=True)
class LossDeclaration:
    """What is said of one loss, and the key that it is said under."""

    key: str
    takes: DeclaredInput
