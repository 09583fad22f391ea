"""Laws of loading: no text brings a traceback, nothing is reported twice over, and a file says all of a cluster."""

import datetime
import re
import tomllib
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import tomlkit
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from oxconf.deployment.load import TIERS, load_text
from oxconf.deployment.mistakes import ClusterError, InputError, Mistake
from oxconf.deployment.model import Deployment, Role
from oxconf.deployment.topology import (
    filestore_server,
    floating_addresses,
    read_endpoint,
    write_endpoint,
    writer,
)
from oxconf.deployment.writer import to_toml

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TEXTS = {tier: to_toml(load_text("", tier=tier)) for tier in TIERS}
TREES: dict[str, dict[str, Any]] = {tier: tomllib.loads(text) for tier, text in TEXTS.items()}

LINE = re.compile(r"cluster\.toml:[1-9][0-9]*:[1-9][0-9]*: ")


def paths_of(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value, tables and lists included."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    below = [found for step, child in steps for found in paths_of(child, (*path, step))]
    return [path, *below] if path else below


def replaced(tree: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    changed = deepcopy(tree)
    node: Any = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return changed


def outcome(text: str, **options: Any) -> Deployment | str:
    """What load_text returns, or the message of the one error that it may raise."""
    try:
        return load_text(text, **options)
    except InputError as error:
        return str(error)


def is_readable(message: str) -> bool:
    """Whether a message can be printed: places in front, and nothing that steers a terminal."""
    message.encode("utf-8")
    return bool(LINE.match(message) or message.startswith("cluster.toml: ")) and all(
        char.isprintable() or char in "\n\t" for char in message
    )


scalars = (
    st.none().map(lambda _: "")
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([0, 1, -1, 65535, 10**400, float("nan"), float("inf"), -0.0, 10.10])
    | st.booleans()
    | st.datetimes(timezones=st.none() | st.just(datetime.UTC))
    | st.dates()
    | st.times()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def toml_of(value: Any) -> str:
    """A value as TOML. Numbers are written in hexadecimal, where TOML readers take any length."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return hex(value) if value >= 0 else str(value)
    if isinstance(value, list):
        return "[" + ", ".join(toml_of(item) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{tomlkit.item(key).as_string()} = {toml_of(item)}" for key, item in value.items())
            + "}"
        )
    return tomlkit.item(value).as_string()


def document_of(tree: dict[str, Any]) -> str:
    return "".join(f"{tomlkit.item(key).as_string()} = {toml_of(value)}\n" for key, value in tree.items())


@QUICK
@given(st.sampled_from(TIERS), st.data())
def test_any_value_in_any_place(tier: str, data: st.DataObject) -> None:
    tree = TREES[tier]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths_of(tree)))
        tree = replaced(tree, path, data.draw(values))
    result = outcome(document_of(tree))
    assert isinstance(result, Deployment) or is_readable(result)


@QUICK
@given(st.sampled_from(TIERS), st.data())
def test_any_change_of_the_text(tier: str, data: st.DataObject) -> None:
    text = TEXTS[tier]
    pieces = st.sampled_from(list("[]{}\"'=.,#\n\r\t\\ _-0x1e")) | st.characters(exclude_categories=["Cs"])
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 5, len(text))))
        text = text[:start] + "".join(data.draw(st.lists(pieces, max_size=3))) + text[end:]
    result = outcome(text)
    assert isinstance(result, Deployment) or is_readable(result)


@QUICK
@given(st.text(), st.sampled_from([None, *TIERS]))
def test_any_text(text: str, tier: str | None) -> None:
    result = outcome(text, tier=tier)
    assert isinstance(result, Deployment) or LINE.match(result) or result.startswith("cluster.toml: ")


names = st.sampled_from(["ox1", "ox2", "db1", "db2"])
addresses = st.sampled_from([f"10.20.30.{last}" for last in (1, 2, 3, 4, 218, 230, 255)] + ["10.9.0.1"])
all_roles = ["groupware", "provisioning", "database", "web", "balancer", "filestore", "arbitrator"]
hosts = st.lists(
    st.fixed_dictionaries(
        {
            "name": names,
            "address": addresses,
            "roles": st.lists(st.sampled_from(all_roles), max_size=4),
            "memory": st.sampled_from(["1G", "8G", "33333333333"]),
            "cores": st.integers(1, 64),
        },
        optional={
            "route": st.sampled_from(["OX1", "OX2", "ox1"]),
            "load_factor": st.integers(1, 100),
        },
    ),
    max_size=4,
)
CHANGES: dict[tuple[str, ...], st.SearchStrategy[Any]] = {
    ("mailboxes",): st.integers(1, 10_000_000),
    ("os",): st.sampled_from(["debian", "ubuntu"]),
    ("network", "cidr"): st.sampled_from(["10.20.30.0/24", "10.0.0.0/8", "10.20.30.128/25", "10.20.30.0/31"]),
    ("network", "virtual_router_id"): st.integers(1, 250),
    ("network", "multicast_group"): st.sampled_from(["224.0.0.1", "239.0.0.1", "10.0.0.1"]),
    ("database", "mode"): st.sampled_from(["standalone", "replication", "galera"]),
    ("database", "flavour"): st.sampled_from(["mariadb", "mysql", "percona-xtradb-cluster"]),
    ("database", "version"): st.sampled_from(["10.6", "8.0", "9.9"]),
    ("database", "access"): st.sampled_from(["haproxy", "floating-address", "maxscale", "direct"]),
    ("database", "read_policy"): st.sampled_from(
        ["round-robin-causal", "round-robin-monitor", "read-address", "write-address"]
    ),
    ("database", "writer"): names,
    ("database", "write_address"): addresses,
    ("database", "read_address"): addresses,
    ("database", "read_port"): st.sampled_from([3306, 3307]),
    ("database", "tuning", "gcache_size"): st.sampled_from(["1G", "1500M"]),
    ("web", "access"): st.sampled_from(["keepalived", "none"]),
    ("web", "address"): addresses,
    ("filestore", "server"): st.sampled_from(["nas.example.com", "10.20.30.1", "db1"]),
    ("filestore", "path"): st.sampled_from(["/var/opt/filestore", "/opt"]),
    ("soap", "allow"): st.lists(st.sampled_from(["10.1.1.1", "10.2.0.0/16"]), max_size=2),
    ("secrets", "sst"): st.sampled_from(["sst", "configdb"]),
    ("hosts",): hosts,
}
"""Values of the right type, which may or may not fit together."""


@st.composite
def changed_files(draw: st.DrawFn) -> dict[str, Any]:
    """A cluster file that changes a few things of a tier."""
    tree: dict[str, Any] = {"tier": draw(st.sampled_from(TIERS))}
    for path in draw(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=5, unique=True)):
        node = tree
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node[path[-1]] = draw(CHANGES[path])
    return tree


def mistakes_in(text: str) -> list[Mistake]:
    try:
        load_text(text)
    except ClusterError as error:
        return list(error.mistakes)
    return []


def keys(mistakes: Iterable[Mistake]) -> set[tuple[Any, str]]:
    """What tells mistakes apart, without the names of others in their messages."""
    return {(mistake.path, mistake.remedy) for mistake in mistakes}


@settings(QUICK, max_examples=200)
@given(changed_files(), st.data())
def test_a_wrong_type_neither_adds_nor_hides_other_mistakes(
    tree: dict[str, Any], data: st.DataObject
) -> None:
    # A list of plain values is one value.
    paths = [path for path in paths_of(tree) if path != ("tier",) and isinstance(path[-1], str)]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    before = mistakes_in(document_of(tree))
    after = mistakes_in(document_of(replaced(tree, path, datetime.date(1979, 5, 27))))
    wrong_type = [mistake for mistake in after if "not a date or time" in mistake.message]
    assert [mistake.path for mistake in wrong_type] == [path]
    assert keys(after) - keys(wrong_type) <= keys(before)
    if path != ("hosts",):
        assert keys(mistake for mistake in before if not mistake.follows_from(path)) <= keys(after)


@settings(QUICK, max_examples=200)
@given(changed_files())
def test_a_written_file_loads_as_the_same_deployment(tree: dict[str, Any]) -> None:
    deployment = outcome(document_of(tree))
    assume(isinstance(deployment, Deployment))
    assert isinstance(deployment, Deployment)
    assert load_text(to_toml(deployment)) == deployment
    assert to_toml(load_text(to_toml(deployment))) == to_toml(deployment)


@QUICK
@given(changed_files())
def test_what_loads_is_complete(tree: dict[str, Any]) -> None:
    deployment = outcome(document_of(tree))
    assume(isinstance(deployment, Deployment))
    assert isinstance(deployment, Deployment)
    assert read_endpoint(deployment).address
    assert write_endpoint(deployment).address
    assert writer(deployment).has(Role.DATABASE)
    assert filestore_server(deployment)
    floating = floating_addresses(deployment)
    assert all(one.holders for one in floating)
    ids = [one.virtual_router_id for one in floating]
    assert len(set(ids)) == len(ids)
    assert all(1 <= number <= 255 for number in ids)
