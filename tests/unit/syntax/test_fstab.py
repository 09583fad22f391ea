import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.fstab import Blank, Comment, Document, Mount, Unread, parse, quote, render

FILESTORE = Mount("10.20.30.217:/var/opt/filestore", "/var/opt/filestore", "nfs")


def test_a_line_of_the_tutorial() -> None:
    line = "10.20.30.217:/var/opt/filestore /var/opt/filestore nfs defaults 0 0\n"
    document = parse(f"# <file system> <mount point>\n\n{line}")
    assert document.problems == ()
    assert document.items == (Comment("<file system> <mount point>"), Blank(), FILESTORE)
    assert document.mounts[0].line == 3
    assert render(Document((FILESTORE,))) == line


@pytest.mark.parametrize("end", ["", " 0", " 0 0", "  0\t0  ", " 0 0 # why", "\r"])
def test_the_last_two_fields_may_be_missing(end: str) -> None:
    document = parse(f"\ta /b ext4 rw,noatime{end}\n")
    assert document.items == (Mount("a", "/b", "ext4", ("rw", "noatime")),)
    assert document.problems == ()


def test_fields_are_octal_escaped() -> None:
    mount = Mount("//h/a b", "/mnt/c\\d\té", "cifs", ("ro", "user=x y"), 1, 2)
    text = "//h/a\\040b /mnt/c\\134d\\011é cifs ro,user=x\\040y 1 2\n"
    assert render(Document((mount,))) == text
    assert parse(text).items == (mount,)
    assert parse("a /\\303\\251 ext4 rw").items == (Mount("a", "/é", "ext4", ("rw",)),)


def test_a_comma_in_quotes_belongs_to_its_option() -> None:
    (mount,) = parse('tmpfs /t tmpfs rw,context="a,b",nodev 0 0\n').mounts
    assert mount.options == ("rw", 'context="a,b"', "nodev")


@pytest.mark.parametrize(
    "line", ["a /b", "a /b ext4 rw x", "a /b ext4 rw # no", "a /b ext4 rw 0 0x1", "a /b\0 c d"]
)
def test_a_line_that_mount_does_not_read_is_a_problem(line: str) -> None:
    document = parse(f"a /a ext4 rw\n{line}\nc /c ext4 rw\n")
    assert document.items[1] == Unread(f"{line}\n")
    assert [mount.file for mount in document.mounts] == ["/a", "/c"]
    assert [problem.line for problem in document.problems] == [2]


def test_too_few_and_too_many_fields() -> None:
    document = parse("a /a ext4\nb /b ext4 rw 0 0 7\n")
    assert document.items == (Mount("a", "/a", "ext4"), Mount("b", "/b", "ext4", ("rw",)))
    assert [problem.message for problem in document.problems] == [
        "The fourth field, the options, is missing.",
        "What follows the sixth field is ignored.",
    ]


@pytest.mark.parametrize("value", ["", "#a", "a\0", "a\rb", "\x1b"])
def test_a_field_that_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)


@pytest.mark.parametrize("options", [(), ("",), ("a,b",), ('a"', 'b"')])
def test_options_that_would_be_divided_anew_are_refused(options: tuple[str, ...]) -> None:
    with pytest.raises(Unwritable):
        render(Document((Mount("a", "/b", "ext4", options),)))
