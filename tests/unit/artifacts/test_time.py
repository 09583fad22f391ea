"""Spans of time, as three daemons write them."""

import pytest

from oxconf.artifacts._time import Milliseconds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1500", 1500),
        ("500ms", 500),
        ("1s", 1000),
        ("20m", 1_200_000),
        ("2h", 7_200_000),
        ("1d", 86_400_000),
    ],
)
def test_haproxy(text: str, value: int) -> None:
    assert Milliseconds.haproxy(text) == Milliseconds(value)


def test_haproxy_rounds_microseconds_up() -> None:
    assert Milliseconds.haproxy("1001us") == Milliseconds(2)


def test_haproxy_gets_the_largest_unit_that_loses_nothing() -> None:
    assert [str(Milliseconds(value)) for value in (0, 1500, 60_000, 90_000)] == ["0", "1500ms", "1m", "90s"]


@pytest.mark.parametrize(
    ("text", "value"), [("2", 2000), ("2s", 2000), ("500ms", 500), ("3mi", 180_000), ("3min", 180_000)]
)
def test_apache(text: str, value: int) -> None:
    assert Milliseconds.apache(text) == Milliseconds(value)


def test_apache_gets_seconds_where_they_are_whole() -> None:
    assert [Milliseconds(value).as_apache() for value in (0, 2000, 1500)] == ["0", "2", "1500ms"]


@pytest.mark.parametrize(("text", "value"), [("1", 1000), ("0.2", 200), ("1.0019", 1001)])
def test_keepalived(text: str, value: int) -> None:
    assert Milliseconds.keepalived(text) == Milliseconds(value)


def test_keepalived_gets_as_many_decimals_as_needed() -> None:
    assert [Milliseconds(value).as_keepalived() for value in (0, 1000, 20_000, 200, 1001)] == [
        "0",
        "1",
        "20",
        "0.2",
        "1.001",
    ]


@pytest.mark.parametrize("text", ["", "-1", "1w", "1 s", "soon", "1.5", "\u0661"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        Milliseconds.haproxy(text)
    with pytest.raises(ValueError, match="is not a time"):
        Milliseconds.apache(text)


@pytest.mark.parametrize("text", ["", "-1", "1s", ".5", "1e3"])
def test_what_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number of seconds"):
        Milliseconds.keepalived(text)
