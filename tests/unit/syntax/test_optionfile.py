import pytest
from attrs import evolve

from oxconf.syntax._base import Unwritable
from oxconf.syntax.optionfile import (
    Blank,
    Comment,
    Document,
    Group,
    Include,
    Option,
    Unread,
    is_loose,
    normalise,
    parse,
    quote,
    render,
)

TEXT = """\
# the server
[mysqld]
server-id = 1
wsrep_provider_options = "gcache.size=1G; gcs.fc_limit=256"  # one host
skip-name-resolve

; the client
[client]
password = 'a#b'
!includedir /etc/mysql/conf.d/
"""


def test_a_file_is_read_in_order() -> None:
    document = parse(TEXT)
    assert document.problems == ()
    assert document.items == (
        Comment("the server"),
        Group("mysqld"),
        Option("mysqld", "server-id", "1"),
        Option("mysqld", "wsrep_provider_options", "gcache.size=1G; gcs.fc_limit=256"),
        Option("mysqld", "skip-name-resolve", None),
        Blank(),
        Comment("the client"),
        Group("client"),
        Option("client", "password", "a#b"),
        Include("includedir", "/etc/mysql/conf.d/"),
    )
    assert [item.line for item in document.items] == list(range(1, 11))
    assert document.includes == (Include("includedir", "/etc/mysql/conf.d/"),)


def test_options_of_several_groups_keep_the_order_of_the_file() -> None:
    document = parse("[a]\nx=1\n[b]\nx=2\n[c]\nx=3\n[a]\nx=4\n")
    assert [option.value for option in document.options("a", "c")] == ["1", "3", "4"]
    assert [option.value for option in document.options()] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mysqld]\n[ mysqld ]\n", "The blank belongs to the name, so [ mysqld] is not [mysqld]."),
        ("[mysqld]\nb=2#c\n", "The value ends before '#': put it in quotes when the sign is a part of it."),
        ("[mysqld]\n!option x\n", "The server ignores the line: only !include and !includedir are known."),
        ("[mysqld]\n[client\n", "The server stops because the group has no closing bracket."),
        ("[mysqld]\n= 1\n", "The option has no name."),
        ("[mysqld]\na=b\0c\n", "The server reads a line only up to a NUL character."),
        (
            "[mysqld]\na=à\n",
            "The server takes the last byte of the character U+00E0 for a blank: put the value in quotes.",
        ),
    ],
)
def test_what_the_server_reads_differently_is_a_problem(text: str, message: str) -> None:
    (problem,) = parse(text).problems
    assert (problem.line, problem.message) == (2, message)


def test_an_option_before_the_first_group_is_a_problem() -> None:
    document = parse("a=1\n[mysqld]\nb=2\n")
    assert document.items == (Unread("a=1\n"), Group("mysqld"), Option("mysqld", "b", "2"))
    assert document.problems[0].line == 1


def test_a_built_document() -> None:
    document = Document(
        (
            Group("mysqld"),
            Comment("two thirds of 32 GiB"),
            Option("mysqld", "innodb_buffer_pool_size", "21G"),
            Option("mysqld", "wsrep_provider_options", 'a="b"; c=\\d'),
            Option("mysqld", "skip-name-resolve"),
            Option("mysqld", "init_connect", ""),
            Include("include", "/etc/mysql/a b.cnf"),
        )
    )
    text = render(document)
    assert text == (
        "[mysqld]\n"
        "# two thirds of 32 GiB\n"
        "innodb_buffer_pool_size = 21G\n"
        'wsrep_provider_options = "a=\\"b\\"; c=\\\\d"\n'
        "skip-name-resolve\n"
        "init_connect =\n"
        "!include /etc/mysql/a b.cnf\n"
    )
    assert parse(text).items == document.items


def test_only_what_was_changed_is_written_anew() -> None:
    document = parse("[mysqld]\na=1 # why\nb=2\n")
    group, first, second = document.items
    assert isinstance(second, Option)
    changed = Document((group, first, evolve(second, value="3", raw=None)))
    assert render(changed) == "[mysqld]\na=1 # why\nb = 3\n"


@pytest.mark.parametrize("value", ["a\0", "a\x1bb", "\udc80"])
def test_a_value_that_no_line_can_hold_is_refused(value: str) -> None:
    with pytest.raises(Unwritable, match="an option cannot hold"):
        quote(value)


@pytest.mark.parametrize("name", ["", "a b", "a=b", "#a", "[a]", "!a", "'a", "a\nb", "é", "-a"])
def test_a_name_is_a_plain_word(name: str) -> None:
    for item in (Group(name), Option("g", name)):
        with pytest.raises(Unwritable):
            render(Document((Group("g"), item)))


def test_an_option_stands_below_its_own_group() -> None:
    with pytest.raises(Unwritable, match=r"the option a of the group \[mysqld\] stands below \[client\]"):
        render(Document((Group("client"), Option("mysqld", "a", "1"))))
    with pytest.raises(Unwritable, match="before the first group"):
        render(Document((Option("mysqld", "a", "1"),)))


def test_one_spelling_for_comparisons() -> None:
    assert normalise("Innodb-Buffer-Pool_size") == "innodb_buffer_pool_size"
    assert normalise("loose-wsrep_sync_wait") == "wsrep_sync_wait"
    assert is_loose("loose-wsrep_sync_wait")
    assert not is_loose("wsrep_sync_wait")
