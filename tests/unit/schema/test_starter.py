"""The file to begin with equals its tier, and each line that waits behind a # can be taken."""

import re
import tomllib

import pytest
from jsonschema import Draft202012Validator

from oxconf.deployment.load import load_text
from oxconf.deployment.tiers import TIERS
from oxconf.schema.cluster import cluster
from oxconf.schema.keys import all_keys
from oxconf.schema.starter import starter

WAITING = re.compile(r"#([a-z_]+ = )")

TEXTS = {tier: starter(tier) for tier in TIERS}

LINES = [
    pytest.param(tier, number, id=f"{tier}:{number + 1}:{line[1:].split(' ')[0]}")
    for tier, text in TEXTS.items()
    for number, line in enumerate(text.splitlines())
    if WAITING.match(line)
]


def taken(tier: str, *numbers: int) -> str:
    """The file with the # taken away from some lines."""
    lines = TEXTS[tier].splitlines(keepends=True)
    for number in numbers:
        lines[number] = lines[number].removeprefix("#")
    return "".join(lines)


@pytest.mark.parametrize("tier", TIERS)
def test_it_equals_its_tier(tier: str) -> None:
    assert load_text(TEXTS[tier]) == load_text("", tier=tier)


@pytest.mark.parametrize(("tier", "number"), LINES)
def test_each_waiting_line_loads(tier: str, number: int) -> None:
    text = taken(tier, number)

    load_text(text)
    assert Draft202012Validator(cluster()).is_valid(tomllib.loads(text))


@pytest.mark.parametrize("tier", TIERS)
def test_all_waiting_lines_load_together(tier: str) -> None:
    text = taken(
        tier, *(number for number, line in enumerate(TEXTS[tier].splitlines()) if WAITING.match(line))
    )

    load_text(text)
    assert tomllib.loads(text) != tomllib.loads(TEXTS[tier])


@pytest.mark.parametrize("tier", TIERS)
def test_a_waiting_line_says_what_is_so_anyway(tier: str) -> None:
    complete = load_text("", tier=tier)
    told = [
        number
        for number, line in enumerate(TEXTS[tier].splitlines())
        if WAITING.match(line) and "Default from" in _paragraph(tier, number)
    ]

    assert len(told) > 20
    assert load_text(taken(tier, *told)) == complete


@pytest.mark.parametrize(("tier", "number"), LINES)
def test_a_waiting_line_that_is_not_so_is_called_an_example(tier: str, number: int) -> None:
    is_so = load_text(taken(tier, number)) == load_text("", tier=tier)
    above = _paragraph(tier, number)

    assert is_so or "this is an example:" in above or "Computed for each server" in above
    assert not (is_so and "example:" in above)


@pytest.mark.parametrize("tier", TIERS)
def test_every_key_is_in_it_with_its_text(tier: str) -> None:
    text = TEXTS[tier]
    prose = re.sub(r"\n# +", " ", text)

    for key in all_keys():
        assert f"{key.name} = " in prose or f"[{'.'.join(key.path)}]" in text or f"{key.name}: " in text
        assert key.doc in prose


def test_the_first_line_names_the_schema_as_editors_read_it() -> None:
    assert TEXTS["1m"].splitlines()[0] == "#:schema ./oxconf-cluster.schema.json"


def test_it_is_read_in_a_terminal() -> None:
    assert max(map(len, "".join(TEXTS.values()).splitlines())) <= 100
    assert "\n\n\n\n" not in TEXTS["1m"]


def test_a_paragraph_reads_like_this() -> None:
    assert (
        "# How long a request waits for a connection. Unit: milliseconds. From 100 to 600_000. Default from\n"
        "# configdb.properties as shipped.\n"
        "#max_wait = 10000\n"
    ) in TEXTS["1m"]
    assert (
        "# Where reads go; by mode and access when absent. One of round-robin-causal, round-robin-monitor,\n"
        "# read-address, write-address. Default from the tutorial: performs best in the tutorial's\n"
        "# experience. It follows from database.mode, database.access and database.read_address.\n"
        '#read_policy = "round-robin-causal"\n'
    ) in TEXTS["1m"]
    assert "#mailboxes = 1_000_000\n" in TEXTS["1m"]
    assert (
        "# Address for reads: for the read policy read-address, and for the round robins of access lvs.\n"
        '# Absent by default; it goes with other changes only, as read_address = "10.20.30.220"\n'
    ) in TEXTS["1m"]


def _paragraph(tier: str, number: int) -> str:
    """The comment above a line."""
    above = TEXTS[tier].splitlines()[:number]
    start = max(at for at, line in enumerate(above) if not line.startswith("# "))
    return " ".join(line.removeprefix("# ") for line in above[start + 1 :])
