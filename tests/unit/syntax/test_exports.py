import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.exports import Blank, Client, Comment, Document, Export, Unread, parse, quote, render

OPTIONS = ("rw", "no_subtree_check", "all_squash", "anonuid=1001", "anongid=1001")
LINE = (
    "/var/opt/filestore"
    " 10.20.30.213(rw,no_subtree_check,all_squash,anonuid=1001,anongid=1001)"
    " 10.20.30.215(rw,no_subtree_check,all_squash,anonuid=1001,anongid=1001)\n"
)
FILESTORE = Export("/var/opt/filestore", (Client("10.20.30.213", OPTIONS), Client("10.20.30.215", OPTIONS)))


def test_a_line_of_the_tutorial() -> None:
    document = parse(f"# filestore\n\n{LINE}")
    assert document.problems == ()
    assert document.items == (Comment("filestore"), Blank(), FILESTORE)
    assert document.exports[0].line == 3
    assert render(Document((FILESTORE,))) == LINE


@pytest.mark.parametrize(
    "text",
    [
        '"/srv/a b" h(ro)',
        "/srv/a\\040b h(ro)",
        '/srv/"a b" h(ro)  # why',
        "/srv/a\\040b \\\n    h(ro)\n",
        '"/srv/a \\\n   b" h(ro)'.replace("a \\", "a\\"),
        "/srv/a\\040b -ro h",
    ],
)
def test_many_spellings_of_one_export(text: str) -> None:
    document = parse(text)
    assert document.items == (Export("/srv/a b", (Client("h", ("ro",)),)),)
    assert document.problems == ()


def test_default_options_stand_before_those_of_the_client() -> None:
    (export,) = parse("/srv -ro,sync a(rw) -async b\n").exports
    assert export.clients == (Client("a", ("ro", "sync", "rw")), Client("b", ("ro", "sync", "async")))


def test_a_blank_before_the_bracket_exports_to_the_world() -> None:
    document = parse("/srv 10.20.30.213 (rw)\n")
    assert document.exports[0].clients == (Client("10.20.30.213"), Client("*", ("rw",)))
    (problem,) = document.problems
    assert "every host" in problem.message
    assert problem.line == 1


@pytest.mark.parametrize(
    ("line", "clients"),
    [
        ("/srv", (Client("*"),)),
        ("/srv -ro", (Client("*", ("ro",)),)),
        ("/srv h(rw) -ro", (Client("h", ("rw",)), Client("*", ("ro",)))),
    ],
)
def test_a_line_that_ends_without_a_client_exports_to_the_world(
    line: str, clients: tuple[Client, ...]
) -> None:
    document = parse(f"{line}\n")
    assert document.exports[0].clients == clients
    assert "every host" in document.problems[0].message


@pytest.mark.parametrize(
    "line", ["/srv h(ro", "/srv h(ro)x", "/srv h(" + "x" * 512 + ")", "\r", '"" h(ro)', "/a\0b h"]
)
def test_a_line_that_stops_exportfs_is_a_problem(line: str) -> None:
    document = parse(f"/a h(ro)\n{line}\n/b h(ro)\n")
    assert document.items[1] == Unread(f"{line}\n")
    assert [export.path for export in document.exports] == ["/a", "/b"]
    (problem,) = document.problems
    assert problem.line == 2
    assert problem.message.startswith("exportfs reads nothing from here on because")


def test_a_comment_is_not_continued_and_a_sign_inside_a_word_is_none() -> None:
    document = parse("# a \\\n/srv/b#c h(ro)\n")
    assert document.items == (Comment("a \\"), Export("/srv/b#c", (Client("h", ("ro",)),)))


def test_quoting() -> None:
    assert quote('/srv/a "b"\\#é') == "/srv/a\\040\\042b\\042\\134\\043é"
    with pytest.raises(Unwritable, match="three octal digits"):
        quote("/srv/\\040")


@pytest.mark.parametrize(
    "export",
    [
        Export("", (Client("h"),)),
        Export("/srv", ()),
        Export("/srv", (Client(""),)),
        Export("/srv", (Client("-ro"),)),
        Export("/srv", (Client("a(rw)"),)),
        Export("/srv", (Client("a", ("ro,rw",)),)),
        Export("/srv", (Client("a", ("",)),)),
        Export("/srv", (Client("a", ("x" * 512,)),)),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(export: Export) -> None:
    with pytest.raises(Unwritable):
        render(Document((export,)))
