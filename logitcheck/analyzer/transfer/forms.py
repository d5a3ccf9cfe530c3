"""Sums of multiples, squares and cubes of tensors: how they are added up, and what is known of what is left."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from logitcheck.analyzer.calls import LayerCall, Operands
from logitcheck.analyzer.transfer import affine as affine_rules
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.polynomials import HIGHEST_POWER, Factors, polynomial
from logitcheck.analyzer.values import Kind, Value, affine, between, unbounded
from logitcheck.model import TensorReference

LEFT_OVER = 1e-3
"""What may be left of a tensor whose multiples cancel out, as a share of them, before rounding is all that is left."""

_LARGEST = 30.0
"""Up to this size, what rounding leaves of numbers that cancel out is nothing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A tensor that is not written out any further."""

    identity: object
    reference: TensorReference = field(compare=False)
    operands: Operands = field(compare=False, repr=False)

    @property
    def value(self) -> Value:
        """What is known of it."""
        return self.operands.value(self.reference)


@dataclass(frozen=True, slots=True)
class Factor:
    """What a power of a tensor is multiplied by.

    size: what it would be if nothing had cancelled out. exact: whether nothing was rounded on the way there.
    """

    net: float
    size: float
    exact: bool = True

    def plus(self, other: Factor) -> Factor:
        """Add two multiples up."""
        net = self.net + other.net
        return Factor(net, self.size + other.size, self.exact and other.exact and _is_power_of_two(net))

    def times(self, other: Factor) -> Factor:
        """Multiply a multiple once more."""
        return Factor(self.net * other.net, self.size * other.size, self.exact and other.exact)


def multiple(scale: float) -> Factor:
    """Give a number as what a tensor is multiplied by."""
    return Factor(scale, abs(scale), _is_power_of_two(scale))


Monomial = tuple[Origin, int]
"""A tensor to a power, which is 1, 2 or 3."""


@dataclass(frozen=True, slots=True)
class Form:
    """A sum of multiples of tensors, of their squares and of their cubes, and a constant.

    exact: whether it is computed without any rounding: of one tensor, by powers of two.
    """

    terms: Mapping[Monomial, Factor]
    constant: Factor
    exact: bool = True

    @property
    def only(self) -> Origin | None:
        """The tensor of which it is a multiple, if it is."""
        if len(self.terms) != 1 or self.constant.size:
            return None
        ((origin, power),) = self.terms
        return origin if power == 1 else None

    @property
    def factor(self) -> float:
        """What the only tensor is multiplied by."""
        return next(iter(self.terms.values())).net


def just(origin: Origin) -> Form:
    """Give a tensor as it is."""
    return Form({(origin, 1): Factor(1.0, 1.0)}, _NOTHING)


def constant(value: float) -> Form:
    """Give a number."""
    return Form({}, Factor(value, abs(value)))


_NOTHING = Factor(0.0, 0.0)


def total(forms: Sequence[Form]) -> Form:
    """Add forms up."""
    terms: dict[Monomial, Factor] = {}
    for monomial, factor in itertools.chain.from_iterable(form.terms.items() for form in forms):
        terms[monomial] = terms[monomial].plus(factor) if monomial in terms else factor
    offset = _NOTHING
    for form in forms:
        offset = offset.plus(form.constant)
    is_multiple = len(terms) == 1 and not offset.size
    exact = is_multiple and all(form.exact for form in forms) and all(map(_is_power_of_two, _nets(terms)))
    return Form(terms, offset, exact)


def scaled(form: Form, scale: float) -> Form:
    """Multiply a form by a number."""
    factor = multiple(scale)
    terms = {monomial: each.times(factor) for monomial, each in form.terms.items()}
    return Form(terms, form.constant.times(factor), form.exact and _is_power_of_two(scale))


def product(left: Form, right: Form) -> Form | None:
    """Multiply two forms; None where that gives anything but multiples, squares and cubes."""
    if not left.terms or not right.terms:
        return scaled(left, right.constant.net) if left.terms else scaled(right, left.constant.net)
    parts = [scaled(left, right.constant.net), scaled(replace(right, constant=_NOTHING), left.constant.net)]
    for (one, power), factor in left.terms.items():
        for (other, other_power), other_factor in right.terms.items():
            if one != other or power + other_power > HIGHEST_POWER:
                return None
            parts.append(Form({(one, power + other_power): factor.times(other_factor)}, _NOTHING))
    return replace(total(parts), exact=False)


def _nets(terms: Mapping[Monomial, Factor]) -> list[float]:
    return [factor.net for factor in terms.values()]


def _is_power_of_two(value: float) -> bool:
    return value == 0 or abs(math.frexp(value)[0]) == 0.5


def cancels(form: Form) -> bool:
    """Whether more is taken away again than rounding lets be told from nothing."""
    return any(
        abs(factor.net) < factor.size * (1 - LEFT_OVER) and not _is_small(origin.value)
        for (origin, _), factor in form.terms.items()
    )


def _is_small(value: Value) -> bool:
    return max(abs(value.low), abs(value.high)) <= _LARGEST


def judged(form: Form, call: LayerCall) -> Value | None:
    """Judge what is left of a formula."""
    left = {monomial: factor for monomial, factor in form.terms.items() if factor.net}
    if not left and form.exact:
        return between(form.constant.net, form.constant.net, sources=call.sources())
    if any(abs(each.net) < each.size * LEFT_OVER and not _is_small(at.value) for (at, _), each in form.terms.items()):
        return None
    origins = list(dict.fromkeys(origin for origin, _ in left))
    values = [polynomial(origin.value, _factors(left, origin)) for origin in origins]
    added = arithmetic.add(values, call.path) if values else between(0.0, 0.0, sources=call.sources())
    result = replace(affine(added, 1.0, form.constant.net), integer=False)
    if result.kind is not Kind.UNKNOWN:
        return result
    return unbounded(call.sources()) if _shifts_with_a_bias(left) else None


def _shifts_with_a_bias(terms: Mapping[Monomial, Factor]) -> bool:
    """Whether all that is added up was put out by one layer, whose bias shifts all of it at will."""
    makers = [origin.operands.maker(origin.reference) for origin, _ in terms]
    layers = {id(maker.layer) for maker in makers if maker is not None}
    is_linear = all(power == 1 for _, power in terms) and all(
        maker is not None and affine_rules.adds_freely(maker) for maker in makers
    )
    net, size = sum(factor.net for factor in terms.values()), sum(factor.size for factor in terms.values())
    return len(layers) == 1 and is_linear and abs(net) > size * LEFT_OVER


def _factors(terms: Mapping[Monomial, Factor], origin: Origin) -> Factors:
    found = (terms.get((origin, power)) for power in range(1, HIGHEST_POWER + 1))
    first, second, third = (0.0 if factor is None else factor.net for factor in found)
    return first, second, third
