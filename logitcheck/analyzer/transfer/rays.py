"""How functions of one number go on as it goes off: like a multiple of a power of it, or towards a limit.

Only what leads far out is kept, `x²` of `x² - 3 x`; where that cancels out, nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LEAST_VARIANCE, LayerCall, number
from logitcheck.analyzer.transfer import kinks
from logitcheck.analyzer.transfer.forms import LEFT_OVER
from logitcheck.analyzer.values import INFINITY
from logitcheck.model import LayerKind

_HIGHEST_DEGREE = 6


@dataclass(frozen=True, slots=True)
class Ray:
    """A multiple between `low` and `high` of the size of a number to the power `degree`; of degree 0, a limit.

    Multiples of a power are all of one sign; a limit may be any number between.
    """

    low: float
    high: float
    degree: int

    @property
    def goes_off(self) -> bool:
        """Whether it has no limit."""
        return self.degree > 0

    @property
    def is_positive(self) -> bool:
        """Whether it is above 0."""
        return self.low > 0


RISING = Ray(1.0, 1.0, 1)
FALLING = Ray(-1.0, -1.0, 1)

_Rule = Callable[[LayerCall, Sequence[Ray]], Ray | None]


def constant(value: float) -> Ray:
    """Give a number."""
    return Ray(value, value, 0)


def _made(low: float, high: float, degree: int) -> Ray | None:
    """Make a ray; None where its sign is not known though it has no limit, or where it is out of reach."""
    if math.isnan(low) or math.isnan(high) or degree > _HIGHEST_DEGREE:
        return None
    return None if degree and low <= 0 <= high else Ray(low, high, degree)


def scaled(ray: Ray, least: float, most: float | None = None) -> Ray | None:
    """Multiply by a number, or by any between two."""
    return _times(ray, Ray(least, least if most is None else most, 0))


def _plus(left: Ray, right: Ray) -> Ray | None:
    if left.degree != right.degree:
        return max(left, right, key=lambda ray: ray.degree)
    total = _made(left.low + right.low, left.high + right.high, left.degree)
    if total is None or not total.degree:
        return total
    size = max(abs(end) for ray in (left, right) for end in (ray.low, ray.high))
    return total if min(abs(total.low), abs(total.high)) >= size * LEFT_OVER else None


def _times(left: Ray, right: Ray) -> Ray | None:
    ends = [_product(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
    return _made(min(ends), max(ends), left.degree + right.degree)


def _product(one: float, other: float) -> float:
    return 0.0 if one == 0 or other == 0 else one * other


def _over(left: Ray, right: Ray) -> Ray | None:
    if right.low <= 0 <= right.high:
        return None
    if left.degree < right.degree:
        return constant(0.0)
    inverse = Ray(1 / right.high, 1 / right.low, 0)
    multiple = _times(Ray(left.low, left.high, 0), inverse)
    return None if multiple is None else _made(multiple.low, multiple.high, left.degree - right.degree)


def _larger(left: Ray, right: Ray) -> Ray:
    """Give the larger of two far out, where a higher degree is farther from 0, to its own side."""
    if left.degree == right.degree and left.is_positive == right.is_positive:
        return Ray(max(left.low, right.low), max(left.high, right.high), left.degree)
    if left.degree == right.degree == 0:
        return Ray(max(left.low, right.low), max(left.high, right.high), 0)
    higher, lower = sorted((left, right), key=lambda ray: (ray.degree, ray.is_positive), reverse=True)
    return higher if higher.is_positive else lower


def _negated(ray: Ray) -> Ray:
    return Ray(-ray.high, -ray.low, ray.degree)


def _smaller(left: Ray, right: Ray) -> Ray:
    return _negated(_larger(_negated(left), _negated(right)))


def _folded(pair: Callable[[Ray, Ray], Ray | None]) -> _Rule:
    def rule(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
        result: Ray | None = sides[0]
        for side in sides[1:]:
            result = None if result is None else pair(result, side)
        return result

    return rule


_added = _folded(_plus)


def _averaged(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    total = _added(call, sides)
    return None if total is None else scaled(total, 1 / len(sides))


def _subtracted(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    return _plus(sides[0], _negated(sides[1])) if len(sides) == 2 else None


def _turned(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    return _negated(sides[0]) if len(sides) == 1 else None


def _squared(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    return _times(sides[0], sides[0]) if len(sides) == 1 else None


def _divided(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    return _over(*sides) if len(sides) == 2 else None


def _same(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    return sides[0] if len(sides) == 1 else None


def _joined(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    if len({side.degree for side in sides}) != 1:
        return None
    return _made(min(side.low for side in sides), max(side.high for side in sides), sides[0].degree)


def _summed(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Sum up: as many of the number as there are, at least one."""
    count = _size(call, call.argument(1, "axis"))
    return scaled(sides[0], float(count or 1), float(count or INFINITY))


def _summed_up(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Sum up from the first number to each, itself included."""
    if call.argument(2, "exclusive") not in {None, False}:
        return None
    return scaled(sides[0], 1.0, float(_size(call, call.argument(1, "axis")) or INFINITY))


def _mapped(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Rescale: far out, an offset does not count."""
    scale, offset = number(call.config.get("scale", 1.0)), number(call.config.get("offset", 0.0))
    return scaled(sides[0], scale) if scale and offset is not None and sides[0].goes_off else None


def _standardised(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    mean, variance = number(call.config.get("mean")), number(call.config.get("variance"))
    if mean is None or variance is None or variance < LEAST_VARIANCE or not sides[0].goes_off:
        return None
    return scaled(sides[0], math.sqrt(variance) if call.config.get("invert") is True else variance**-0.5)


def _logarithm(_: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    side = sides[0]
    return (
        None
        if len(sides) > 1 or side.goes_off or not side.is_positive
        else Ray(math.log(side.low), math.log(side.high), 0)
    )


def _shared(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Softmax: of equal numbers, each has an equal share."""
    count = _classes(call, sides)
    return constant(1 / count) if count else None


def _logarithm_of_share(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    count = _classes(call, sides)
    return constant(-math.log(count)) if count else None


def _classes(call: LayerCall, sides: Sequence[Ray]) -> int | None:
    """Give how many equal numbers share; None where they may not be equal."""
    if len(sides) != 1 or sides[0].low != sides[0].high:
        return None
    if call.layer.kind is LayerKind.LAYER:
        return None if _is_masked(call) else _size(call, call.config.get("axis", -1))
    return _size(call, call.argument(1, "axis", -1))


def _is_masked(call: LayerCall) -> bool:
    return call.argument(1, "mask") is not None


def _mixed(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Attention: means of the values, unless steps are masked."""
    return None if _is_masked(call) else sides[0]


def _reduced(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Take the largest or smallest; one to begin with may be among them."""
    return sides[0] if call.option("initial") is None else None


def _size(call: LayerCall, axis: object) -> int | None:
    along = axes.negatives(axis, call.shape()) if axis is not None else None
    return axes.product(axes.size(call.shape(), each) for each in along) if along else None


def _bent(call: LayerCall, sides: Sequence[Ray]) -> Ray | None:
    """Apply what hands on large positive numbers; of large negative ones a part is left, or a limit."""
    side, slope, limit = sides[0], kinks.slope_below(call), _LIMITS_BELOW.get(_activation(call))
    if len(sides) > 1 or not side.goes_off or (slope is None and limit is None):
        return None
    if side.is_positive or limit == -INFINITY:
        return side
    if limit is not None:
        return constant(limit)
    return scaled(side, slope) if slope else constant(0.0)


_LIMITS_BELOW: Mapping[str | None, float] = {
    **dict.fromkeys(("linear", "soft_shrink", "tanh_shrink", "hard_shrink"), -INFINITY),
    **dict.fromkeys(("softplus", "squareplus", "sparse_plus", "gelu", "silu", "mish", "hard_silu"), 0.0),
    **dict.fromkeys(("elu", "celu"), -1.0),
}
"""Activations that hand on large positive numbers -> what large negative ones come to; -inf where these pass, too."""


def _activation(call: LayerCall) -> str | None:
    """Give the activation that a call applies without any parameters."""
    if call.layer.rule == "ELU":
        return "elu" if number(call.option("alpha", 1.0)) == 1 else None
    if call.layer.rule in _OF_OPERATIONS:
        return _OF_OPERATIONS[call.layer.rule] if not call.call.kwargs and not call.config.keys() - {"name"} else None
    activation = call.layer.activation
    return activation.name if call.layer.rule == "Activation" and activation and not activation.config else None


_OF_OPERATIONS = {
    "Softplus": "softplus",
    "Gelu": "gelu",
    "Silu": "silu",
    "Mish": "mish",
    "HardSilu": "hard_silu",
    "Elu": "elu",
    "SoftShrink": "soft_shrink",
    "TanhShrink": "tanh_shrink",
    "HardShrink": "hard_shrink",
}

KEEPING = frozenset(
    {
        *(f"{name}Pooling{rank}D" for name in ("Max", "GlobalMax", "GlobalAverage") for rank in (1, 2, 3)),
        *("Flatten", "Reshape", "Permute", "RepeatVector", "Dropout", "SpatialDropout1D", "SpatialDropout2D"),
        *("GaussianNoise", "GaussianDropout", "ActivityRegularization", "Identity", "StopGradient", "Copy"),
        *("Mean", "Roll", "Flip", "Sort", "Transpose", "Squeeze", "ExpandDims"),
        *("GetItem", "Take", "BroadcastTo", "Repeat", "Tile", "Swapaxes", "Moveaxis"),
    }
)
"""Of one number, as often as it may stand there, they put out that number."""

JOINING = frozenset({"Concatenate", "Stack", "Hstack", "Vstack"})

REDUCING = frozenset({"Max", "Amax", "Min", "Amin", "Sum", "Cumsum", "Softmax", "LogSoftmax"})

_RULES: Mapping[str, _Rule] = {
    **dict.fromkeys(KEEPING, _same),
    **dict.fromkeys(("Attention", "AdditiveAttention"), _mixed),
    **dict.fromkeys(("Max", "Amax", "Min", "Amin"), _reduced),
    **dict.fromkeys(JOINING, _joined),
    **dict.fromkeys(("Activation", "ReLU", "Relu", "LeakyReLU", "LeakyRelu", "ELU", *_OF_OPERATIONS), _bent),
    "Add": _added,
    "Average": _averaged,
    "Subtract": _subtracted,
    "Multiply": _folded(_times),
    "Divide": _divided,
    "TrueDivide": _divided,
    "Negative": _turned,
    "Square": _squared,
    "Maximum": _folded(_larger),
    "Minimum": _folded(_smaller),
    "Rescaling": _mapped,
    "Normalization": _standardised,
    "Log": _logarithm,
    "Sum": _summed,
    "Cumsum": _summed_up,
    "Softmax": _shared,
    "LogSoftmax": _logarithm_of_share,
}
"""Layers and operations of the same names do the same, but for averages."""


def rule_for(call: LayerCall) -> _Rule | None:
    """Find how a call goes on; None where that is not known."""
    is_mean_along_axes = call.layer.rule == "Average" and call.layer.kind is LayerKind.OPERATION
    return None if is_mean_along_axes else _RULES.get(call.layer.rule)
