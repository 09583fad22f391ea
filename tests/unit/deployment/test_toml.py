"""Values as TOML writes them."""

import tomllib
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Mode, Role
from oxconf.deployment.toml import toml_text
from oxconf.deployment.writer import to_toml


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8009, "8009"),
        (99_999, "99999"),
        (100_000, "100_000"),
        ("eth0", '"eth0"'),
        ('say "no"', r'"say \"no\""'),
        # Only a network has a prefix length.
        ("/srv/32", '"/srv/32"'),
        (Mode.GALERA, '"galera"'),
        (IPv4Address("10.20.30.1"), '"10.20.30.1"'),
        (IPv4Network("10.20.30.0/24"), '"10.20.30.0/24"'),
        (IPv4Network("10.20.30.1/32"), '"10.20.30.1"'),
        ((IPv4Network("10.0.0.0/8"), IPv4Network("127.0.0.1/32")), '["10.0.0.0/8", "127.0.0.1"]'),
        ((Role.WEB, Role.BALANCER), '["web", "balancer"]'),
        ([], "[]"),
    ],
)
def test_a_value(value: Any, text: str) -> None:
    assert toml_text(value) == text


def test_an_amount_of_memory_is_a_string() -> None:
    assert toml_text(32 << 30, is_size=True) == '"32G"'
    assert toml_text(100_001, is_size=True) == '"100001"'


@given(
    st.recursive(st.integers() | st.text(st.characters(exclude_categories=["Cs"])), st.lists, max_leaves=5)
)
def test_it_is_read_as_it_was(value: Any) -> None:
    assert tomllib.loads(f"x = {toml_text(value)}")["x"] == value


def test_a_path_is_written_whole() -> None:
    deployment = load_text('tier = "poc"\n[filestore]\npath = "/srv/32"\n')

    assert tomllib.loads(to_toml(deployment))["filestore"]["path"] == "/srv/32"
