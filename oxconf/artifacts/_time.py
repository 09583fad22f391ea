"""Spans of time. The daemons write them in different units; here they are all of one type."""

import re
from decimal import Decimal
from typing import Self

from attrs import frozen

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_HAPROXY = {"d": 24 * HOUR, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_APACHE = {"": SECOND, "ms": 1, "s": SECOND, "mi": MINUTE, "min": MINUTE, "h": HOUR}
_MAXSCALE = {"h": HOUR, "m": MINUTE, "min": MINUTE, "s": SECOND, "ms": 1}
_NUMBER_AND_UNIT = re.compile(r"([0-9]{1,12})([a-z]*)", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)


@frozen(order=True)
class Milliseconds:
    """A span of time in whole milliseconds. As text it is what HAProxy writes: `20m`, `1s`, `500ms`."""

    value: int

    @classmethod
    def haproxy(cls, text: str) -> Self:
        """Read `20m`, `500ms`; a bare number is milliseconds. Raises ValueError for anything else."""
        number, unit = _split(text)
        if unit == "us":
            # HAProxy rounds up as well.
            return cls(-(-number // 1000))
        if unit and unit not in _HAPROXY:
            raise ValueError(f'"{text}" is not a time')
        return cls(number * _HAPROXY[unit or "ms"])

    def __str__(self) -> str:
        if not self.value:
            return "0"
        unit, factor = next((unit, factor) for unit, factor in _HAPROXY.items() if self.value % factor == 0)
        return f"{self.value // factor}{unit}"

    @classmethod
    def apache(cls, text: str) -> Self:
        """Read `2`, `500ms`; a bare number is seconds. Raises ValueError for anything else."""
        number, unit = _split(text)
        if unit not in _APACHE:
            raise ValueError(f'"{text}" is not a time')
        return cls(number * _APACHE[unit])

    def as_apache(self) -> str:
        """Return whole seconds as a bare number, all else in milliseconds."""
        return f"{self.value}ms" if self.value % SECOND else str(self.value // SECOND)

    @classmethod
    def keepalived(cls, text: str) -> Self:
        """Read seconds with decimals, rounded down. Raises ValueError for anything else."""
        if not _DECIMAL.fullmatch(text):
            raise ValueError(f'"{text}" is not a number of seconds')
        return cls(int(Decimal(text) * SECOND))

    def as_keepalived(self) -> str:
        """Return seconds, with as many decimals as needed."""
        whole, rest = divmod(self.value, SECOND)
        return f"{whole}.{rest:03}".rstrip("0").rstrip(".")

    @classmethod
    def maxscale(cls, text: str, bare: int) -> Self:
        """Read `20m`, `1s`, `500ms`; a bare number counts in `bare` milliseconds. Raises ValueError for the rest."""
        number, unit = _split(text.lower())
        if unit and unit not in _MAXSCALE:
            raise ValueError(f'"{text}" is not a time')
        return cls(number * (_MAXSCALE[unit] if unit else bare))


def _split(text: str) -> tuple[int, str]:
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a time')
    return int(match[1]), match[2]
