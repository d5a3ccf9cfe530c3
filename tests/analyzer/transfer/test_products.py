from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer import products, shapes
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import bounded, call, distribution, logits, operation, reason, reference, result, scores
from tests.analyzer.strategies import described_many, describes, numbers_of, values

SHAPE: Shape = (None, 5, 3)

Compute = Callable[[Any, Any], Any]

SUMS_OF_PRODUCTS: Mapping[str, Compute] = {
    "Dot": numpy.dot,
    "Inner": numpy.inner,
    "Vdot": numpy.vdot,
    "Tensordot": lambda left, right: numpy.tensordot(left, right, 1),
    "Matvec": lambda left, right: left[None, :] @ right,
    "Einsum": lambda left, right: numpy.einsum("i,i->", left, right),
    "Correlate": lambda left, right: numpy.correlate(left, right, "full"),
    "Conv": lambda left, right: numpy.convolve(left, right, "valid"),
    "DepthwiseConv": lambda left, right: numpy.convolve(left, right, "same"),
    "ConvTranspose": lambda left, right: numpy.convolve(left, right, "full"),
    "Cross": lambda left, right: numpy.outer(left, right) - numpy.outer(right, left),
}

EACH_WITH_EACH: Mapping[str, Compute] = {"Outer": numpy.outer, "Kron": numpy.kron}

NORMALISATIONS = {"BatchNorm", "LayerNorm", "RMSNorm"}


def of(name: str, *operands: Value, shape: Shape | None = SHAPE, **config: Any) -> Value:
    return result(call(operation(name, **config), *((operand, shape) for operand in operands)))


def test_every_operation_has_a_test() -> None:
    others = {"SeparableConv", "Corrcoef", "DotProductAttention"}
    assert set(products.OPERATIONS) == {*SUMS_OF_PRODUCTS, *EACH_WITH_EACH, *NORMALISATIONS, *others}


@pytest.mark.parametrize("name", {**SUMS_OF_PRODUCTS, **EACH_WITH_EACH})
@given(left=values("left"), right=values("right"), size=drawn.integers(1, 4), data=drawn.data())
def test_products_lie_within_the_claimed_bounds(
    name: str, left: Value, right: Value, size: int, data: drawn.DataObject
) -> None:
    rows = [
        numpy.array(data.draw(drawn.lists(numbers_of(value), min_size=size, max_size=size))) for value in (left, right)
    ]
    computed = {**SUMS_OF_PRODUCTS, **EACH_WITH_EACH}[name](*rows)
    claimed = of(name, left, right)
    assert all(describes(claimed, float(number)) for number in numpy.ravel(computed))


@pytest.mark.parametrize("name", SUMS_OF_PRODUCTS)
def test_scores_are_weights_to_logits_unless_differences_are_taken(name: str) -> None:
    expected = Kind.UNKNOWN if name in {"Correlate", "Cross"} else Kind.LOGITS
    assert of(name, logits("a"), scores("b")).kind is expected


@pytest.mark.parametrize("name", SUMS_OF_PRODUCTS)
@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        pytest.param(logits("a"), logits("b"), Kind.LOGITS, id="logits of two layers"),
        pytest.param(logits("a"), logits("a"), Kind.UNKNOWN, id="logits with themselves"),
        pytest.param(logits("a"), anything("it is custom", "mine"), Kind.UNKNOWN, id="logits and unknown"),
    ],
)
def test_only_independent_logits_multiply_to_logits(name: str, left: Value, right: Value, kind: Kind) -> None:
    value = of(name, left, right)
    assert value.kind is kind
    assert (value.unknown is None) is (kind is Kind.LOGITS)


@pytest.mark.parametrize("name", sorted(SUMS_OF_PRODUCTS.keys() - {"Correlate", "Cross"}))
def test_logits_multiply_with_scores_of_another_layer_to_logits(name: str) -> None:
    assert of(name, logits("a"), scores("b")).kind is Kind.LOGITS


@pytest.mark.parametrize("name", sorted({*SUMS_OF_PRODUCTS} - {"Cross", "Correlate"}))
def test_sums_of_products_of_scores_are_not_negative(name: str) -> None:
    value = of(name, scores("a"), scores("b"))
    assert (value.kind, value.low, value.high, value.reaches_high) == (Kind.RANGE, 0.0, INFINITY, False)


@pytest.mark.parametrize("name", ["Cross", "Correlate"])
def test_differences_of_products_of_scores_are_unknown(name: str) -> None:
    assert reason(of(name, scores("a"), scores("b"))) == "nothing is known of differences of products"


@pytest.mark.parametrize("name", EACH_WITH_EACH)
def test_products_of_scores_are_scores(name: str) -> None:
    assert of(name, scores("a"), scores("b")).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        pytest.param(("ij,jk->ik", reference(0), reference(1)), Kind.LOGITS, id="the letters first"),
        pytest.param((reference(0), reference(1)), Kind.LOGITS, id="the letters elsewhere"),
        pytest.param((reference(0),), Kind.LOGITS, id="one operand"),
        pytest.param((reference(0), reference(1), reference(1)), Kind.UNKNOWN, id="three operands"),
        pytest.param(("ij->i",), Kind.UNKNOWN, id="no operand"),
    ],
)
def test_a_contraction_multiplies_its_operands(args: tuple[object, ...], kind: Kind) -> None:
    called = call(operation("Einsum"), (logits("a"), SHAPE), (logits("b"), SHAPE), args=args)
    value = result(called)
    assert value.kind is kind
    assert (value.unknown is None) is (kind is Kind.LOGITS)


@pytest.mark.parametrize(
    ("operand", "low", "high"),
    [
        pytest.param(scores(), 0.0, INFINITY, id="scores"),
        pytest.param(bounded(-3.0, -1.0), -INFINITY, 0.0, id="negative"),
        pytest.param(bounded(-1.0, 1.0), -INFINITY, INFINITY, id="both signs"),
    ],
)
def test_a_contraction_of_one_operand_is_a_sum_of_its_numbers(operand: Value, low: float, high: float) -> None:
    value = of("Einsum", operand)
    assert (value.low, value.high) == (low, high)
    assert (value.unknown is None) is (low == 0.0 or high == 0.0)


@given(described_many())
def test_the_sum_of_one_operand_lies_within_the_claimed_bounds(operand: tuple[Value, list[float]]) -> None:
    assert describes(of("Einsum", operand[0]), sum(operand[1]))


@pytest.mark.parametrize(
    ("args", "kwargs", "kind"),
    [
        pytest.param((reference(0), reference(1)), {}, Kind.LOGITS, id="positional"),
        pytest.param((reference(0),), {"kernel": reference(1)}, Kind.LOGITS, id="keyword"),
        pytest.param((reference(0),), {"filters": reference(1)}, Kind.LOGITS, id="TensorFlow"),
        pytest.param(
            (reference(0),),
            {"depthwise_kernel": reference(1), "pointwise_kernel": reference(2)},
            Kind.LOGITS,
            id="two kernels",
        ),
        pytest.param((reference(0), reference(1), reference(1)), {}, Kind.UNKNOWN, id="one kernel twice"),
        pytest.param((reference(0), ConstantArray([[1.0]])), {}, Kind.UNKNOWN, id="constant kernel"),
        pytest.param((reference(0),), {}, Kind.UNKNOWN, id="no kernel"),
        pytest.param((), {}, Kind.UNKNOWN, id="no argument"),
    ],
)
def test_a_convolution_multiplies_by_its_kernels(
    args: tuple[object, ...], kwargs: dict[str, object], kind: Kind
) -> None:
    tensors = [(logits(name), SHAPE) for name in ("image", "kernel", "pointwise")]
    value = result(call(operation("SeparableConv"), *tensors, args=args, kwargs=kwargs))
    assert value.kind is kind
    assert (value.unknown is None) is (kind is Kind.LOGITS)


def test_a_convolution_without_a_readable_kernel_says_so() -> None:
    assert reason(of("Conv", logits())) == "its kernel is not readable"


@pytest.mark.parametrize(
    ("rows", "kind", "axis"),
    [
        pytest.param(distribution(name="rows"), Kind.PROBABILITIES, -1, id="distributions"),
        pytest.param(distribution(-2, "rows"), Kind.UNIT_INTERVAL, None, id="distributions over time"),
        pytest.param(logits("rows"), Kind.LOGITS, None, id="logits"),
        pytest.param(bounded(-3.0, 2.0), Kind.RANGE, None, id="range"),
        pytest.param(anything("it is custom", "mine"), Kind.UNKNOWN, None, id="unknown"),
    ],
)
def test_attention_is_a_mean_of_the_rows_of_its_values(rows: Value, kind: Kind, axis: int | None) -> None:
    operands = [(logits("query"), SHAPE), (logits("key"), SHAPE), (rows, SHAPE)]
    keywords = {"key": reference(1), "value": reference(2)}
    for called in (
        call(operation("DotProductAttention"), *operands),
        call(operation("DotProductAttention"), *operands, args=(reference(0),), kwargs=keywords),
    ):
        value = result(called)
        assert (value.kind, value.axis, value.low, value.high) == (kind, axis, rows.low, rows.high)
        assert shapes(called) == [SHAPE]


def test_attention_without_values_is_unknown() -> None:
    assert reason(of("DotProductAttention", logits("query"), logits("key"))) == "one of its operands is not readable"


@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
@given(operand=described_many())
def test_standardised_numbers_lie_within_the_claimed_bounds(name: str, operand: tuple[Value, list[float]]) -> None:
    value, numbers = operand
    row = numpy.array(numbers)
    centred = row - row.mean() if name == "LayerNorm" else row
    computed = centred / numpy.sqrt(numpy.mean(centred**2) + 1e-7)
    claimed = of(name, value, shape=(None, len(numbers)))
    assert claimed.unknown is None
    assert all(describes(claimed, float(number)) for number in computed)


@pytest.mark.parametrize(
    ("name", "operand", "config", "shape", "low", "high"),
    [
        pytest.param("LayerNorm", logits(), {}, (None, 5), -2.0, 2.0, id="layer norm"),
        pytest.param("LayerNorm", scores(), {}, (None, 5), -2.0, 2.0, id="layer norm of scores"),
        pytest.param("LayerNorm", logits(), {"axis": 1}, (None, 5, 3), -2.0, 2.0, id="positive axis"),
        pytest.param("LayerNorm", logits(), {"axis": [-1, -2]}, (None, 5, 2), -3.0, 3.0, id="list of axes"),
        pytest.param("LayerNorm", logits(), {}, (None, 1), 0.0, 0.0, id="one number"),
        pytest.param("RMSNorm", logits(), {}, (None, 4), -2.0, 2.0, id="root mean square"),
        pytest.param("RMSNorm", scores(), {}, (None, 4), 0.0, 2.0, id="root mean square of scores"),
    ],
)
def test_the_largest_standardised_number_depends_on_how_many_there_are(
    name: str, operand: Value, config: dict[str, Any], shape: Shape, low: float, high: float
) -> None:
    value = of(name, operand, shape=shape, **config)
    assert (value.low, value.high, value.reaches_high) == (low, high, False)


@pytest.mark.parametrize(
    ("name", "config", "shape", "expected"),
    [
        pytest.param("LayerNorm", {}, (None, None), "how many numbers it normalises is not known", id="unknown size"),
        pytest.param("LayerNorm", {"axis": 1}, None, "how many numbers it normalises is not known", id="unknown axis"),
        pytest.param("LayerNorm", {"axis": "all"}, SHAPE, "how many numbers it normalises is not known", id="bad axis"),
        pytest.param(
            "LayerNorm",
            {"rms_scaling": True},
            SHAPE,
            "it divides by a spread around a mean that it does not take away",
            id="the scaling of a root mean square",
        ),
    ],
)
def test_numbers_whose_normalisation_has_no_known_bound(
    name: str, config: dict[str, Any], shape: Shape | None, expected: str
) -> None:
    assert reason(of(name, logits(), shape=shape, **config)) == expected


@pytest.mark.parametrize(
    ("called", "kind"),
    [
        pytest.param(
            call(operation("LayerNorm"), (scores(), SHAPE), (logits("gamma"), (3,))), Kind.LOGITS, id="logits as scale"
        ),
        pytest.param(
            call(operation("LayerNorm"), (scores("same"), SHAPE), (logits("same"), (3,))),
            Kind.UNKNOWN,
            id="scale of the same origin",
        ),
        pytest.param(
            call(operation("RMSNorm"), (scores(), SHAPE), kwargs={"scale": 2.0}), Kind.UNKNOWN, id="number as scale"
        ),
        pytest.param(
            call(operation("RMSNorm"), (scores(), SHAPE), args=(reference(), ConstantArray([2.0]))),
            Kind.UNKNOWN,
            id="array as scale",
        ),
        pytest.param(
            call(operation("RMSNorm"), (scores(), SHAPE), args=(reference(), None)), Kind.RANGE, id="no scale"
        ),
        pytest.param(
            call(operation("BatchNorm"), (logits(), SHAPE), kwargs={"mean": [0.0], "variance": [1.0]}),
            Kind.UNKNOWN,
            id="constants of a batch norm",
        ),
        pytest.param(call(operation("BatchNorm"), (logits(), SHAPE)), Kind.UNKNOWN, id="batch norm of lost constants"),
    ],
)
def test_scale_and_shift_decide_what_a_normalisation_puts_out(called: Any, kind: Kind) -> None:
    value = result(called)
    assert value.kind is kind
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)


def test_correlations_lie_between_minus_1_and_1() -> None:
    value = of("Corrcoef", logits())
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (-1.0, 1.0, False, False)


@pytest.mark.parametrize("name", sorted(set(products.OPERATIONS) - {"DotProductAttention"}))
def test_shapes_of_products_are_not_followed(name: str) -> None:
    assert shapes(call(operation(name), (logits("a"), SHAPE), (logits("b"), SHAPE))) == [None]
