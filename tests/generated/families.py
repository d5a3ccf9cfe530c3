"""The families of blocks, and how often each comes up."""

from __future__ import annotations

from collections.abc import Mapping

from tests.generated import layers, operations
from tests.generated.blocks import Block

FAMILIES: Mapping[str, tuple[Block, ...]] = {
    "dense": layers.DENSE,
    "activating": layers.ACTIVATING,
    "operations": operations.OPERATIONS,
    "patterns": operations.PATTERNS,
    "merging": operations.MERGING,
    "rearranging": layers.REARRANGING,
    "normalising": layers.NORMALISING,
    "pooling": layers.POOLING,
    "convolution": layers.CONVOLUTION,
    "attention": layers.ATTENTION,
    "recurrent": layers.RECURRENT,
    "odd": (*layers.ENCODING, *layers.ODD),
    "opaque": operations.OPAQUE,
}

COMMON = ("dense", "activating", "operations", "patterns", "merging", "rearranging", "normalising", "pooling")
ALL = (*COMMON, *COMMON, *FAMILIES)
"""Families to pick from: the common ones come up three times as often as the others."""
