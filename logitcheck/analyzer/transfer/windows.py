"""Windows that slide over the spatial axes, of convolutions and of pooling: the shapes that they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logitcheck.analyzer.calls import LayerCall, whole
from logitcheck.model import Shape

_RANKS = (1, 2, 3)

CONVOLUTIONS: Mapping[str, int] = {
    f"{prefix}Conv{rank}D": rank for prefix in ("", "Separable", "Depthwise") for rank in _RANKS
}
"""Layers that slide a window of weights -> how many spatial axes it has."""

TRANSPOSED: Mapping[str, int] = {f"Conv{rank}DTranspose": rank for rank in _RANKS}
"""Those that spread each number over a window."""

Convolve = Callable[[int, int, int, int, str], int | None]
"""Length, kernel, stride, dilation, padding -> length of the output along one spatial axis."""


def convolved(length: int, kernel: int, stride: int, dilation: int, padding: str) -> int | None:
    """Give the length of a convolution's or pooling's output (keras/src/ops/operation_utils.py, 3.15)."""
    if padding in {"same", "causal"}:
        return -(-length // stride)
    if padding == "valid":
        return max(0, -(-(length - (kernel - 1) * dilation) // stride))
    return None


def transposed(length: int, kernel: int, stride: int, dilation: int, padding: str) -> int | None:
    """Give the length of a transposed convolution's output; None with an explicit output padding."""
    extent = (kernel - 1) * dilation + 1
    if padding == "same":
        return length * stride
    return length * stride + max(extent - stride, 0) if padding == "valid" else None


def spatial(call: LayerCall, name: str, rank: int, default: int) -> list[int] | None:
    """Give a parameter that is one number or one for each spatial axis."""
    stored = call.config.get(name)
    stored = default if stored is None else stored
    items = [whole(item) for item in (stored if isinstance(stored, (list, tuple)) else [stored] * rank)]
    sizes = [item for item in items if item is not None and item > 0]
    return sizes if len(sizes) == rank == len(items) else None


def window_shape(call: LayerCall, kernel_name: str, channels: int | None, convolve: Convolve) -> Shape | None:
    """Give the shape after a window slid over the spatial axes; `channels` None keeps their number."""
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    rank = len(shape) - 2
    first = call.config.get("data_format") == "channels_first"
    lengths = shape[2:] if first else shape[1:-1]
    kernel = spatial(call, kernel_name, rank, 2)
    default = 1 if kernel_name == "kernel_size" else 0
    strides = kernel if default == 0 and call.config.get("strides") is None else spatial(call, "strides", rank, 1)
    dilation = spatial(call, "dilation_rate", rank, 1)
    padding = call.config.get("padding", "valid")
    if kernel is None or strides is None or dilation is None or call.config.get("output_padding") is not None:
        moved: tuple[int | None, ...] = (None,) * rank
    else:
        moved = tuple(
            None if length is None else convolve(length, kernel[axis], strides[axis], dilation[axis], str(padding))
            for axis, length in enumerate(lengths)
        )
    count = (shape[1] if first else shape[-1]) if channels is None else channels
    return (shape[0], count, *moved) if first else (shape[0], *moved, count)
