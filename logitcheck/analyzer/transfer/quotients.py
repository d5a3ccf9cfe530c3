"""Quotients of formulas: `x / (x + y)` and `x / (1 - 3 x)`, whose operands have a tensor in common.

Where the divisor goes through 0 while the dividend is something else, the quotient goes both ways without end.
"""

from __future__ import annotations

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.ties import LEAPING
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.forms import Form, Origin, cancels
from logitcheck.analyzer.values import Value, unbounded


def quotient(left: Form, right: Form, call: LayerCall) -> Value | None:
    """Give what is known of one formula divided by another; None where that is nothing."""
    if cancels(left) or cancels(right):
        return None
    if _moves_alone(left, right) and arithmetic.leaves_zero(call.value(0)):
        return unbounded(call.sources())
    return arithmetic.beside_a_pole(unbounded(call.sources()), _only(right)) if _passes_a_pole(left, right) else None


def _moves_alone(left: Form, right: Form) -> bool:
    """Whether a tensor of the divisor alone takes any value, whatever all the others are: then so does the divisor."""
    origins = {origin for form in (left, right) for origin, _ in form.terms}
    return any(
        power == 1
        and abs(factor.net) >= arithmetic.NEGLIGIBLE
        and sum(other == origin for other, _ in right.terms) == 1
        and all(other != origin for other, _ in left.terms)
        and origin.value.sums_freely
        and not origin.value.integer
        and origin.value.sources.isdisjoint(LEAPING)
        and all(arithmetic.vary_freely([origin.value, other.value]) for other in origins if other != origin)
        for (origin, power), factor in right.terms.items()
    )


def _passes_a_pole(left: Form, right: Form) -> bool:
    """Whether in `(a x + b) / (c x + d)` of one tensor x that comes near every number between, it passes `-d / c`.

    Next to a pole as narrow as that of `x / (x + 1e-7)` no number comes in practice.
    """
    origins = {origin for form in (left, right) for origin, _ in form.terms}
    if len(origins) != 1 or any(power != 1 for form in (left, right) for _, power in form.terms):
        return False
    (origin,) = origins
    a, b, c, d = _slope(left, origin), left.constant.net, _slope(right, origin), right.constant.net
    is_wide = abs(a * d - b * c) >= arithmetic.NEGLIGIBLE * c * c
    return bool(c) and is_wide and origin.value.moves_smoothly and origin.value.low < -d / c < origin.value.high


def _only(form: Form) -> Value:
    """Give what is known of the one tensor of a form."""
    ((origin, _),) = form.terms
    return origin.value


def _slope(form: Form, origin: Origin) -> float:
    factor = form.terms.get((origin, 1))
    return factor.net if factor is not None else 0.0
