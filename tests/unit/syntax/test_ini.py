import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.ini import (
    Blank,
    Comment,
    Continuation,
    Document,
    Entry,
    Section,
    Unread,
    parse,
    quote,
    render,
)

TEXT = """\
# in front
[maxscale]
threads=auto

[Read-Service]
type = service
servers=db1,
        db2,
    # between
        db3
password=a=b:c#d;e
alone
"""


def test_a_file_is_read() -> None:
    document = parse(TEXT)

    assert document.problems == ()
    assert document.items == (
        Comment("in front"),
        Section("maxscale"),
        Entry("threads", "auto"),
        Blank(),
        Section("Read-Service"),
        Entry("type", "service"),
        Entry("servers", "db1,"),
        Continuation("db2,"),
        Comment("between"),
        Continuation("db3"),
        Entry("password", "a=b:c#d;e"),
        Entry("alone", ""),
    )
    assert [item.line for item in document.items] == list(range(1, 13))
    assert render(document) == TEXT


def test_continued_values_are_whole_in_their_section() -> None:
    (_, common), (service, entries) = parse(TEXT).sections()

    assert {key: entry.value for key, entry in common.items()} == {"threads": "auto"}
    assert (service.name, entries["servers"].value, entries["servers"].line) == (
        "Read-Service",
        "db1,db2,db3",
        7,
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a=1\n", 1, "before the first"),
        ("[a]\n=1\n", 2, "no name"),
        ("[a\n", 1, "no closing bracket"),
        ("[a b]\n", 1, "no blank"),
        ("[a]\nb=1\nb=2\n", 3, "the key b stands in line 2"),
        ("[a]\n[b]\n[a]\n", 3, "the section a stands in line 1"),
        ("[a]\nb=\0\n", 2, "NUL"),
    ],
)
def test_what_stops_maxscale_is_a_problem(text: str, line: int, words: str) -> None:
    document = parse(text)

    (problem,) = document.problems
    assert problem.line == line
    assert words in problem.message
    assert render(document) == text


def test_the_first_of_two_equal_keys_counts() -> None:
    ((_, entries),) = parse("[a]\nb=1\nb=2\n  3\n").sections()
    assert entries["b"].value == "1"


def test_a_line_without_a_section_is_kept_unread() -> None:
    assert parse("a=1\n[b]\n").items == (Unread("a=1\n"), Section("b"))


@pytest.mark.parametrize("value", ["", "a b", "a#b", "x;y", "5$", "it's", 'a"b"', "=", "[x]", "\\n"])
def test_a_value_stands_as_it_is(value: str) -> None:
    assert quote(value) == value
    ((_, entries),) = parse(render(Document((Section("s"), Entry("k", value))))).sections()
    assert entries["k"].value == value


@pytest.mark.parametrize(
    "value", ["a\nb", "a\r", "\t", " a", "a ", '"a"', "'", "$HOME", "a ;b", ";a", "#a", "\0", "\x1b"]
)
def test_what_would_be_read_as_something_else_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)


@pytest.mark.parametrize("name", ["", "a b", "@@a", "a]", "ä"])
def test_names_are_plain_words(name: str) -> None:
    with pytest.raises(Unwritable):
        render(Document((Section(name),)))
    with pytest.raises(Unwritable):
        render(Document((Section("s"), Entry(name, "1"))))
