import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.sysusers import Blank, Comment, Document, Entry, Unread, parse, quote, render


def test_a_file_is_read() -> None:
    document = parse(
        "# users\n\ng open-xchange 1001\nu open-xchange 1001:1001 \"Open-Xchange 100%% 'a'\" - /bin/false\n"
        "m www-data open-xchange\nr - 500-900\n"
    )
    assert document.problems == ()
    assert document.items == (
        Comment("users"),
        Blank(),
        Entry("g", "open-xchange", "1001"),
        Entry("u", "open-xchange", "1001:1001", "Open-Xchange 100% 'a'", None, "/bin/false"),
        Entry("m", "www-data", "open-xchange"),
        Entry("r", None, "500-900"),
    )
    assert [entry.line for entry in document.entries] == [3, 4, 5, 6]


@pytest.mark.parametrize("gecos", ['"a b"', "'a b'", "a\\ b", "a' 'b"])
def test_many_spellings_of_one_field(gecos: str) -> None:
    assert parse(f"u ox 1 {gecos}\n").items == (Entry("u", "ox", "1", "a b"),)


@pytest.mark.parametrize("line", ["x ox 1", "u", 'u ox 1 "a', "u ox 1 a\\", "u ox 1 a b c d"])
def test_a_line_that_is_ignored_is_a_problem(line: str) -> None:
    document = parse(f"g a\n{line}\ng b\n")
    assert document.items == (Entry("g", "a"), Unread(f"{line}\n"), Entry("g", "b"))
    (problem,) = document.problems
    assert problem.line == 2
    assert problem.message.startswith("systemd-sysusers ignores the line because ")


def test_a_built_document() -> None:
    document = Document(
        (
            Entry("u", "ox", "1001", 'the "100%" \\ user', None, "/bin/false"),
            Entry("g", "ox"),
            Entry("r", None, "500-900"),
        )
    )
    text = render(document)
    assert text == 'u ox 1001 "the \\"100%%\\" \\\\ user" - /bin/false\ng ox\nr - 500-900\n'
    assert parse(text).items == document.items


@pytest.mark.parametrize("value", ["", "-", "a\nb", "a\0", "\x1b"])
def test_a_field_that_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)


@pytest.mark.parametrize(
    "entry", [Entry("x", "a"), Entry("u", "a", gecos="a:b"), Entry("u", "a", home="/a:/b")]
)
def test_an_entry_that_makes_no_account_is_refused(entry: Entry) -> None:
    with pytest.raises(Unwritable):
        render(Document((entry,)))
