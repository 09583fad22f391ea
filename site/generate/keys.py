"""The page of the cluster file: every key, from the classes that read it."""

from collections.abc import Iterator, Sequence
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from generate import clusters
from generate.markdown import anchor, code, document, escape, heading, prose, sought, table
from generate.origins import is_explained, legend, origin
from oxconf.deployment.origin import Origin
from oxconf.deployment.tiers import TIERS
from oxconf.deployment.units import format_size
from oxconf.schema.keys import MANY, Key, all_keys, keys

PAGE = "reference/cluster-file.md"
HOSTS = "hosts-of-each-tier"

_INTRODUCTION = """
A cluster is one TOML file. Everything has a default from its tier, so a few lines are enough; the tier is the only key
that a file must have. Tables merge with the tier's key by key; a list in the file, `hosts` included, replaces the
tier's. Keys at the top of the file stand above its first `[table]`. Unknown keys, wrong types and impossible
combinations are refused, all at once, each with its line.
"""


def pages() -> dict[str, str]:
    """Return the page."""
    return {PAGE: sought(document("# Cluster file", _INTRODUCTION, legend(), _section(None)))}


def missing(of: Sequence[Key] | None = None) -> Iterator[str]:
    """Yield the keys without a text and the defaults without an origin."""
    for key in all_keys() if of is None else of:
        if not key.doc.strip():
            yield f"the key {name(key)} of the cluster file has no doc"
        if key.metadata["pattern"] and not key.metadata["shape"].strip():
            yield f"the key {name(key)} of the cluster file has a pattern, but no shape that says it in words"
        for tier, (_, why) in defaults(key).items():
            if not is_explained(why):
                yield f"the key {name(key)} of the cluster file has a default in the tier {tier} without a reason"


def name(key: Key) -> str:
    """Return `database.mode`, and `hosts.memory` for a key of each host."""
    return ".".join(step for step in key.path if step != MANY)


def defaults(key: Key) -> dict[str, tuple[str, Origin]]:
    """Return the default of a key in each tier that has one, as TOML, with its origin."""
    found = {}
    for tier, plan in clusters.tiers().items():
        if key.path in plan.deployment.origins:
            value: Any = plan.deployment
            for step in key.path:
                value = getattr(value, step)
            found[tier] = (_toml(value, key), plan.deployment.origins[key.path])
    return found


def _section(of: Key | None) -> str:
    """Return the part about a table, or about the top of the file, and the parts about the tables in it."""
    if of is None:
        inner, blocks = keys(), [heading(2, "Top of the file", "top")]
    else:
        header = f"[[{name(of)}]]" if of.is_list else f"[{name(of)}]"
        inner, blocks = of.inner(), [heading(2, f"Table {code(header)}", name(of)), prose(of.doc)]
    for key in inner:
        if not key.is_table:
            blocks += [heading(3, code(name(key)), anchor(name(key))), _key(key)]
    if of is not None and of.path == ("hosts",):
        blocks += [heading(3, "Hosts of each tier", HOSTS), _hosts()]
    return document(*blocks, *(_section(key) for key in inner if key.is_table))


def _key(key: Key) -> str:
    lines = [f"Type: {_type(key)}"]
    if key.metadata["shape"]:
        lines.append(f"Allowed: {prose(key.metadata['shape'])}")
    elif bounds := _range(key):
        lines.append(f"Range: {bounds}")
    lines += list(_default_lines(key))
    lines.append(f"Example: {code(f'{key.name} = {_example(key)}')}")
    return document(prose(key.doc), "\n".join(f"- {line}" for line in lines))


def _default_lines(key: Key) -> Iterator[str]:
    found = defaults(key)
    if MANY in key.path and not key.is_optional:
        yield f"Every host that the file lists needs it; [the tiers have hosts of their own](#{HOSTS})"
    elif not found:
        yield "Default: none"
    groups: dict[str, list[str]] = {}
    for tier in TIERS if found else ():
        value, why = found.get(tier, ("", None))
        shown = f"{code(value)} ({origin(why)})" if why else "none"
        groups.setdefault(shown, []).append(tier)
    for shown, tiers in groups.items():
        where = "every tier" if len(tiers) == len(TIERS) else " and ".join(code(tier) for tier in tiers)
        yield f"Default in {where}: {shown}"


def _hosts() -> str:
    blocks = []
    for tier, plan in clusters.tiers().items():
        rows = [
            (
                code(host.name),
                code(str(host.address)),
                escape(", ".join(role.value for role in host.roles)),
                code(format_size(host.memory)),
                str(host.cores),
            )
            for host in plan.deployment.hosts
        ]
        blocks += [f"The tier {code(tier)}:", table(("name", "address", "roles", "memory", "cores"), rows)]
    return document(*blocks)


def _type(key: Key) -> str:
    if key.is_size:
        return 'amount of memory in a string, as `"32G"` or `"512M"`'
    if key.words:
        words = ", ".join(code(f'"{word}"') for word in key.words)
        return f"list of {words}" if key.is_list else f"one of {words}"
    if key.type is IPv4Network:
        return "list of IPv4 networks or addresses" if key.is_list else "IPv4 network"
    text = {IPv4Address: "IPv4 address", int: "whole number", str: "string"}[key.type]
    return text + (f", in {escape(key.unit)}" if key.unit else "")


def _range(key: Key) -> str:
    low, high = (key.metadata[name] for name in ("minimum", "maximum"))
    if low is None or high is None:
        return ""
    return f"{code(_toml(low, key))} to {code(_toml(high, key))}"


def _example(key: Key) -> str:
    """Return a value as TOML has it: the declared one, the largest tier's, or one of the type."""
    if key.metadata["example"]:
        return str(key.metadata["example"])
    found = defaults(key)
    if found:
        return list(found.values())[-1][0]
    if key.is_size:
        return _toml(min(max(32 << 30, key.metadata["minimum"]), key.metadata["maximum"]), key)
    return '"10.20.30.214"' if key.type is IPv4Address else _toml(key.metadata["minimum"], key)


def _toml(value: Any, key: Key) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item, key) for item in value) + "]"
    if isinstance(value, Enum):
        return f'"{value.value}"'
    if isinstance(value, int):
        if key.is_size:
            return f'"{format_size(value)}"'
        return f"{value:_}" if value > 99_999 else str(value)
    if isinstance(value, IPv4Network) and value.prefixlen == 32:
        return f'"{value.network_address}"'
    return f'"{value}"'
