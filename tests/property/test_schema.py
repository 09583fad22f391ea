"""Laws of the schema: what it refuses, loading refuses; what one key alone makes wrong, it refuses."""

import tomllib
from copy import deepcopy
from datetime import date
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from oxconf.deployment.defaults import fill
from oxconf.deployment.load import load_text, read_tier
from oxconf.deployment.mistakes import InputError
from oxconf.deployment.structure import structure
from oxconf.deployment.tiers import TIERS
from oxconf.deployment.writer import to_toml
from oxconf.schema.cluster import cluster
from oxconf.schema.keys import Key, all_keys

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

VALIDATOR = Draft202012Validator(cluster())

FILES = sorted((Path(__file__).parents[1] / "clusters/deployments").glob("*.toml"))
TREES = [tomllib.loads(to_toml(load_text(path.read_text("utf-8")))) for path in FILES]
"""Complete cluster files, every key written out."""

KEYS = tuple(all_keys())
TABLES = ((), *(key.path for key in KEYS if key.is_table))

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)

OTHER_TYPES = st.sampled_from(
    [
        0,
        1,
        -1,
        2**63,
        1.5,
        8.0,
        True,
        False,
        "",
        "1",
        "galera",
        date(1979, 5, 27),
        [],
        [1],
        [[]],
        {},
        {"a": 1},
    ]
)


def at(tree: dict[str, Any], path: tuple[str, ...]) -> Any:
    """The value of a key, None where it is absent; of the last host."""
    node: Any = tree
    for step in path:
        node = node[-1] if step == "*" else node.get(step)
        if node is None:
            return None
    return node[-1] if isinstance(node, list) and node and isinstance(node[-1], dict) else node


def with_value(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    changed = deepcopy(tree)
    table = at(changed, path[:-1]) if path[:-1] else changed
    table[path[-1]] = value
    return changed


def loads(tree: dict[str, Any]) -> bool:
    try:
        load_text(tomlkit.dumps(tree))
    except InputError:
        return False
    return True


def over(base: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    """A cluster file on top of its tier."""
    both = {
        name: over(value, tree[name])
        for name, value in base.items()
        if isinstance(value, dict) and isinstance(tree.get(name), dict)
    }
    return {**base, **tree, **both}


def has_single_mistake(tree: dict[str, Any]) -> bool:
    """Whether the typed classes refuse it: types, ranges, patterns, words, unknown and missing keys."""
    tier = tree.get("tier", "1m")
    if tier not in TIERS:
        return True
    complete = over(read_tier(tier).tree, deepcopy(tree))
    fill(complete)
    return isinstance(structure(complete), list)


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """A text with a few characters changed, most of all at its ends."""
    odd = st.sampled_from(list("\n\r\t\u2028\x1c\x85 .-_/:%AaZz019")) | st.characters(
        exclude_categories=["Cs"]
    )
    start = draw(st.sampled_from([0, len(text)]) | st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 2, len(text))))
    return text[:start] + "".join(draw(st.lists(odd, max_size=3))) + text[end:]


def values_for(key: Key, now: Any) -> st.SearchStrategy[Any]:
    """Values near the border between what a key takes and what it refuses."""
    if key.is_list and not key.is_table:
        entry = now[0] if now else "x"
        return st.lists(st.sampled_from([entry, "web", "10.1.1.1"]) | edited(entry), max_size=3) | OTHER_TYPES
    if key.is_table:
        return OTHER_TYPES
    if key.is_size:
        return (
            st.sampled_from(["0", "1K", "8G", "999T", "1" * 16, "8 GiB", "8gb", "G"])
            | edited("32G")
            | OTHER_TYPES
        )
    if key.type is int:
        low, high = key.metadata["minimum"], key.metadata["maximum"]
        return st.sampled_from([low - 1, low, high, high + 1]) | st.integers(-(2**62), 2**62) | OTHER_TYPES
    if key.words:
        words = st.sampled_from(key.words)
        return words | words.map(str.upper) | words.flatmap(edited) | TEXTS | OTHER_TYPES
    return edited(now if isinstance(now, str) else "10.20.30.99") | TEXTS | OTHER_TYPES


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Key | None, dict[str, Any]]:
    """A complete cluster with one thing changed, and the key whose value it is, None for an unknown or missing one."""
    tree = draw(st.sampled_from(TREES))
    kind = draw(st.sampled_from(["value", "value", "value", "value", "unknown key", "missing key"]))
    event(kind)
    if kind == "value":
        key = draw(st.sampled_from(KEYS))
        return key, with_value(tree, key.path, draw(values_for(key, at(tree, key.path))))
    table = draw(st.sampled_from(TABLES))
    if kind == "unknown key":
        name = draw(st.sampled_from(["colour", "$schema", "Name", "hots", "*", ""]) | TEXTS)
        return None, with_value(tree, (*table, name), draw(OTHER_TYPES))
    changed = deepcopy(tree)
    inner = at(changed, table) if table else changed
    if inner:
        inner.pop(draw(st.sampled_from(sorted(inner))))
    return None, changed


@QUICK
@given(mutated())
def test_what_the_schema_refuses_loading_refuses(change: tuple[Key | None, dict[str, Any]]) -> None:
    _, tree = change
    refused = not VALIDATOR.is_valid(tree)
    event("refused" if refused else "valid")
    if refused:
        assert not loads(tree)


def is_beyond_a_schema(key: Key | None, value: Any) -> bool:
    """Whether a value is wrong in a way that JSON Schema has no words for."""
    if key is None:
        return False
    if key.type is int and type(value) is float:
        # 8.0 is an integer there.
        return value.is_integer()
    if key.is_size:
        # A range of texts.
        return isinstance(value, str)
    if key.type is IPv4Network:
        # Bits behind the prefix, and masks that are none.
        return isinstance(value, list) or (isinstance(value, str) and value.count(".") >= 3)
    # Python's jsonschema takes the end of a pattern before a last line end; ECMA, which editors read, does not.
    return isinstance(value, str) and value.endswith("\n")


@QUICK
@given(mutated())
def test_what_one_key_alone_makes_wrong_the_schema_refuses(change: tuple[Key | None, dict[str, Any]]) -> None:
    key, tree = change
    value = at(tree, key.path) if key else None
    if has_single_mistake(tree) and not is_beyond_a_schema(key, value):
        assert not VALIDATOR.is_valid(tree)


@pytest.mark.parametrize("tree", TREES, ids=[path.stem for path in FILES])
def test_nothing_is_refused_that_loads(tree: dict[str, Any]) -> None:
    assert loads(tree)
    assert VALIDATOR.is_valid(tree)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("mailboxes",), "1000000"),
        (("mailboxes",), 10_000_001),
        (("database", "mode"), "gallera"),
        (("database", "version"), "10.11\nx"),
        (("network", "cidr"), "10.20.30.0/33"),
        (("network", "vrid"), 51),
        (("soap", "allow"), []),
        (("hosts", "*", "memory"), 34359738368),
        (("hosts", "*", "roles"), ["web", "web"]),
    ],
)
def test_one_of_each_kind_is_refused_by_both(path: tuple[str, ...], value: Any) -> None:
    tree = with_value(TREES[0], path, value)

    assert not VALIDATOR.is_valid(tree)
    assert not loads(tree)


def test_what_must_hold_between_keys_is_left_to_loading() -> None:
    tree = with_value(TREES[0], ("database", "writer"), "nobody")

    assert VALIDATOR.is_valid(tree)
    assert not loads(tree)
