"""Where the numbers of a tensor come from: values with a source in common are not independent of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """The weights of one layer, or one input of the model. Two uses of one layer have the same source.

    width: how many numbers the source itself is computed from, if the file tells; called only when it matters.
    """

    identity: object
    width: Callable[[], int | None] = field(compare=False, repr=False)


Sources = frozenset[Source]
NO_SOURCES: Sources = frozenset()
