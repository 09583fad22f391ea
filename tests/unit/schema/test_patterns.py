"""A pattern of the schema means in ECMA's syntax, where editors read it, what it means in Python."""

import json
import re
import shutil
import subprocess
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oxconf.deployment.units import parse_size
from oxconf.schema._json import ecma
from oxconf.schema.cluster import _PATTERNS, _SIZE
from oxconf.schema.keys import all_keys

PATTERNS = sorted({key.metadata["pattern"] for key in all_keys() if key.metadata["pattern"]})

EVERYTHING = sorted({*PATTERNS, *_PATTERNS.values(), _SIZE})

NASTY = [
    "", "\n", "a", "a\n", "a\r", "\na", "a\u2028", "a\u0085", "A", "ä", "\u017f", "\u212a", "1", "\u0967",
    "-a", "a-", "a" * 32, "a" * 33, "a" * 63, "a" * 64, "0" * 16, "10.11", "10.11\n", "a.b", "a..b", "1.2.3",
    "1.2.3.4", "1.2.3.04", "256.1.1.1", "1.1.1.1\n", "1.2.3.4/24", "1.2.3.4/33", "0.0.0.0/0255.0.0.0",
    "/srv", "/srv/", "/srv/..", "/srv/...", "/a\n", "/" + "a" * 199, "/" + "a" * 200,
    "32G", "32 GiB", " 32g\x1c", "\x8532K", "\ufeff32G", "32  G", "32Gi", "32i", "1" * 16, "\U0001f600",
]  # fmt: skip
"""Texts at the edges of the patterns: anchors, line ends, letters that look like others, longest and shortest."""

NODE = shutil.which("node")

PROGRAM = """
const [patterns, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const verdict = (flags) => patterns.map((p) => texts.map((t) => new RegExp(p, flags).test(t)));
console.log(JSON.stringify([verdict("u"), verdict("")]));
"""


def verdicts_of_node(patterns: list[str], texts: list[str]) -> list[list[list[bool]]]:
    """Whether each text matches each pattern, as JSON Schema wants patterns read and without Unicode."""
    assert NODE
    run = subprocess.run(
        [NODE, "-e", PROGRAM], input=json.dumps([patterns, texts]), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def fits(kind: type, text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


def test_the_end_is_the_end() -> None:
    assert ecma(r"a|b") == "^(?:a|b)$"
    assert ecma(r"(?=.{1,9}\Z)[a-z]+") == "^(?:(?=.{1,9}$)[a-z]+)$"


KNOWN = re.compile(
    r"""
      \\\.                                       # a dot
    | \[ (?: [^\\\[\]] | \\s | \\x[0-9a-f]{2} )+ \]  # a class of plain characters and of blanks
    | \(\?[:=!] | \((?!\?) | \)                  # groups without names, flags and looking back
    | [|.?*+^$] | \{[0-9]+(,[0-9]+)?\} | [A-Za-z0-9/ :-]
    """,
    re.VERBOSE,
)
"""What both syntaxes have, with one meaning. `\\Z`, `\\d`, `(?i)` and `(?P<name>)` are not among it."""


@pytest.mark.parametrize("pattern", EVERYTHING)
def test_a_pattern_uses_only_what_both_read_alike(pattern: str) -> None:
    assert KNOWN.sub("", ecma(pattern)) == ""
    assert r"\s" not in pattern.replace(r"[\s\x1c-\x1f\x85]", "")


@pytest.mark.parametrize("pattern", [r"a\Z", r"\d", r"(?i)a", r"(?P<a>a)", r"(?<=a)b", r"\w"])
def test_anything_else_would_be_seen(pattern: str) -> None:
    assert KNOWN.sub("", pattern) != ""


@pytest.mark.skipif(NODE is None, reason="node reads ECMA's patterns")
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of([st.from_regex(re.compile(pattern, re.ASCII)) for pattern in EVERYTHING])
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        min_size=40,
        max_size=40,
    )
)
def test_both_read_them_alike(texts: list[str]) -> None:
    texts = NASTY + texts
    for verdicts in verdicts_of_node([ecma(pattern) for pattern in EVERYTHING], texts):
        for pattern, found in zip(EVERYTHING, verdicts, strict=True):
            expected = [
                bool(re.fullmatch(pattern, text, 0 if pattern == _SIZE else re.ASCII)) for text in texts
            ]
            # ECMA takes a byte order mark for a blank, and loading then says that it is none.
            marked = [pattern == _SIZE and "\ufeff" in text for text in texts]
            assert [one or mark for one, mark in zip(found, marked, strict=True)] == [
                one or mark for one, mark in zip(expected, marked, strict=True)
            ]


@given(st.sampled_from(NASTY) | st.from_regex(_SIZE) | st.text(max_size=6))
def test_every_amount_that_loading_takes_is_taken(text: str) -> None:
    assert fits(parse_size, text) == bool(re.fullmatch(_SIZE, text))  # type: ignore[arg-type]


@given(st.sampled_from(NASTY) | st.from_regex(_PATTERNS[IPv4Address]) | st.ip_addresses(v=4).map(str))
def test_every_address_that_loading_takes_is_taken(text: str) -> None:
    assert fits(IPv4Address, text) == bool(re.fullmatch(_PATTERNS[IPv4Address], text))


@given(
    st.sampled_from(NASTY)
    | st.from_regex(_PATTERNS[IPv4Network])
    | st.sampled_from(
        ["10.0.0.0/8", "10.0.0.0/008", "10.0.0.0/0.255.255.255", "10.0.0.0/255.0.0.0", "10.0.0.0/"]
    )
)
def test_every_network_that_loading_takes_is_taken(text: str) -> None:
    assert not fits(IPv4Network, text) or re.fullmatch(_PATTERNS[IPv4Network], text)
