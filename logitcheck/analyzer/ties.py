"""What numbers of one tensor have to do with each other, where their common range does not tell.

Each tie is a mark among the sources of a value, so that it goes wherever its numbers go, until new weights free them.
"""

from __future__ import annotations

from logitcheck.analyzer.sources import Source, Sources

COPIES: Sources = frozenset({Source("copies", lambda: None)})
"""Stands among the sources of numbers of which some may be the same one."""

BALANCED: Sources = frozenset({Source("balanced", lambda: None)})
"""Stands among the sources of numbers that may always sum to 0, or to another constant."""

VANISHING: Sources = frozenset({Source("vanishing", lambda: None)})
"""Stands among the sources of numbers that may be nothing but zeros, as what is left of a tensor less itself."""

UNEVEN: Sources = frozenset({Source("uneven", lambda: None)})
"""Stands among the sources of numbers of which some may not take what others do, as the zeros of a padding."""

DIVIDED: Sources = frozenset({Source("divided", lambda: None)})
"""Stands among the sources of numbers of which only some fall without end, and only others rise without end."""

LEAPING: Sources = frozenset({Source("leaping", lambda: None)})
"""Stands among the sources of numbers that may leap over others on their way, as whole numbers do."""

CREEPING: Sources = frozenset({Source("creeping", lambda: None)})
"""Stands among the sources of numbers that leave [0, 1] both ways, and go far only in theory.

As logarithms do of numbers that pass through 0 and do not keep near to it: -3 is soon reached, -20 in practice never.
"""

TIES = COPIES | BALANCED | VANISHING | UNEVEN | DIVIDED | LEAPING | CREEPING
"""What makes numbers of one tensor depend on each other, but not those of two tensors."""
