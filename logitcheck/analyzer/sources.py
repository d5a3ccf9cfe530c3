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

COPIES: Sources = frozenset({Source("copies", lambda: None)})
"""Stands among the sources of numbers of which some may be the same one."""

BALANCED: Sources = frozenset({Source("balanced", lambda: None)})
"""Stands among the sources of numbers that may always sum to 0."""

VANISHING: Sources = frozenset({Source("vanishing", lambda: None)})
"""Stands among the sources of numbers that may be nothing but zeros, as what is left of a tensor less itself."""

TIES = COPIES | BALANCED | VANISHING
"""What makes numbers of one tensor depend on each other, but not those of two tensors."""
