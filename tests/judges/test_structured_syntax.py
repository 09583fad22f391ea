"""The real daemons read what `quote` writes, and read it as `parse` does."""

import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from oxconf.syntax import apache, haproxy, keepalived
from oxconf.syntax._base import Unwritable

NASTY = [
    "plain", "10.20.30.217:3306", "a b", " a ", "a\tb", "a\vb\fc", "", "#a", "a#b", "!a", "a!b", ";",
    "a;b", "%", "%{Host}i", "'", '"', "it's", 'say "hi"', "it's \"both\"", "\\", "\\\\", "a\\", "a\\\\",
    '\\"', '\\\\"', "\\'", "a\\.b", "a b\\", "$", "$$", "$1", "a$", "$HOME", "$HOME x", "${HOME}",
    "\\${HOME}", "$ENV{X}", "a$HOME", "$_PWD", "$_PWD x", "${_PWD}", "{", "}", "{a}", "a{b", "a}b", "<a>",
    "</a>", ">", "~", "~SEQ(i,3)", "@a", "a@b", "^/a(;|/|$)", "`id`", "[a]", "*", ",", "=", "include",
    "include x", "caf\u00e9", "\u65e5\u672c", "a\u2028b", "\x1b[0m", "\x7f", "\\x41", "\\n", "\\t",
    "x" * 900, "a\nb", "a\rb", "a\0b", "\ud800",
]  # fmt: skip

needs_apache = pytest.mark.skipif(not shutil.which("apache2"), reason="apache2 is not installed")
needs_haproxy = pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")
needs_keepalived = pytest.mark.skipif(not shutil.which("keepalived"), reason="keepalived is not installed")


def writable(module: ModuleType) -> dict[str, str]:
    """The nasty values that the module does not refuse, each with how it is written."""
    quoted = {}
    for value in NASTY:
        try:
            quoted[value] = module.quote(value)
        except Unwritable:
            continue
    assert len(quoted) > len(NASTY) / 2
    return quoted


def run(*command: str | Path) -> tuple[int, str]:
    result = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return result.returncode, (result.stdout + result.stderr).decode("utf-8", "surrogateescape")


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def ask_apache(folder: Path, text: str) -> tuple[int, dict[str, str]]:
    """The exit code, and the variables that httpd has after it read `text`."""
    modules = Path("/usr/lib/apache2/modules")
    if not (modules / "mod_mpm_event.so").is_file():
        pytest.skip(f"{modules} has no mod_mpm_event.so")
    head = [
        f"LoadModule mpm_event_module {modules}/mod_mpm_event.so",
        f"LoadModule authz_core_module {modules}/mod_authz_core.so",
        f"ServerRoot {apache.quote(str(folder))}",
        "ServerName localhost",
        "Listen 127.0.0.1:8099",
        "ErrorLog error.log",
    ]
    path = write(folder / "httpd.conf", "\n".join([*head, text]))
    code, output = run("apache2", "-t", "-f", path, "-D", "DUMP_RUN_CFG")
    defines = re.findall(r"^Define: ([A-Z]\d+)(?:=(.*))?$", output, re.MULTILINE)
    return code, dict(defines)


def ask_haproxy(folder: Path, lines: list[str]) -> tuple[int, dict[int, str]]:
    """The exit code, and the one word of each `.notice` line by its index."""
    tail = "listen x\n bind 127.0.0.1:1\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"
    path = write(folder / "haproxy.cfg", "".join(f".notice {line}\n" for line in lines) + tail)
    code, output = run("haproxy", "-c", "-f", path)
    notices = re.findall(r"^.*parsing \[[^\]\n]*:(\d+)\]: '(.*)'\.$", output, re.MULTILINE)
    return code, {int(number) - 1: word for number, word in notices}


def ask_keepalived(folder: Path, lines: list[str]) -> tuple[str, dict[int, str]]:
    """The output, and the second word of each line by its index."""
    text = "global_defs {\n" + "".join(f" smtp_alert {line}\n" for line in lines) + "}\n"
    _, output = run("keepalived", "-t", "-f", write(folder / "keepalived.conf", text))
    words = re.findall(
        r"^\(Line (\d+)\) Invalid value '(.*)' for global smtp_alert specified$", output, re.MULTILINE
    )
    return output, {int(number) - 2: word for number, word in words}


@needs_apache
def test_httpd_reads_back_every_value(tmp_path: Path) -> None:
    quoted = writable(apache)
    text = "".join(f"Define V{number} {word}\n" for number, word in enumerate(quoted.values()))
    code, defines = ask_apache(tmp_path, text)
    assert code == 0
    assert defines == {f"V{number}": value for number, value in enumerate(quoted)}


@needs_apache
def test_httpd_takes_every_value_as_the_argument_of_a_section(tmp_path: Path) -> None:
    # The values are parts of names of directories, which httpd does not look for.
    sections = [
        f"<Directory {apache.quote('/' + value)}>\nOptions None\n</Directory>\n" for value in writable(apache)
    ]
    code, defines = ask_apache(tmp_path, "".join(sections) + "Define V1 end\n")
    assert (code, defines) == (0, {"V1": "end"})


@needs_apache
@pytest.mark.parametrize("word", ["${V1}", '"${V1}"', "'${V1}'", r"\${V1}", r'"\${V1}"', r"\\${V1}"])
def test_httpd_replaces_a_variable_in_every_spelling(tmp_path: Path, word: str) -> None:
    _, defines = ask_apache(tmp_path, f"Define V1 replaced\nDefine V2 {word}\n")
    assert "replaced" in defines["V2"]


@needs_apache
@pytest.mark.parametrize(
    "line",
    [
        '"a \\"b\\" \\\\ \\d"',
        "'\\''",
        r"a\.b\\c",
        'a"b',
        "#a",
        '"a\\\n  b"',
        '"a\\\r\n b"\r',
        "a\\\\\n\n",
        '"a',
        "'a\\\"b'",
        '"a\rb"',
        " \t a \t",
        "\u00a0a",
    ],
)
def test_httpd_reads_a_word_as_parse_does(tmp_path: Path, line: str) -> None:
    (node,) = apache.parse(f"Define V1 {line}\n").children
    code, defines = ask_apache(tmp_path, f"Define V1 {line}\n")
    assert code == 0
    assert node.args == ("V1", defines["V1"])


@needs_haproxy
def test_haproxy_reads_back_every_value(tmp_path: Path) -> None:
    quoted = writable(haproxy)
    code, words = ask_haproxy(tmp_path, list(quoted.values()))
    assert code == 0
    assert words == dict(enumerate(quoted))


@needs_haproxy
@pytest.mark.parametrize(
    "line",
    [
        "a\"b c\"'d e'",
        r"a\ b\#c\"\'\\",
        r'"\$a \" \'"',
        r"\$a\q\1",
        r"a\tb\x41",
        "'$HOME'",
        "$HOME",
        "a#b",
        "a\\",
        "a \r",
        "a\u00a0b",
        r"'a\' #b'",
    ],
)
def test_haproxy_reads_a_word_as_parse_does(tmp_path: Path, line: str) -> None:
    code, words = ask_haproxy(tmp_path, [line])
    assert code == 0
    assert haproxy.parse(f".notice {line}\n").preamble[0].words == (".notice", words[0])


@needs_haproxy
@pytest.mark.parametrize("line", ["'a", '"$1"', "\\xg", '"${A"', "a\0b"])
def test_haproxy_refuses_what_is_a_problem(tmp_path: Path, line: str) -> None:
    code, _ = ask_haproxy(tmp_path, [line])
    assert code == 1
    assert [problem.line for problem in haproxy.parse(f".notice {line}\n").problems] == [1]


@needs_keepalived
def test_keepalived_reads_back_every_value(tmp_path: Path) -> None:
    quoted = writable(keepalived)
    output, words = ask_keepalived(tmp_path, list(quoted.values()))
    assert words == dict(enumerate(quoted))
    # One line for each value: nothing became a keyword or a bracket.
    assert len(output.splitlines()) >= len(quoted)
    assert "keyword" not in output
    assert "'{'" not in output
    assert "'}'" not in output


@needs_keepalived
@pytest.mark.parametrize("value", ["a $_PWD b", "${_PWD}", "$_PWD, x"])
def test_keepalived_replaces_definitions_in_quotes(tmp_path: Path, value: str) -> None:
    _, words = ask_keepalived(tmp_path, [f'"{value}"'])
    assert words[0] != value


@needs_keepalived
@pytest.mark.parametrize(
    "line",
    [
        '"b c"',
        "'b",
        'b"c d"',
        '""',
        "b#c",
        "b!c",
        r"b\#c\!d # e",
        r'"b\#c"',
        r"\x41\b",
        '"{b}"',
        "b # c \\",
        "b \\",
        '"it\'s"',
    ],
)
def test_keepalived_reads_a_word_as_parse_does(tmp_path: Path, line: str) -> None:
    _, words = ask_keepalived(tmp_path, [line])
    (node,) = keepalived.parse(f"smtp_alert {line}\n").children
    if node.words == ("smtp_alert\\",):
        assert words == {}
    else:
        assert node.words[1] == words[0]
