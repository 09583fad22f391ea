import shutil
import subprocess
from pathlib import Path

import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.shellvars import Blank, Comment, Document, Entry, Unread, parse, quote, render


def test_a_file_is_read() -> None:
    document = parse(
        '# garbd\n\nGALERA_NODES="10.20.30.217:4567 10.20.30.219:4567"\nexport LOG=/var/log/garbd # why\n'
    )
    assert document.problems == ()
    assert document.items == (
        Comment("garbd"),
        Blank(),
        Entry("GALERA_NODES", "10.20.30.217:4567 10.20.30.219:4567"),
        Entry("LOG", "/var/log/garbd", exported=True),
    )
    assert [item.line for item in document.items] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", ""),
        ("a#b", "a#b"),
        ("'a $b'", "a $b"),
        ('"a \\"b\\" \\$c \\x"', 'a "b" $c \\x'),
        ("a\\ b", "a b"),
        ("'a'\"b\"c", "abc"),
        ("'a\nb'", "a\nb"),
        ('"a\\\nb"', "ab"),
        ("a\\\nb", "ab"),
        ("'~'", "~"),
    ],
)
def test_words_of_the_shell(word: str, value: str) -> None:
    document = parse(f"A={word}\nB=1\n")
    assert document.items == (Entry("A", value), Entry("B", "1"))
    assert document.problems == ()


def test_the_last_of_several_entries_counts() -> None:
    document = parse("A=1\nA=2\n")
    assert document.get("A") == Entry("A", "2")
    assert document.get("B") is None


@pytest.mark.parametrize(
    "line", ["A=$B", "A=`id`", "A=b c", "A=b; c", "A =b", "1A=b", ". /x", 'A="b', "A=~/x", "A=b\\ #c d"]
)
def test_every_other_command_is_a_problem(line: str) -> None:
    document = parse(f"X=1\n{line}\nY=2\n")
    assert document.items[1] == Unread(f"{line}\n")
    assert document.items[2] == Entry("Y", "2")
    assert [problem.line for problem in document.problems] == [2]


def test_a_carriage_return_is_a_part_of_the_value() -> None:
    document = parse("A=b\r\n")
    assert document.items == (Entry("A", "b\r"),)
    assert "carriage return" in document.problems[0].message


def test_a_built_document() -> None:
    document = Document((Comment("garbd"), Entry("A", 'a "b" $c `d` \\'), Entry("B", "", exported=True)))
    assert render(document) == '# garbd\nA="a \\"b\\" \\$c \\`d\\` \\\\"\nexport B=""\n'


@pytest.mark.parametrize("value", ["a\nb", "a\0", "a\r", "\udc80"])
def test_a_value_that_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "a=b", "é"])
def test_a_name_is_a_name_of_the_shell(name: str) -> None:
    with pytest.raises(Unwritable):
        render(Document((Entry(name, "1"),)))


@pytest.mark.skipif(shutil.which("sh") is None, reason="sh is not installed")
def test_a_shell_reads_what_was_written(tmp_path: Path) -> None:
    values = [
        'a"b',
        "a'b",
        "$HOME",
        "${x}",
        "`id`",
        "$(id)",
        "\\",
        "a\\",
        "\\\\n",
        "!x",
        "#x",
        "~",
        "*",
        "a\tb",
        "é",
        "",
    ]
    document = Document(tuple(Entry(f"A{at}", value) for at, value in enumerate(values)))
    script = tmp_path / "vars"
    script.write_text(render(document) + "".join(f'printf "%s\\n" "$A{at}"\n' for at in range(len(values))))
    run = subprocess.run(["sh", script], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:-1] == values
