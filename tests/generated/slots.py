"""What can stand in the slots of a block's template, for a tensor of a given shape; the simplest comes first."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

from tests.generated.blocks import KERAS_2, KERAS_3

Shape = tuple[int | None, ...]
"""With the batch axis, which is None."""

_ACTIVATIONS = (
    *("linear", "softmax", "sigmoid", "relu", "tanh", "hard_sigmoid", "softplus", "softsign", "exponential", "elu"),
    *("selu", "gelu", "swish"),
)
ACTIVATIONS: Mapping[str, tuple[str, ...]] = {
    KERAS_2: (*_ACTIVATIONS, "mish"),
    KERAS_3: (
        *(*_ACTIVATIONS, "log_softmax", "log_sigmoid", "relu6", "leaky_relu", "silu", "mish", "hard_silu", "celu"),
        *("hard_tanh", "tanh_shrink", "soft_shrink", "hard_shrink", "squareplus", "sparse_plus"),
        *("sparsemax", "sparse_sigmoid"),
    ),
}

_UNARY: Mapping[str, tuple[str, ...]] = {
    KERAS_3: (
        *("exp", "log", "sqrt", "square", "abs", "negative", "sigmoid", "softmax", "log_softmax", "relu", "relu6"),
        *("tanh", "softplus", "softsign", "silu", "gelu", "elu", "selu", "leaky_relu", "hard_sigmoid", "log_sigmoid"),
        *("hard_tanh", "celu", "mish", "hard_silu", "sign", "round", "floor", "ceil", "sin", "cos", "arctan"),
        *("log1p", "expm1", "sinh", "erf", "rsqrt", "reciprocal", "stop_gradient", "isnan", "soft_shrink"),
    ),
    KERAS_2: (
        *("exp", "math.log", "sqrt", "square", "abs", "negative", "sigmoid", "nn.softmax", "nn.log_softmax"),
        *("nn.relu", "nn.relu6", "tanh", "math.softplus", "nn.softsign", "nn.silu", "nn.gelu", "nn.elu", "nn.selu"),
        *("nn.leaky_relu", "math.log_sigmoid", "sign", "round", "floor", "math.ceil", "sin", "cos", "math.log1p"),
        *("math.expm1", "math.erf", "math.rsqrt", "math.reciprocal", "stop_gradient", "identity"),
    ),
}
_REDUCTIONS: Mapping[str, tuple[str, ...]] = {
    KERAS_3: ("mean", "sum", "max", "min", "prod", "std", "var"),
    KERAS_2: ("mean", "sum", "max", "min", "prod"),
}
_LARGEST_AXIS_TO_FILL = 6


def _axes(shape: Shape) -> Sequence[object]:
    return [-1, *range(-len(shape) + 1, -1), *range(1, len(shape))]


def _targets(shape: Shape) -> Sequence[object]:
    if None in shape[1:]:
        return [(-1, shape[-1])] if shape[-1] is not None else []
    count = 1
    for size in shape[1:]:
        count *= size or 1
    pairs = [(size, count // size) for size in range(1, count + 1) if count % size == 0]
    triples = [(first, second, rest // second) for first, rest in pairs for second in (1, 2) if rest % second == 0]
    return [*pairs, *triples, (-1, shape[-1]), (*shape[1:-1], 1, shape[-1])]


def _last(shape: Shape) -> Sequence[object]:
    return [shape[-1]] if shape[-1] is not None and shape[-1] <= _LARGEST_AXIS_TO_FILL else []


FIXED: Mapping[str, Sequence[object]] = {
    "units": (3, 1, 2, 4),
    "size": (1, 2),
    "index": (0, 1, -1),
    "flag": (True, False),
    "padding": ("valid", "same"),
    "number": (1.0, 2.0, 0.5, -1.0, 0.0, -3.0),
    "positive": (1.0, 2.0, 0.5, 3.0),
    "constraint": ("non_neg", "unit_norm", "max_norm"),
    "merge_mode": ("concat", "ave", "sum", "mul", None),
    "interpolation": ("nearest", "bilinear", "bicubic"),
    "output_mode": ("int", "one_hot", "multi_hot", "count"),
    "encoding_mode": ("multi_hot", "one_hot", "count"),
}
"""Slots filled alike for all tensors."""

BY_SHAPE: Mapping[str, Callable[[Shape], Sequence[object]]] = {
    "last": _last,
    "axis": _axes,
    "target": _targets,
    "permutation": lambda shape: list(itertools.permutations(range(1, len(shape)))),
    "transposition": lambda shape: [(0, *order) for order in itertools.permutations(range(1, len(shape)))],
}
"""Slots filled according to the shape of the operand."""

NAMED = ("softmax", "sigmoid", "relu", "tanh", "softplus", "elu", "hard_sigmoid")
"""Functions that `keras.activations` has in every generation."""


def fillings(slot: str, shape: Shape, generation: str) -> Sequence[str]:
    """Give the pieces of code that can stand in a slot."""
    match slot:
        case "unary":
            return _UNARY[generation]
        case "reduction":
            return _REDUCTIONS[generation]
        case "named":
            return NAMED
        case "activation":
            return [repr(name) for name in ACTIVATIONS[generation]]
        case _:
            return [repr(item) for item in (FIXED[slot] if slot in FIXED else BY_SHAPE[slot](shape))]
