"""Every operation of Keras 3 behind heads of several kinds: what is claimed of its output holds when the model runs.

One model holds all operations as outputs of their own; each is then computed on wide random inputs and weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck.analyzer.values import Kind
from logitcheck.report import OutputReport

pytestmark = pytest.mark.usefixtures("every_saved_model_is_the_same")

Expression = Callable[[Any, Any, Any], Any]
"""Makes a tensor of (`keras.ops`, a tensor of shape (None, 6, 4), another one of its kind)."""

OF_EACH_NUMBER = [
    "arcsin",
    "arccos",
    "arctan",
    "arcsinh",
    "arccosh",
    "arctanh",
    "tan",
    "tanh",
    "sinh",
    "cosh",
    "sin",
    "cos",
    "sinc",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log10",
    "log1p",
    "log2",
    "sqrt",
    "square",
    "cbrt",
    "abs",
    "negative",
    "reciprocal",
    "rsqrt",
    "sign",
    "floor",
    "ceil",
    "trunc",
    "round",
    "erf",
    "erfinv",
    "relu",
    "relu6",
    "sigmoid",
    "softplus",
    "softsign",
    "silu",
    "log_sigmoid",
    "leaky_relu",
    "hard_sigmoid",
    "hard_silu",
    "elu",
    "selu",
    "gelu",
    "celu",
    "softmax",
    "log_softmax",
    "sparsemax",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "tanh_shrink",
    "sparse_plus",
    "squareplus",
    "sparse_sigmoid",
    "glu",
    "nan_to_num",
    "isnan",
    "isfinite",
    "logical_not",
    "signbit",
    "deg2rad",
    "rad2deg",
    "i0",
    "angle",
    "real",
    "ones_like",
    "zeros_like",
    "sort",
    "argsort",
    "flip",
    "normalize",
]
ALONG_AN_AXIS = [
    "mean",
    "sum",
    "max",
    "min",
    "prod",
    "std",
    "var",
    "median",
    "ptp",
    "all",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "nanmean",
    "nansum",
    "nanmax",
    "nanmin",
    "nanvar",
    "nanstd",
    "nanprod",
    "nanmedian",
    "logsumexp",
    "cumsum",
    "cumprod",
]


def _of_one(name: str) -> Expression:
    return lambda ops, a, _: getattr(ops, name)(a)


def _along(name: str, axis: int) -> Expression:
    return lambda ops, a, _: getattr(ops, name)(a, axis=axis)


EXPRESSIONS: dict[str, Expression] = {
    **{name: _of_one(name) for name in OF_EACH_NUMBER},
    **{f"{name} over time": _along(name, 1) for name in ALONG_AN_AXIS},
    **{f"{name} over classes": _along(name, -1) for name in ALONG_AN_AXIS},
    "sum k": lambda ops, a, _: ops.sum(a, axis=-1, keepdims=True),
    "mean ax": lambda ops, a, _: ops.mean(a, axis=1),
    "cumsum ax": lambda ops, a, _: ops.cumsum(a, axis=-1),
    "cumsum ax1": lambda ops, a, _: ops.cumsum(a, axis=1),
    "logsumexp ax": lambda ops, a, _: ops.logsumexp(a, axis=-1),
    "median ax": lambda ops, a, _: ops.median(a, axis=-1),
    "quantile": lambda ops, a, _: ops.quantile(a, 0.3, axis=-1),
    "percentile": lambda ops, a, _: ops.percentile(a, 30, axis=1),
    "diff": lambda ops, a, _: ops.diff(a),
    "trapezoid": lambda ops, a, _: ops.trapezoid(a),
    "norm": lambda ops, a, _: ops.norm(a, axis=-1),
    "norm1": lambda ops, a, _: ops.norm(a, ord=1, axis=-1, keepdims=True),
    "normalize1": lambda ops, a, _: ops.normalize(a, order=1),
    "arctan2": lambda ops, a, b: ops.arctan2(a, b),
    "hypot": lambda ops, a, b: ops.hypot(a, b),
    "logaddexp": lambda ops, a, b: ops.logaddexp(a, b),
    "logaddexp2": lambda ops, a, b: ops.logaddexp2(a, b),
    "mod": lambda ops, a, _: ops.mod(a, 3.0),
    "fmod": lambda ops, a, _: ops.fmod(a, 3.0),
    "floor_divide": lambda ops, a, _: ops.floor_divide(a, 3.0),
    "heaviside": lambda ops, a, _: ops.heaviside(a, ops.ones_like(a) * 0.5),
    "divide_no_nan": lambda ops, a, b: ops.divide_no_nan(a, b),
    "add": lambda _ops, a, b: a + b,
    "sub": lambda _ops, a, b: a - b,
    "mul": lambda _ops, a, b: a * b,
    "div": lambda _ops, a, b: a / b,
    "max2": lambda ops, a, b: ops.maximum(a, b),
    "fmin": lambda ops, a, b: ops.fmin(a, b),
    "pow": lambda _ops, a, _: a**2,
    "self div": lambda _ops, a, b: a / (a + b),
    "where": lambda ops, a, b: ops.where(a > 0, a, b),
    "select": lambda ops, a, b: ops.select([a > 0, a < -1], [a, b], 0.25),
    "greater": lambda _ops, a, b: a > b,
    "isclose": lambda ops, a, b: ops.isclose(a, b),
    "matmul": lambda ops, a, b: ops.matmul(a, ops.transpose(b, (0, 2, 1))),
    "matmul2": lambda ops, a, b: ops.matmul(a[:, :4, :], b[:, :4, :]),
    "einsum": lambda ops, a, b: ops.einsum("bij,bkj->bik", a, b),
    "tensordot": lambda ops, a, b: ops.tensordot(a, b, axes=[[2], [2]]),
    "dot": lambda ops, a, _: ops.dot(a, ops.ones((4, 2))),
    "outer": lambda ops, a, b: ops.outer(a, b),
    "inner": lambda ops, a, _: ops.inner(a, ops.ones((4,))),
    "attention": lambda ops, a, b: ops.dot_product_attention(a[:, :, None, :], a[:, :, None, :], b[:, :, None, :]),
    "conv": lambda ops, a, _: ops.conv(a, ops.ones((2, 4, 3))),
    "avg_pool": lambda ops, a, _: ops.average_pool(a, 2),
    "max_pool": lambda ops, a, _: ops.max_pool(a, 2),
    "adaptive": lambda ops, a, _: ops.adaptive_average_pool(a, (2,)),
    "avg_pool same": lambda ops, a, _: ops.average_pool(a, 2, padding="same"),
    "ln": lambda ops, a, _: ops.layer_normalization(a),
    "rms": lambda ops, a, _: ops.rms_normalization(a),
    "moments0": lambda ops, a, _: ops.moments(a, axes=[1])[0],
    "moments1": lambda ops, a, _: ops.moments(a, axes=[1])[1],
    "topk": lambda ops, a, _: ops.top_k(a, 2)[0],
    "topk1": lambda ops, a, _: ops.top_k(a, 2)[1],
    "onehot": lambda ops, a, _: ops.one_hot(ops.argmax(a, axis=-1), 4),
    "multihot": lambda ops, a, _: ops.multi_hot(ops.argmax(a, axis=-1), 8),
    "take": lambda ops, a, _: ops.take(a, [1, 0], axis=1),
    "take -1": lambda ops, a, _: ops.take(a, [1, 0, 3], axis=-1),
    "tal": lambda ops, a, _: ops.take_along_axis(a, ops.argmax(a, axis=-1, keepdims=True), axis=-1),
    "pad": lambda ops, a, _: ops.pad(a, ((0, 0), (1, 1), (0, 0))),
    "pad7": lambda ops, a, _: ops.pad(a, ((0, 0), (1, 1), (0, 0)), constant_values=7.0),
    "pad refl": lambda ops, a, _: ops.pad(a, ((0, 0), (1, 1), (0, 0)), mode="reflect"),
    "tile": lambda ops, a, _: ops.tile(a, (1, 1, 2)),
    "tile1": lambda ops, a, _: ops.tile(a, (1, 2, 1)),
    "repeat": lambda ops, a, _: ops.repeat(a, 2, axis=-1),
    "repeat1": lambda ops, a, _: ops.repeat(a, 2, axis=1),
    "roll": lambda ops, a, _: ops.roll(a, 1, axis=1),
    "rot90": lambda ops, a, _: ops.rot90(a, axes=(1, 2)),
    "fliplr": lambda ops, a, _: ops.fliplr(a),
    "flipud": lambda ops, a, _: ops.flipud(a),
    "hstack": lambda ops, a, b: ops.hstack([a, b]),
    "vstack": lambda ops, a, b: ops.vstack([a, b]),
    "dstack": lambda ops, a, b: ops.dstack([a, b]),
    "append": lambda ops, a, b: ops.append(a, b, axis=1),
    "append-1": lambda ops, a, b: ops.append(a, b, axis=-1),
    "hsplit": lambda ops, a, _: ops.hsplit(a, 2)[0],
    "dsplit": lambda ops, a, _: ops.dsplit(a, 2)[1],
    "array_split": lambda ops, a, _: ops.array_split(a, 2, axis=-1)[0],
    "array_split1": lambda ops, a, _: ops.array_split(a, 2, axis=1)[0],
    "slice": lambda ops, a, _: ops.slice(a, (0, 1, 0), (1, 2, 4)),
    "slice2": lambda ops, a, _: ops.slice(a, (0, 1, 1), (1, 2, 2)),
    "slice_update": lambda ops, a, b: ops.slice_update(a, (0, 1, 0), b[:1, :2, :]),
    "tril": lambda ops, a, _: ops.tril(a),
    "triu": lambda ops, a, _: ops.triu(a),
    "trace": lambda ops, a, _: ops.trace(a, axis1=1, axis2=2),
    "diagonal": lambda ops, a, _: ops.diagonal(a, axis1=1, axis2=2),
    "meshgrid": lambda ops, a, b: ops.meshgrid(a[0, 0], b[0, 0])[0],
    "d2s": lambda ops, a, _: ops.depth_to_space(a[:, None], 2),
    "s2d": lambda ops, a, _: ops.space_to_depth(a[:, :, :, None], 2),
    "full_like": lambda ops, a, _: ops.full_like(a, 2.5),
    "linspace": lambda ops, a, b: ops.linspace(a, b, 5),
    "average": lambda ops, a, b: ops.average(ops.stack([a, b]), axis=0, weights=numpy.array([0.3, 0.7], "float32")),
    "average neg": lambda ops, a, b: ops.average(
        ops.stack([a, b]), axis=0, weights=numpy.array([-0.3, 1.3], "float32")
    ),
    "stack": lambda ops, a, b: ops.stack([a, b], axis=1),
    "vander": lambda ops, a, _: ops.vander(a[0, 0], 3),
    "clip": lambda ops, a, _: ops.clip(a, 0.1, 0.9),
    "round1": lambda ops, a, _: ops.round(a, 1),
    "digitize": lambda ops, a, _: ops.digitize(a, numpy.array([0.0, 1.0])),
    "resize": lambda ops, a, _: ops.image.resize(a[:, :, None, :], (3, 5)),
    "resize cubic": lambda ops, a, _: ops.image.resize(a[:, :, None, :], (9, 5), interpolation="bicubic"),
    "resize pad": lambda ops, a, _: ops.image.resize(
        a[:, :, None, :], (9, 5), pad_to_aspect_ratio=True, fill_value=-3.0
    ),
    "affine": lambda ops, a, _: ops.image.affine_transform(
        a[:, :, None, :], numpy.array([1, 0.2, 1, 0.1, 1, 0, 0, 0], "float32")
    ),
    "blur": lambda ops, a, _: ops.image.gaussian_blur(ops.tile(a[:, :, None, :], (1, 1, 6, 1))),
    "pad_images": lambda ops, a, _: ops.image.pad_images(a[:, :, None, :], 1, 1, 1, 1),
    "crop_images": lambda ops, a, _: ops.image.crop_images(
        a[:, :, None, :], top_cropping=1, left_cropping=0, target_height=2, target_width=1
    ),
    "grey": lambda ops, a, _: ops.image.rgb_to_grayscale(a[:, :, None, :3]),
    "hsv": lambda ops, a, _: ops.image.rgb_to_hsv(a[:, :, None, :3]),
    "rgb": lambda ops, a, _: ops.image.hsv_to_rgb(a[:, :, None, :3]),
    "patches": lambda ops, a, _: ops.image.extract_patches(a[:, :, None, :], (1, 1), padding="same"),
    "unfold": lambda ops, a, _: ops.unfold(ops.transpose(a[:, :, None, :], (0, 3, 1, 2)), 1, padding=1),
    "cross": lambda ops, a, b: ops.cross(a[..., :3], b[..., :3]),
    "cdist": lambda ops, a, b: ops.cdist(a, b),
    "segment": lambda ops, a, _: ops.segment_sum(a[0], numpy.array([0, 0, 1, 1, 2, 2]), num_segments=4),
    "cast int": lambda ops, a, _: ops.cast(a, "int32"),
    "cast bool": lambda ops, a, _: ops.cast(a, "bool"),
    "stopgrad": lambda ops, a, _: ops.stop_gradient(a),
    "swapaxes": lambda ops, a, _: ops.swapaxes(a, 1, 2),
    "threshold": lambda ops, a, _: ops.threshold(a, 0.2, 0.5),
    "exp/sum": lambda ops, a, _: ops.exp(a) / ops.sum(ops.exp(a), axis=-1, keepdims=True),
    "x-lse": lambda ops, a, _: a - ops.logsumexp(a, axis=-1, keepdims=True),
    "x-max": lambda ops, a, _: a - ops.max(a, axis=-1, keepdims=True),
    "kron": lambda ops, a, b: ops.kron(a[0], b[0]),
    "ldexp": lambda ops, a, b: ops.ldexp(a, ops.cast(b, "int32")),
    "bincount": lambda ops, a, _: ops.bincount(ops.cast(ops.abs(a[:, 0]) > 0, "int32"), minlength=3),
    "nanquantile": lambda ops, a, _: ops.nanquantile(a, 0.3, axis=-1),
    "view": lambda ops, a, _: ops.view(a, "int32"),
    "squeeze": lambda ops, a, _: ops.squeeze(ops.expand_dims(a, 1), 1),
    "moveaxis": lambda ops, a, _: ops.moveaxis(a, 2, 1),
    "softmax1": lambda ops, a, _: ops.softmax(a, axis=1),
}

HEADS: dict[str, Callable[[Any, Any], Any]] = {
    **{
        name: lambda keras, x, name=name: keras.layers.Dense(4, activation=name)(x)
        for name in ("linear", "softmax", "tanh", "relu", "log_softmax")
    },
    "2 softmax + 1": lambda keras, x: 2 * keras.layers.Dense(4, activation="softmax")(x) + 1.0,
}


@pytest.mark.parametrize("head", HEADS)
def test_what_is_claimed_of_an_operation_holds_when_it_runs(head: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras: Any = pytest.importorskip("keras", reason="the extra [test] brings it")
        keras.backend.clear_session()
        x = keras.Input((6, 4), name="x")
        operands = [HEADS[head](keras, x) for _ in range(2)]
        outputs = [_first(expression(keras.ops, *operands)) for expression in EXPRESSIONS.values()]
        path = tmp_path / "model.keras"
        keras.Model(x, outputs).save(path)
        found = _results(keras, keras.Model(x, operands))
    reports = logitcheck.inspect(path).outputs
    wrong = {
        name: (report.kind, report.low, report.high)
        for (name, runs), report in zip(found.items(), reports, strict=True)
        if not all(_holds(report, run) for run in runs)
    }
    assert wrong == {}


def _first(outputs: Any) -> Any:
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


def _results(keras: Any, model: Any) -> dict[str, list[Any]]:
    random = numpy.random.default_rng(0)
    found: dict[str, list[Any]] = {name: [] for name in EXPRESSIONS}
    for scale in (0.01, 0.1, 1.0, 10.0):
        for variable in model.weights:
            variable.assign(random.normal(size=tuple(variable.shape)) * scale)
        inputs = random.normal(size=(8, 6, 4)) * random.choice([0.1, 1.0, 50.0], size=(8, 1, 1))
        operands = model(inputs.astype("float32"), training=False)
        for name, expression in EXPRESSIONS.items():
            found[name].append(numpy.asarray(_first(expression(keras.ops, *operands)), dtype="float64"))
    return found


def _holds(report: OutputReport, results: Any) -> bool:
    finite = results[numpy.isfinite(results)]
    if not finite.size:
        return True
    slack = 1e-4 * max(1.0, float(numpy.abs(finite).max())) if report.kind is Kind.RANGE else 1e-4
    bounded = (report.low is None or finite.min() >= report.low - slack) and (
        report.high is None or finite.max() <= report.high + slack
    )
    if report.axis is None:
        return bool(bounded)
    sums = (numpy.exp(results) if report.kind is Kind.LOG_PROBABILITIES else results).sum(axis=report.axis)
    return bool(bounded and numpy.allclose(sums[numpy.isfinite(sums)], 1, atol=1e-3))
