"""A deployment as a complete cluster file."""

from typing import Any

import tomlkit
from attrs import has

from oxconf.deployment.key import keys_of
from oxconf.deployment.model import Deployment
from oxconf.deployment.toml import plain


def to_toml(deployment: Deployment) -> str:
    """Return a cluster file that says everything and leaves nothing to its tier; passwords are not part of it."""
    return tomlkit.dumps(_table(deployment))


def _table(thing: Any) -> dict[str, Any]:
    """Return the keys of one class as TOML has them, without those that are absent."""
    table: dict[str, Any] = {}
    for attribute in keys_of(type(thing)):
        value = getattr(thing, attribute.name)
        if has(type(value)):
            table[attribute.name] = _table(value)
        elif isinstance(value, tuple) and has(type(value[0])):
            table[attribute.name] = [_table(item) for item in value]
        elif value is not None:
            table[attribute.name] = plain(value, is_size=attribute.metadata["unit"] == "bytes")
    return table
