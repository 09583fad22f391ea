"""Amounts of memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxconf.deployment.units import format_size, parse_size, speak_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("32G", 32 << 30),
        ("32GB", 32 << 30),
        ("32 GiB", 32 << 30),
        ("512m", 512 << 20),
        ("1T", 1 << 40),
        ("7", 7),
    ],
)
def test_parse(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "G", "-1G", "1.5G", "1e3", "32 gigabytes", "٣G", "1" * 16])
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of memory"):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"), [(21 << 30, "21G"), (1500 << 20, "1500M"), (1 << 10, "1K"), (7, "7")]
)
def test_format(size: int, text: str) -> None:
    assert format_size(size) == text


def test_speak() -> None:
    assert speak_size(21 << 30) == "21 GiB"


@given(st.integers(0, 10**14))
def test_nothing_is_lost(size: int) -> None:
    assert parse_size(format_size(size)) == size
