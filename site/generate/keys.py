"""The page of the cluster file: every key, from the classes that read it."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from generate import clusters
from generate.markdown import anchor, code, document, escape, heading, prose, sought, table
from generate.origins import is_explained, legend, origin
from oxconf.deployment.mistakes import listed
from oxconf.deployment.tiers import TIERS
from oxconf.deployment.toml import toml_text
from oxconf.deployment.units import format_size
from oxconf.schema.keys import MANY, Key, all_keys, defaults, example, keys

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
            yield f"the key {key.full_name} of the cluster file has no doc"
        if key.metadata["pattern"] and not key.metadata["shape"].strip():
            yield f"the key {key.full_name} of the cluster file has a pattern, but no shape that says it in words"
        for one in defaults(key.path):
            if not is_explained(one.origin):
                yield (
                    f"the key {key.full_name} of the cluster file has a default in {listed(one.tiers)} without a reason"
                )


def _section(of: Key | None) -> str:
    """Return the part about a table, or about the top of the file, and the parts about the tables in it."""
    if of is None:
        inner, blocks = keys(), [heading(2, "Top of the file", "top")]
    else:
        header = f"[[{of.full_name}]]" if of.is_list else f"[{of.full_name}]"
        inner, blocks = of.inner(), [heading(2, f"Table {code(header)}", of.full_name), prose(of.doc)]
    for key in inner:
        if not key.is_table:
            blocks += [heading(3, code(key.full_name), anchor(key.full_name)), _key(key)]
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
    lines.append(f"Example: {code(f'{key.name} = {toml_text(example(key))}')}")
    return document(prose(key.doc), "\n".join(f"- {line}" for line in lines))


def _default_lines(key: Key) -> Iterator[str]:
    found = defaults(key.path)
    if MANY in key.path and not key.is_optional:
        yield f"Every host that the file lists needs it; [the tiers have hosts of their own](#{HOSTS})"
    elif key.follows:
        yield f"Default: follows from {listed(f'[{code(name)}](#{anchor(name)})' for name in key.follows)}"
    elif not found:
        yield "Default: none"
    for one in found:
        yield f"Default in {_tiers(one.tiers)}: {code(toml_text(one.value))} ({origin(one.origin)})"
    without = [tier for tier in TIERS if not any(tier in one.tiers for one in found)]
    if found and without:
        yield f"Default in {_tiers(without)}: none"


def _tiers(names: Sequence[str]) -> str:
    return "every tier" if len(names) == len(TIERS) else listed(map(code, names))


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
    text = {IPv4Address: "IPv4 address", int: "whole number", str: "string", bool: "`true` or `false`"}[
        key.type
    ]
    return text + (f", in {escape(key.unit)}" if key.unit else "")


def _range(key: Key) -> str:
    low, high = (key.metadata[name] for name in ("minimum", "maximum"))
    if low is None or high is None:
        return ""
    return " to ".join(code(toml_text(limit, is_size=key.is_size)) for limit in (low, high))
