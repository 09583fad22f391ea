"""A deployment as a complete cluster file."""

from enum import Enum
from typing import Any

import tomlkit
from attrs import has

from oxconf.deployment.key import keys_of
from oxconf.deployment.model import Deployment
from oxconf.deployment.units import format_size


def to_toml(deployment: Deployment) -> str:
    """Return a cluster file that says everything and leaves nothing to its tier; passwords are not part of it."""
    return tomlkit.dumps(_plain(deployment))


def _plain(thing: Any) -> dict[str, Any]:
    """Return the keys of one class as TOML has them, without those that are absent."""
    table = {}
    for attribute in keys_of(type(thing)):
        value = getattr(thing, attribute.name)
        if value is not None:
            in_bytes = attribute.metadata["unit"] == "bytes"
            table[attribute.name] = format_size(value) if in_bytes else _value(value)
    return table


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, (int, str)):
        return value
    return _plain(value) if has(type(value)) else str(value).removesuffix("/32")
