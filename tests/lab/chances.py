"""How likely counts are, given what they should be: Pearson's chi-square test, as any book of statistics has it."""

from __future__ import annotations

import math
from collections.abc import Mapping

_ENOUGH = 1e-15
_STEPS = 10_000


def p_value(counts: Mapping[str, int], factors: Mapping[str, float]) -> float:
    """Return the chance of counts as far from the load factors as these, or farther, were each drawn by its factor.

    What no factor names, or has the factor 0, may not be counted at all: one is enough for 0.0. Raises ValueError where
    fewer than two may be counted, or fewer than five are expected of one: the test says nothing then.
    """
    wanted = {name: factor for name, factor in factors.items() if factor > 0}
    if len(wanted) < 2:
        raise ValueError("a split is between two at least")
    total = sum(counts.values())
    expected = {name: total * factor / sum(wanted.values()) for name, factor in wanted.items()}
    if min(expected.values()) < 5:
        raise ValueError(f"{total} are too few for a test: at least five of each are expected")
    if any(counts[name] for name in counts if name not in wanted):
        return 0.0
    distance = sum((counts.get(name, 0) - fair) ** 2 / fair for name, fair in expected.items())
    return survival(distance, len(wanted) - 1)


def survival(distance: float, freedom: int) -> float:
    """Return the chance that chi-square with so many degrees of freedom (at least 1) is `distance` or more.

    It is the regularized upper incomplete gamma function Q(freedom / 2, distance / 2), DLMF 8.2.4: by its series
    (8.11.4) or its continued fraction (8.9.2), whichever of them converges faster there.
    """
    if freedom < 1 or distance < 0:
        raise ValueError("degrees of freedom begin at 1, and a distance at 0")
    a, x = freedom / 2, distance / 2
    if x == 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1 - scale * _series(a, x) if x < a + 1 else scale * _fraction(a, x)


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    for n in range(1, _STEPS):
        term *= x / (a + n)
        total += term
        if term < total * _ENOUGH:
            return total
    raise ArithmeticError(f"no sum for {a} and {x}")


def _fraction(a: float, x: float) -> float:
    """1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- ...))), by the recurrence of its convergents' ratios."""
    b = x + 1 - a
    numerators, denominators = math.inf, 1 / b
    value = denominators
    for n in range(1, _STEPS):
        part = n * (a - n)
        b += 2
        denominators = 1 / (b + part * denominators)
        numerators = b + part / numerators
        value *= numerators * denominators
        if abs(numerators * denominators - 1) < _ENOUGH:
            return value
    raise ArithmeticError(f"no fraction for {a} and {x}")
