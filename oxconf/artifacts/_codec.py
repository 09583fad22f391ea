"""How typed values are written in key-value files, and read back."""

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from attrs import frozen

from oxconf.deployment.secrets import PLACEHOLDER, Secret
from oxconf.deployment.units import format_size, parse_size


@frozen
class Codec:
    """`write` gives the text of a value, `read` the value of a text or ValueError with a sentence.

    What a daemon takes and the type can not hold is read as None.

    `name` is what the reference calls such values.
    """

    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _read_integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text.strip()):
        raise ValueError(f'"{text}" is not a whole number')
    return int(text)


def _read_address(text: str) -> IPv4Address | None:
    """Leave aside what a daemon takes as well: `*`, a name, several addresses, IPv6, an address with a port."""
    try:
        return IPv4Address(text.strip())
    except AddressValueError:
        if re.fullmatch(r"[0-9.\s]*", text):
            raise ValueError(f'"{text}" is not an IPv4 address') from None
        return None


_TRUE = {"1", "on", "true", "yes"}
_FALSE = {"0", "off", "false", "no"}


def _read_switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(f'"{text}" is neither on nor off')
    return word in _TRUE


def switch(on: str, off: str) -> Codec:
    """Return the codec of a boolean with the words that its daemon's documentation uses."""
    return Codec("switch", lambda value: on if value else off, _read_switch)


INTEGER = Codec("number", str, _read_integer)
TEXT = Codec("text", str, str)
SIZE = Codec("size", format_size, parse_size)
ADDRESS = Codec("address", str, _read_address)
ON_OFF = switch("ON", "OFF")
ONE_ZERO = switch("1", "0")
TRUE_FALSE = switch("true", "false")
UPPER_TRUE_FALSE = switch("TRUE", "FALSE")


def words(separator: str = ",") -> Codec:
    """Return the codec of a tuple of words with a separator between them."""

    def read(text: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in text.split(separator) if word.strip())

    return Codec("list", separator.join, read)


def secret(purpose: str, before: str = "") -> Codec:
    """Return the codec of a secret; `before` is the fixed text in front of it, such as `sstuser:`.

    The secret of another account than that is left aside.
    """

    def read(text: str) -> Secret | None:
        if not text.startswith(before):
            if before.endswith(":") and ":" in text:
                return None
            raise ValueError(f'must begin with "{before}"')
        value = text[len(before) :]
        return Secret(purpose, None if PLACEHOLDER.fullmatch(value) else value)

    return Codec("secret", lambda value: before + value.reveal(), read)
