"""The chi-square test against published values and against what is known in closed form."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab.chances import p_value, survival

# Upper critical values, NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
CRITICAL = [
    (1, 0.05, 3.841),
    (1, 0.001, 10.828),
    (2, 0.10, 4.605),
    (3, 0.05, 7.815),
    (5, 0.01, 15.086),
    (10, 0.05, 18.307),
    (10, 0.95, 3.940),
    (30, 0.05, 43.773),
    (100, 0.05, 124.342),
    (100, 0.95, 77.929),
]


@pytest.mark.parametrize(("freedom", "chance", "distance"), CRITICAL)
def test_the_chance_is_that_of_the_tables(freedom: int, chance: float, distance: float) -> None:
    assert survival(distance, freedom) == pytest.approx(chance, rel=1e-3)


@given(st.floats(0, 500))
def test_one_and_two_degrees_have_a_closed_form(distance: float) -> None:
    assert survival(distance, 1) == pytest.approx(math.erfc(math.sqrt(distance / 2)), rel=1e-9, abs=1e-12)
    assert survival(distance, 2) == pytest.approx(math.exp(-distance / 2), rel=1e-9, abs=1e-12)


@given(st.floats(0, 300), st.integers(1, 120))
def test_a_degree_more_adds_its_term(distance: float, freedom: int) -> None:
    """Q(a + 1, x) = Q(a, x) + x^a e^-x / gamma(a + 1), DLMF 8.8.6."""
    a, x = freedom / 2, distance / 2
    term = math.exp(a * math.log(x) - x - math.lgamma(a + 1)) if x else 0.0

    assert survival(distance, freedom + 2) == pytest.approx(
        survival(distance, freedom) + term, rel=1e-8, abs=1e-11
    )


def test_an_even_split_is_likely_and_a_crooked_one_is_not() -> None:
    assert p_value({"OX1": 500, "OX2": 500}, {"OX1": 50, "OX2": 50}) == 1
    assert p_value({"OX1": 520, "OX2": 480}, {"OX1": 50, "OX2": 50}) == pytest.approx(0.2059, abs=1e-4)
    assert p_value({"OX1": 600, "OX2": 400}, {"OX1": 50, "OX2": 50}) < 1e-9
    assert p_value({"OX1": 600, "OX2": 400}, {"OX1": 60, "OX2": 40}) == 1


def test_a_node_that_got_none_counts() -> None:
    assert p_value({"OX1": 1000}, {"OX1": 1, "OX2": 1}) < 1e-9


def test_who_has_no_factor_may_get_nothing() -> None:
    assert p_value({"OX1": 500, "OX2": 500, "OX3": 1}, {"OX1": 1, "OX2": 1}) == 0
    assert p_value({"OX1": 500, "OX2": 500, "OX3": 1}, {"OX1": 1, "OX2": 1, "OX3": 0}) == 0


def test_too_few_say_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        p_value({"OX1": 4, "OX2": 5}, {"OX1": 1, "OX2": 1})
    with pytest.raises(ValueError, match="two at least"):
        p_value({"OX1": 400}, {"OX1": 1})
