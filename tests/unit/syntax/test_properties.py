import pytest
from attrs import evolve

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax.properties import Blank, Comment, Document, Entry, Unread, parse, quote, render


def test_a_file_is_read_with_comments_order_and_lines() -> None:
    document = parse(
        "# a comment\nreadUrl=jdbc:mysql://10.20.30.217:3306/configdb\n\nuseSeparateWrite = true\n"
    )
    assert document.items == (
        Comment("a comment"),
        Entry("readUrl", "jdbc:mysql://10.20.30.217:3306/configdb"),
        Blank(),
        Entry("useSeparateWrite", "true"),
    )
    assert [item.line for item in document.items] == [1, 2, 3, 4]
    assert document.problems == ()


@pytest.mark.parametrize("text", ["a=b", "a = b", "a:b", "a b", "\ta\\\n  = b", "\\u0061=\\u0062"])
def test_one_entry_has_many_spellings(text: str) -> None:
    assert parse(text).items == (Entry("a", "b"),)


def test_a_value_goes_on_after_a_backslash() -> None:
    document = parse("a=one,\\\n    two\nb=3\n")
    assert document.items == (Entry("a", "one,two"), Entry("b", "3"))
    assert [entry.line for entry in document.entries] == [1, 3]


def test_the_last_of_several_entries_counts() -> None:
    document = parse("a=1\nb=2\na=3\n")
    found = document.get("a")
    assert found is not None
    assert (found.value, found.line) == ("3", 3)
    assert document.get("c") is None
    assert document.duplicates() == ((Entry("a", "1"), Entry("a", "3")),)


def test_an_entry_behind_a_comment_sign_is_no_entry() -> None:
    assert parse("#a=1\n").get("a") is None


def test_a_malformed_escape_is_a_problem_and_the_other_lines_are_read() -> None:
    document = parse("a=1\nb=\\u12\nc=3\n")
    assert document.items == (Entry("a", "1"), Unread("b=\\u12\n"), Entry("c", "3"))
    assert document.problems == (
        Problem(2, "Java refuses the whole file because no four hexadecimal digits follow '\\u'."),
    )


def test_a_built_document_is_plain_ascii_and_addresses_stay_readable() -> None:
    document = Document(
        (
            Comment("who sends"),
            Entry("com.openexchange.mail.from", "Zoë <a@b.example>"),
            Blank(),
            Entry("url", "jdbc:mysql://h:3306/db?a=b#c"),
            Entry("a key", " x"),
        )
    )
    assert render(document) == (
        "# who sends\n"
        "com.openexchange.mail.from=Zo\\u00EB <a@b.example>\n"
        "\n"
        "url=jdbc:mysql://h:3306/db?a=b#c\n"
        "a\\ key=\\ x\n"
    )


def test_only_what_was_changed_is_written_anew() -> None:
    document = parse("a :  1\r\nb :  2\r\n")
    first, second = document.entries
    assert render(Document((first, evolve(second, value="3", raw=None)))) == "a :  1\r\nb=3\n"


@pytest.mark.parametrize("text", ["a=1", "a=1\\", "a=1\\\n", "a=1\\\r\n", "a=1\\\r"])
def test_an_appended_entry_never_becomes_part_of_the_last_line(text: str) -> None:
    read = parse(render(Document((*parse(text).items, Entry("b", "2")))))
    assert read.entries == (Entry("a", "1"), Entry("b", "2"))


def test_nul_is_refused() -> None:
    with pytest.raises(Unwritable, match="cannot hold a NUL"):
        quote("a\0b")
