"""The schema of a cluster file: what it takes, what it refuses, what an editor shows."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.deployment.structure import TABLES
from oxconf.deployment.tiers import TIERS
from oxconf.deployment.writer import to_toml
from oxconf.schema.catalog import SCHEMAS
from oxconf.schema.cluster import cluster
from oxconf.schema.keys import Key, all_keys

ROOT = Path(__file__).parents[3]
FILES = sorted((*ROOT.glob("tests/clusters/deployments/*.toml"), *ROOT.glob("bundles/*/cluster.toml")))

SCHEMA = cluster()
VALIDATOR = Draft202012Validator(SCHEMA)


def complaints(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(tomllib.loads(text))]


def at(*path: str) -> dict[str, Any]:
    """The part of the schema that stands for a key."""
    node = SCHEMA
    for step in path:
        node = node["items"] if step == "*" else node["properties"][step]
    return node


def descriptions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("description"), str):
            yield node["description"]
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from descriptions(child)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_against_the_meta_schema(name: str) -> None:
    schema = SCHEMAS[name]()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_editors_find_nothing_that_they_can_not_follow(name: str) -> None:
    # Taplo refuses a relative $id and overlooks what stands beside a $ref.
    assert not {'"$id"', '"$ref"'} & set(json.dumps(SCHEMAS[name]()).replace(":", " ").split())


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_description_says_something(name: str) -> None:
    assert all(text.strip() and text.endswith(".") for text in descriptions(SCHEMAS[name]()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_cluster_file_is_valid(path: Path) -> None:
    assert complaints(path.read_text("utf-8")) == []


@pytest.mark.parametrize("tier", TIERS)
def test_a_complete_tier_is_valid(tier: str) -> None:
    assert complaints(to_toml(load_text("", tier=tier))) == []


def test_there_are_cluster_files() -> None:
    assert len(FILES) > 10


def test_every_table_is_closed_and_every_key_has_its_text() -> None:
    for key in all_keys():
        node = at(*key.path)
        assert node["description"].startswith(key.doc)
        if key.is_table:
            assert (node["items"] if key.is_list else node)["additionalProperties"] is False
    assert SCHEMA["additionalProperties"] is False
    assert [cls for _, cls in TABLES] == [Deployment, *(key.type for key in all_keys() if key.is_table)]


def test_only_a_host_must_be_complete() -> None:
    assert complaints("") == []
    assert at("hosts", "*")["required"] == ["name", "address", "roles", "memory", "cores"]
    assert json.dumps(SCHEMA).count('"required"') == 1


HOST = '[[hosts]]\naddress = "10.1.1.1"\nmemory = "8G"\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('network = "eth0"', "$.network"),
        ('mailboxes = "1000"', "$.mailboxes"),
        ("mailboxes = 1.5", "$.mailboxes"),
        ("mailboxes = true", "$.mailboxes"),
        ("mailboxes = 0", "$.mailboxes"),
        ("mailboxes = 10_000_001", "$.mailboxes"),
        ("name = 1979-05-27", "$.name"),
        ('name = "Example"', "$.name"),
        ('tier = "2m"', "$.tier"),
        ('colour = "red"', "$"),
        ("[network]\nvrid = 51", "$.network"),
        ('[network]\ncidr = "10.20.30"', "$.network.cidr"),
        ('[network]\ncidr = "10.20.30.0/33"', "$.network.cidr"),
        ('[network]\nmulticast_group = "224.0.0.01"', "$.network.multicast_group"),
        ('[database]\nmode = "Galera"', "$.database.mode"),
        ('[database]\naccess = "proxysql"', "$.database.access"),
        ("[database.tuning]\ngcache_size = 2147483648", "$.database.tuning.gcache_size"),
        ('[database.tuning]\ngcache_size = "2 gigabytes"', "$.database.tuning.gcache_size"),
        ('[filestore]\npath = "/srv/.."', "$.filestore.path"),
        ("[soap]\nallow = []", "$.soap.allow"),
        ('[soap]\nallow = "127.0.0.1"', "$.soap.allow"),
        ('[soap]\nallow = ["localhost"]', "$.soap.allow[0]"),
        ("hosts = []", "$.hosts"),
        (HOST + 'cores = 4\nroles = ["web"]\nname = "1"', "$.hosts[0].name"),
        (HOST + 'cores = 4\nroles = ["cook"]\nname = "a"', "$.hosts[0].roles[0]"),
        (HOST + 'cores = 4\nroles = []\nname = "a"', "$.hosts[0].roles"),
        (HOST + 'cores = 4\nroles = ["web", "web"]\nname = "a"', "$.hosts[0].roles"),
        (HOST + 'roles = ["web"]\nname = "a"', "$.hosts[0]"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(text: str, place: str) -> None:
    assert complaints(text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        '[network]\ncidr = "10.20.30.0/255.255.255.0"',
        '[soap]\nallow = ["127.0.0.1", "10.0.0.0/8", "127.0.0.1"]',
        '[database.tuning]\ngcache_size = "2 GiB"',
        '[database.tuning]\ngcache_size = "2147483648"',
        '[filestore]\nserver = "nas.example.com"',
    ],
)
def test_every_way_to_write_a_value_is_taken(text: str) -> None:
    assert complaints(text) == []


NUMBERS = [key for key in all_keys() if key.type is int and not key.is_size]


@pytest.mark.parametrize("key", NUMBERS, ids=lambda key: ".".join(key.path))
def test_both_ends_of_a_range_are_taken(key: Key) -> None:
    low, high = key.metadata["minimum"], key.metadata["maximum"]
    number = Draft202012Validator(at(*key.path))

    assert [number.is_valid(value) for value in (low - 1, low, high, high + 1)] == [False, True, True, False]


@pytest.mark.parametrize("key", [key for key in all_keys() if key.words], ids=lambda key: ".".join(key.path))
def test_every_word_is_taken(key: Key) -> None:
    words = Draft202012Validator(at(*key.path))

    assert all(words.is_valid([word] if key.is_list else word) for word in key.words)


def test_an_editor_shows_text_unit_range_default_and_who_says_so() -> None:
    assert at("database", "pool", "max_wait")["description"] == (
        "How long a request waits for a connection. Unit: milliseconds. From 100 to 600_000. "
        "Default: 10000 (configdb.properties as shipped)."
    )
    assert at("web", "access")["description"] == (
        "keepalived: a floating address that moves between the hosts with the role balancer; external: a balancer that "
        "is none of these hosts; none: users come to the web servers themselves. "
        "One of keepalived, external, none. "
        "Default by tier: poc: none (oxconf: one web server, nothing to move an address to); "
        "100k, 1m: keepalived (the tutorial)."
    )
    assert at("database", "tuning", "gcache_size")["description"] == (
        "Galera's write-set cache: what fits in it needs no full state transfer. An amount of memory in quotes, "
        'from "128M" to "1024G"; K, M, G and T count by 1024. Absent by default.'
    )


def test_an_editor_shows_what_a_default_follows_from() -> None:
    assert at("database", "access")["description"] == (
        "What stands in front of them; by the mode when absent. maxscale follows its documentation alone. "
        "One of haproxy, floating-address, lvs, maxscale, direct. "
        "The default follows from database.mode. "
        "Default by tier: poc: direct (oxconf: one server needs nothing in front); "
        "100k, 1m: haproxy (oxconf: HAProxy on each OX node needs no host)."
    )
    assert at("hosts", "*", "load_factor")["description"].endswith("The default follows from hosts.roles.")


def test_a_default_that_differs_by_tier_is_nothing_to_fill_in() -> None:
    assert at("network", "multicast_port")["default"] == 6780
    assert "default" not in at("database", "mode")
    # Only two tiers have one.
    assert "default" not in at("web", "address")
