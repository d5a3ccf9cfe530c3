"""Where an interpolation looks at an image, and so which of its pixels count negatively.

Keras and TensorFlow 2 count from the centres of pixels, and leave out what lies beyond the border: of what is left, the
weights sum to 1 (tensorflow/core/kernels/image/resize_bicubic_op.cc, jax/_src/image/scale.py). PyTorch repeats the
pixels at the border instead, which leaves the signs of the others.
"""

from __future__ import annotations

from logitcheck.analyzer.calls import LayerCall

OVERSHOOTING = frozenset({"bicubic", "lanczos3", "lanczos5"})
"""Methods whose weights are negative for pixels at a distance between 1 and 2."""

_LAYERS = frozenset({"UpSampling2D", "Resizing"})
"""Layers that look there; functions of TensorFlow 1 look elsewhere under the same names."""

_OPTIONS = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")

_SEEN = 0.001
"""A weight whose effect is seen in practice: of a pixel that is nearly hit, the others have next to none."""


def overshoots(before: int | None, after: int | None) -> bool:
    """Whether a pixel counts negatively at the border of an axis that is brought from one size to another.

    Sizes whose ratio is odd are never: all samples lie on pixels.
    """
    if not before or not after or before < 2:
        return False
    pixel, rest = divmod(before - after, 2 * after)
    share = rest / (2 * after)
    behind = share * (1 - share) ** 2 / 2 if pixel >= 1 else 0.0
    ahead = share**2 * (1 - share) / 2 if pixel + 2 < before else 0.0
    return max(behind, ahead) > _SEEN


def is_told_more(call: LayerCall) -> bool:
    """Whether a call resizes in another way than by its sizes alone, or may do so."""
    return call.layer.rule not in _LAYERS or any(map(call.option, _OPTIONS))
