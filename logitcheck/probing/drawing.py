"""Draws a histogram in one line of text."""

from __future__ import annotations

from logitcheck.probing.observations import Histogram

_BLOCKS = " ▁▂▃▄▅▆▇█"
_PLAIN = " .:-=+*#@"


def line(histogram: Histogram, *, ascii_only: bool) -> str:
    """Draw how many numbers lie in each step, the ends beside it; a step with few is never drawn as one with none."""
    levels = _PLAIN if ascii_only else _BLOCKS
    highest = max(histogram.counts, default=0)
    if histogram.low == histogram.high:
        return f"always {histogram.low:.4g}"
    bars = "".join(levels[_level(count, highest, len(levels) - 1)] for count in histogram.counts)
    return f"{histogram.low:.4g} [{bars}] {histogram.high:.4g}"


def _level(count: int, highest: int, levels: int) -> int:
    if not count:
        return 0
    return max(1, round(levels * count / highest))
