import pytest
from attrs import evolve

from oxconf.syntax._base import Unwritable
from oxconf.syntax.interfaces import Blank, Comment, Document, Option, Stanza, Unread, parse, quote, render

TEXT = """\
# loopback
auto lo
iface lo inet loopback

allow-hotplug eth0 eth1
iface eth0 inet static
    address 10.20.30.213/24
    # the replicated caches
    post-up ip route replace 224.0.0.0/8 \\
        dev eth0

source /etc/network/interfaces.d/*
"""


def test_a_file_is_read_in_stanzas() -> None:
    document = parse(TEXT)
    assert document.problems == ()
    assert document.items == (
        Comment("loopback"),
        Stanza("auto", ("lo",)),
        Stanza("iface", ("lo", "inet", "loopback")),
        Blank(),
        Stanza("allow-hotplug", ("eth0", "eth1")),
        Stanza(
            "iface",
            ("eth0", "inet", "static"),
            (
                Option("address", "10.20.30.213/24"),
                Option("post-up", "ip route replace 224.0.0.0/8         dev eth0"),
            ),
        ),
        Blank(),
        Stanza("source", ("/etc/network/interfaces.d/*",)),
    )
    assert [item.line for item in document.items] == [1, 2, 3, 4, 5, 6, 11, 12]
    assert [option.line for option in document.stanzas("iface")[1].options] == [7, 9]


def test_an_option_outside_a_stanza_is_a_problem() -> None:
    document = parse("auto eth0\npost-up true\niface eth0 inet manual\n")
    assert document.items[1] == Unread("post-up true\n")
    (problem,) = document.problems
    assert problem.line == 2
    assert problem.message == (
        "misplaced option: ifup refuses the whole file because 'post-up' stands in no stanza that knows it."
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("iface eth0 inet\n", 1),
        ("iface eth0 inet manual\n  mtu\n", 2),
        ("mapping eth*\n  script /x\n  address 1\n", 3),
        ("iface eth0 inet manual\n  up a\0b\n", 2),
    ],
)
def test_what_ifup_refuses_is_a_problem(text: str, line: int) -> None:
    assert [problem.line for problem in parse(text).problems] == [line]


def test_a_bare_auto_belongs_to_its_interface() -> None:
    document = parse("iface eth0 inet manual\n  auto\n  mtu 1500\n")
    assert document.items == (
        Stanza("iface", ("eth0", "inet", "manual"), (Option("auto", ""), Option("mtu", "1500"))),
    )


def test_a_mapping() -> None:
    document = parse("mapping eth*\n\tscript /x\n\tmap a b\n")
    assert document.items == (Stanza("mapping", ("eth*",), (Option("script", "/x"), Option("map", "a b"))),)


def test_a_built_document() -> None:
    stanza = Stanza(
        "iface", ("eth0", "inet", "manual"), (Option("post-up", "ip route replace 224.0.0.0/8 dev eth0"),)
    )
    text = render(Document((Comment("multicast"), stanza)))
    assert text == "# multicast\niface eth0 inet manual\n    post-up ip route replace 224.0.0.0/8 dev eth0\n"
    assert parse(text).items == (Comment("multicast"), stanza)


def test_only_what_was_changed_is_written_anew() -> None:
    document = parse("auto   eth0\niface eth0  inet manual\n  # why\n  mtu 9000\n")
    auto, iface = document.stanzas()
    changed = evolve(iface, options=(Option("mtu", "1500"),), raw=None)
    assert render(Document((auto, changed))) == "auto   eth0\niface eth0 inet manual\n    mtu 1500\n"


@pytest.mark.parametrize("value", ["", " a", "a ", "a\nb", "a\\", "a\tb", "a\0"])
def test_a_value_that_ifup_would_change_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)


@pytest.mark.parametrize(
    "stanza",
    [
        Stanza("post-up", ("true",)),
        Stanza("auto", ()),
        Stanza("auto", ("a b",)),
        Stanza("auto", ("x" * 80,)),
        Stanza("auto", ("eth0",), (Option("mtu", "1500"),)),
        Stanza("iface", ("eth0", "inet")),
        Stanza("iface", ("eth0", "inet", "manual"), (Option("iface", "x"),)),
        Stanza("iface", ("eth0", "inet", "manual"), (Option("#mtu", "1500"),)),
        Stanza("mapping", ("eth*",), (Option("mtu", "1500"),)),
    ],
)
def test_a_stanza_that_ifup_would_refuse_or_read_as_another(stanza: Stanza) -> None:
    with pytest.raises(Unwritable):
        render(Document((stanza,)))
