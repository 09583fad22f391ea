import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.hosts import Blank, Comment, Document, Entry, Unread, parse, quote, render


def test_a_file_is_read_with_aliases_and_comments() -> None:
    document = parse(
        "# static\n127.0.0.1\tlocalhost\n\n10.20.30.213  ox1.example.com ox1 # first node\n::1 ip6#x\n"
    )
    assert document.problems == ()
    assert document.items == (
        Comment("static"),
        Entry("127.0.0.1", ("localhost",)),
        Blank(),
        Entry("10.20.30.213", ("ox1.example.com", "ox1")),
        Entry("::1", ("ip6",)),
    )
    assert [entry.line for entry in document.entries] == [2, 4, 5]


def test_a_name_may_have_several_addresses() -> None:
    document = parse("10.0.0.1 db DB1\n10.0.0.2 other\nfe80::1 Db\n")
    assert [entry.address for entry in document.get("db")] == ["10.0.0.1", "fe80::1"]


@pytest.mark.parametrize(
    "line", ["10.20.30.999 a", "localhost 127.0.0.1", "10.0.0.1", "10.0.0.1 # a", "10.0.0.1 a\0b"]
)
def test_a_line_that_the_resolver_ignores_is_a_problem(line: str) -> None:
    document = parse(f"127.0.0.1 localhost\n{line}\n")
    assert document.items[1] == Unread(f"{line}\n")
    assert [problem.line for problem in document.problems] == [2]


def test_a_built_document() -> None:
    document = Document((Comment("nodes"), Entry("10.20.30.213", ("ox1.example.com", "ox1"))))
    assert render(document) == "# nodes\n10.20.30.213 ox1.example.com ox1\n"


@pytest.mark.parametrize("name", ["", "a b", "a#b", "a\nb", "a\tb", "a\0"])
def test_a_name_that_would_be_read_as_another_is_refused(name: str) -> None:
    with pytest.raises(Unwritable):
        quote(name)


@pytest.mark.parametrize("entry", [Entry("10.20.30.999", ("a",)), Entry("10.0.0.1", ())])
def test_an_entry_that_the_resolver_ignores_is_refused(entry: Entry) -> None:
    with pytest.raises(Unwritable):
        render(Document((entry,)))
