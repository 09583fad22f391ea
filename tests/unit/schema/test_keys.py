"""The keys of a cluster file: one answer to what each is by default, and from which others that follows."""

from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.origin import BY_DEFAULT
from oxconf.deployment.tiers import TIERS
from oxconf.deployment.toml import toml_text
from oxconf.schema.keys import FOLLOWS, MANY, all_keys, defaults, example

FILES = sorted((Path(__file__).parents[2] / "clusters" / "deployments").glob("*.toml"))
KEYS = {key.full_name: key for key in all_keys() if not key.is_table}


def test_what_is_filled_in_is_what_follows_from_other_keys() -> None:
    texts = [f'tier = "{tier}"\n' for tier in TIERS] + [path.read_text("utf-8") for path in FILES]
    filled = {
        tuple(MANY if isinstance(step, int) else step for step in path)
        for text in texts
        for path, origin in load_text(text).origins.items()
        if origin.place == BY_DEFAULT
    }

    assert filled == set(FOLLOWS)


def test_what_others_follow_from_is_there() -> None:
    assert {name for names in FOLLOWS.values() for name in names} <= set(KEYS)


@pytest.mark.parametrize(
    "name", [name for name, key in KEYS.items() if MANY not in key.path and name != "tier"]
)
@pytest.mark.parametrize("tier", TIERS)
def test_a_default_is_the_value_of_the_tier(tier: str, name: str) -> None:
    key, deployment = KEYS[name], load_text("", tier=tier)
    value = deployment
    for step in key.path:
        value = getattr(value, step)
    told = [one for one in defaults(key.path) if tier in one.tiers]

    assert [toml_text(one.value) for one in told] == (
        [] if value is None else [toml_text(value, is_size=key.is_size)]
    )
    for one in told:
        said = deployment.origins[key.path]
        assert (one.origin.mark, one.origin.why) == (said.mark, said.why)


def test_the_tier_has_no_default() -> None:
    assert defaults(("tier",)) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mail.imap_server", '"imap.example.com"'),
        ("database.pool.max_life_time", "600_000"),
        ("tier", '"1m"'),
        ("database.access", '"haproxy"'),
        ("database.tuning.max_allowed_packet", '"1G"'),
        ("database.tuning.wait_timeout", "60"),
        ("soap.allow", '["127.0.0.1"]'),
    ],
)
def test_an_example_is_declared_or_a_default_or_of_the_type(name: str, shown: str) -> None:
    assert toml_text(example(KEYS[name])) == shown


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if MANY not in key.path])
def test_every_example_can_be_read(name: str) -> None:
    key = KEYS[name]
    value = example(key)

    assert isinstance(value, list) == key.is_list
    if key.type is int and not key.is_size:
        assert key.metadata["minimum"] <= value <= key.metadata["maximum"]
    if key.words:
        assert value in key.words
