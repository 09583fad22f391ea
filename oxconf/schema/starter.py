"""A cluster file to begin with: it equals its tier, and every key stands in it with its text.

What is nearly always changed is written out; every other key is a line that waits behind a `#`, with the value that it
has anyway or, where it has none, with an example. A key that no single line can set in this tier is a sentence only.
"""

import tomllib
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from attrs import fields_dict, frozen

from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError, listed
from oxconf.deployment.model import Deployment
from oxconf.deployment.sizing import gcache_size
from oxconf.deployment.toml import toml_text
from oxconf.deployment.topology import writer
from oxconf.deployment.units import format_size
from oxconf.deployment.writer import to_toml
from oxconf.schema.catalog import file_name
from oxconf.schema.cluster import NAME
from oxconf.schema.keys import TIER, Key, example, keys, limits, reason

WIDTH = 100

SCHEMA_FILE = file_name(NAME)
"""Name of the schema that the first line looks for, in the folder of the cluster file."""

CHANGED = {
    ("name",),
    ("network", "cidr"),
    ("network", "interface"),
    ("database", "write_address"),
    ("web", "address"),
    ("mail", "imap_server"),
    ("mail", "smtp_server"),
}
"""The keys that nearly every cluster has its own values for, beside its hosts."""


@frozen
class _Tier:
    """A tier as a deployment, and as the tables that a complete cluster file has for it."""

    deployment: Deployment
    tree: dict[str, Any]

    def value(self, path: tuple[str, ...]) -> Any:
        value: Any = self.tree
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value


def starter(tier: str) -> str:
    """Return the text of a cluster file that says what a tier says."""
    deployment = load_text("", tier=tier)
    base = _Tier(deployment, tomllib.loads(to_toml(deployment)))
    lines = [
        # As Taplo and Even Better TOML read it: a path from the folder of this file.
        f"#:schema ./{SCHEMA_FILE}",
        *_prose(
            f'A cluster of the tier "{tier}". A line such as "#os = ..." says what is so anyway, or is an '
            "example where the text above it calls it one; take its first character away to set it. The schema beside "
            "this file lets editors complete and check what is written; "
            f'"oxconf schema > {SCHEMA_FILE}" renews it. "oxconf check" checks the whole of this file.'
        ),
    ]
    top = [key for key in keys() if not key.is_table]
    # The tier first: it decides the rest.
    lines += _keys(sorted(top, key=lambda key: key.path != TIER), base)
    for key in keys():
        if key.is_table:
            lines += _hosts(key, base) if key.is_list else _table(key, base)
    return "\n".join(lines) + "\n"


def _table(table: Key, base: _Tier) -> Iterator[str]:
    yield from ("", "", *_prose(table.doc), f"[{'.'.join(table.path)}]")
    inner = table.inner()
    yield from _keys([key for key in inner if not key.is_table], base)
    for key in inner:
        if key.is_table:
            yield from _table(key, base)


def _keys(of: list[Key], base: _Tier) -> Iterator[str]:
    for key in of:
        yield ""
        yield from _key(key, base)


def _key(key: Key, base: _Tier) -> Iterator[str]:
    said, line = _state(key, base)
    yield from _prose(f"{key.doc} {limits(key)} {said}")
    if line:
        yield line


def _state(key: Key, base: _Tier) -> tuple[str, str]:
    """Return what is to be said of a key's value, and the line that sets it, empty where none can alone."""
    origin = base.deployment.origins.get(key.path)
    if key.path == TIER:
        return "", _line(key, base.value(key.path))
    if origin is not None:
        line = _line(key, base.value(key.path))
        said = f"Default from {reason(origin)}."
        if key.follows:
            said += f" It follows from {listed(key.follows)}."
        return said, line if key.path in CHANGED else f"#{line}"
    computed = _computed(key, base.deployment)
    if computed is not None:
        name = writer(base.deployment).name
        return f"Computed for each server when absent; on {name}, it is:", f"#{_line(key, computed)}"
    line = _line(key, example(key))
    if _loads(key, line, base.deployment.tier):
        return "Absent by default; this is an example:", f"#{line}"
    return f"Absent by default; it goes with other changes only, as {line}", ""


def _hosts(hosts: Key, base: _Tier) -> Iterator[str]:
    """Write every host out: a list in a cluster file takes the place of the tier's."""
    yield from ("", "", *_prose(f"{hosts.doc} The list takes the place of the tier's. Of each:"))
    for key in hosts.inner():
        yield from _prose(f"{key.name}: {key.doc} {limits(key)}", more="  ")
    for host in base.tree[hosts.name]:
        yield from ("", f"[[{hosts.name}]]")
        for key in hosts.inner():
            if key.name in host:
                yield ("#" if key.is_optional else "") + _line(key, host[key.name])


def _computed(key: Key, deployment: Deployment) -> Any:
    """Return what takes effect while a key of `database.tuning` is absent, or None."""
    if key.path[:-1] != ("database", "tuning"):
        return None
    if key.name == "gcache_size":
        number: Any = gcache_size(deployment).value
    elif key.name in fields_dict(OxCnf):
        number = getattr(OxCnf.from_deployment(deployment, writer(deployment)), key.name)
    else:
        return None
    return format_size(number) if key.is_size and number is not None else number


def _loads(key: Key, line: str, tier: str) -> bool:
    try:
        load_text(f"[{'.'.join(key.path[:-1])}]\n{line}\n", tier=tier)
    except ClusterError:
        return False
    return True


def _line(key: Key, value: Any) -> str:
    return f"{key.name} = {toml_text(value)}"


def _prose(text: str, more: str = "") -> list[str]:
    return wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent="# ",
        subsequent_indent=f"# {more}",
        break_long_words=False,
        break_on_hyphens=False,
    )
