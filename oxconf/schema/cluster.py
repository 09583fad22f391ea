"""The schema of a cluster file: what editors complete and check while it is written.

It says what one value may be. What must hold between values (names, addresses, roles, amounts of memory) is left to
`oxconf check`; whatever the schema refuses, loading refuses as well. A tier or a default gives every key of the tables
that merge, so no key is required there; a host in the file is complete.
"""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import BYTE
from oxconf.deployment.tiers import TIERS
from oxconf.schema._json import Schema, document, ecma
from oxconf.schema.keys import Key, defaults, keys, limits, reason, spoken

NAME = "cluster"

_ADDRESS = rf"({BYTE}\.){{3}}{BYTE}"

_PATTERNS: dict[Any, str] = {
    IPv4Address: _ADDRESS,
    # A prefix length, or a mask of either kind.
    IPv4Network: rf"{_ADDRESS}(/(0*(3[0-2]|[12]?[0-9])|{_ADDRESS}))?",
}

_SIZE = r"[0-9]{1,15} ?([KMGTkmgt]([Ii]?[Bb])?)?"


def cluster() -> Schema:
    """Return the schema of `cluster.toml`."""
    body = {
        "description": "A cluster: its tier gives a default for every key that is not here.",
        **_table(keys()),
    }
    return document(NAME, "oxconf cluster file", body)


def describe(key: Key) -> str:
    """Return what an editor shows beside a key: what it is, what it takes, what it is by default and who says so."""
    parts = [key.doc, "" if key.is_table else limits(key)]
    said = [
        (", ".join(one.tiers), f"{spoken(one.value)} ({reason(one.origin)})") for one in defaults(key.path)
    ]
    if key.follows:
        parts.append(f"The default follows from {listed(key.follows)}.")
    if len(said) == 1 and said[0][0] == ", ".join(TIERS):
        parts.append(f"Default: {said[0][1]}.")
    elif said:
        parts.append("Default by tier: " + "; ".join(f"{tiers}: {value}" for tiers, value in said) + ".")
    elif key.is_optional and not key.follows:
        parts.append("Absent by default.")
    return " ".join(part for part in parts if part)


def _table(inner: tuple[Key, ...]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _key(key) for key in inner},
    }


def _key(key: Key) -> Schema:
    made: Schema = {"description": describe(key)}
    value = _table(key.inner()) if key.is_table else _value(key)
    if key.is_list:
        # No list of a cluster may be empty.
        made |= {"type": "array", "minItems": 1}
        if key.words:
            made["uniqueItems"] = True
        if key.is_table:
            value["required"] = [one.name for one in key.inner() if not one.is_optional]
        made["items"] = value
    else:
        made |= value
    given = defaults(key.path)
    if len(given) == 1 and given[0].tiers == TIERS and not key.follows:
        made["default"] = given[0].value
    if key.example is not None:
        made["examples"] = [key.example]
    return made


def _value(key: Key) -> Schema:
    """Return what one value may be."""
    if key.words:
        return {"type": "string", "enum": list(key.words)}
    if key.is_size:
        return {"type": "string", "pattern": ecma(_SIZE)}
    if key.type is bool:
        return {"type": "boolean"}
    if key.type is int:
        return {"type": "integer", "minimum": key.metadata["minimum"], "maximum": key.metadata["maximum"]}
    pattern = _PATTERNS.get(key.type, key.metadata["pattern"])
    return {"type": "string"} | ({"pattern": ecma(pattern)} if pattern else {})
