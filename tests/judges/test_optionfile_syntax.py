"""The option file syntax beside my_print_defaults itself."""

import shutil
import subprocess
from pathlib import Path

import pytest

from oxconf.syntax.optionfile import LONGEST_LINE, Document, Group, Option, Unwritable, parse, render

pytestmark = pytest.mark.skipif(
    shutil.which("my_print_defaults") is None, reason="my_print_defaults is not installed"
)

# The judge prints one argument a line, so a value with a line feed in it shows as two.
OPTIONS = r"""
[mysqld]
a="x#y" # z
b=it's # no
c=2#d
d=
 e f = g  h
i=j=k
#x
 ;y
k=l;m
k#x=4
q="a\"b"
r=a\tb\qc\
s="\"
t="
u="x'
v="a" "b"
x = 'it''s'
y=a\\#b
z='x\'#y' #z
aa="x\"#y" #z
ab="#
ac=\b\s\r
"ad=5"
ae=""
af='
ag="a\\"
ah = [not a group]
flag
flag # with a comment
--dashes=1
!unknown directive
[ mysqld ]
hidden=1
[mysqld ]
b = 3
[mysqld] # remark
b = 4
[mysqld]rest
b = 5
[a]b]
hidden=2
[client]
b = 6
[]
hidden=3
"""

NASTY = ["", " ", "  a ", "\r", "\\", "\\\\", "a\\", '"', "'", '"a"', "'a'", "#", "a#b", ";", "!"]
NASTY += [
    "[x]",
    "${x}",
    "%s",
    "\t",
    "\b",
    "é",
    "à",
    "€",
    "😀",
    "\\n",
    "\\",
    'a"b',
    "it's",
    "a = b",
    "gcache.size=1G; gcs.fc_limit=256",
]


def judge(text: str, folder: Path, *groups: str) -> list[str] | None:
    """The arguments that the program prints, None when it refuses the file."""
    file = folder / "my.cnf"
    file.write_text(text, newline="")
    run = subprocess.run(["my_print_defaults", f"--defaults-file={file}", *groups], capture_output=True)
    return None if run.returncode else run.stdout.decode().split("\n")[:-1]


def ours(text: str, *groups: str) -> list[str]:
    options = parse(text).options(*groups)
    return [f"--{o.key}" if o.value is None else f"--{o.key}={o.value}" for o in options]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotes_comments_and_groups(tmp_path: Path, end: str) -> None:
    text = OPTIONS.replace("\n", end)
    assert judge(text, tmp_path, "mysqld", "client") == ours(text, "mysqld", "client")


@pytest.mark.parametrize("white", [" ", "\t", "\v", "\f"])
def test_white_space(tmp_path: Path, white: str) -> None:
    text = OPTIONS.replace(" ", white).replace("\n", f"{white}\n{white}")
    assert judge(text, tmp_path, "mysqld", "client") == ours(text, "mysqld", "client")


def test_what_we_write_is_read_back_unchanged(tmp_path: Path) -> None:
    options = tuple(Option("mysqld", f"key-{at}", value) for at, value in enumerate(NASTY))
    text = render(Document((Group("mysqld"), *options, Group("client"), Option("client", "end", "1"))))
    expected = [f"--{option.key}={option.value}" for option in options]
    assert judge(text, tmp_path, "mysqld") == expected


@pytest.mark.parametrize(
    "text", ["a=1\n[mysqld]\n", "[mysqld\na=1\n", "[mysqld]\n!include\n", "\ufeff[mysqld]\na=1\n"]
)
def test_what_the_judge_refuses_is_a_problem(tmp_path: Path, text: str) -> None:
    assert judge(text, tmp_path, "mysqld") is None
    assert parse(text).problems


@pytest.mark.parametrize("beyond", [0, 1])
def test_the_longest_line(tmp_path: Path, beyond: int) -> None:
    value = "x" * (LONGEST_LINE - 4 + beyond)
    text = f"[mysqld]\na = {value}\n"
    answer = judge(text, tmp_path, "mysqld")
    assert (answer == [f"--a={value}"]) == (beyond == 0)
    assert bool(parse(text).problems) == (beyond == 1)
    document = Document((Group("mysqld"), Option("mysqld", "a", value)))
    if beyond:
        with pytest.raises(Unwritable, match="longer than"):
            render(document)
    else:
        assert render(document) == text


def test_the_last_byte_that_is_taken_for_a_blank(tmp_path: Path) -> None:
    (tmp_path / "my.cnf").write_text("[mysqld]\na=à\n")
    run = subprocess.run(
        ["my_print_defaults", f"--defaults-file={tmp_path / 'my.cnf'}", "mysqld"],
        capture_output=True,
        check=True,
    )
    assert run.stdout == b"--a=\xc3\n"
    assert parse("[mysqld]\na=à\n").problems
