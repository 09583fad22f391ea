import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.sysctl import Blank, Comment, Document, Entry, Unread, parse, render


def test_a_file_is_read() -> None:
    document = parse(
        "# kernel\n\n; more\nnet.ipv4.ip_forward=1\n kernel/core_pattern =  a b \n-net.ipv4.x = 1\n"
    )
    assert document.problems == ()
    assert document.items == (
        Comment("kernel"),
        Blank(),
        Comment("more"),
        Entry("net.ipv4.ip_forward", "1"),
        Entry("kernel.core_pattern", "a b"),
        Entry("net.ipv4.x", "1"),
    )
    assert [entry.line for entry in document.entries] == [4, 5, 6]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("net/ipv4/conf/eth0.100/arp_ignore", "net.ipv4.conf.eth0/100.arp_ignore"),
        ("net.ipv4.conf.eth0/100.arp_ignore", "net.ipv4.conf.eth0/100.arp_ignore"),
    ],
)
def test_a_dot_in_the_name_of_an_interface(written: str, read: str) -> None:
    assert parse(f"{written} = 1\n").items == (Entry(read, "1"),)


def test_a_key_that_is_taken_out_of_a_pattern_sets_nothing() -> None:
    document = parse("net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n")
    assert document.items[1] == Entry("net.ipv4.conf.all.rp_filter", None)
    assert [entry.key for entry in document.entries] == ["net.ipv4.conf.*.rp_filter"]


@pytest.mark.parametrize("line", ["net.ipv4.ip_forward", "= 1", "-"])
def test_a_line_that_is_ignored_is_a_problem(line: str) -> None:
    document = parse(f"a.b = 1\n{line}\n")
    assert document.items == (Entry("a.b", "1"), Unread(f"{line}\n"))
    assert [problem.line for problem in document.problems] == [2]


def test_a_built_document() -> None:
    document = Document((Comment("kernel"), Entry("net.ipv4.ip_forward", "1"), Entry("a.b", None)))
    assert render(document) == "# kernel\nnet.ipv4.ip_forward = 1\n-a.b\n"
    assert parse(render(document)).items == document.items


@pytest.mark.parametrize(
    "entry",
    [Entry("a b", "1"), Entry("", "1"), Entry("a/b", "1"), Entry("a.b", "1\nc.d = 2"), Entry("a.b", " 1")],
)
def test_what_would_be_read_otherwise_is_refused(entry: Entry) -> None:
    with pytest.raises(Unwritable):
        render(Document((entry,)))
