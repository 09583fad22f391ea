import pytest

from oxconf.syntax.haproxy import Line, Section, Unwritable, parse, quote, render

DATABASE = """\
# The database in front of the OX nodes.
global
    log /dev/log local0   # to the journal
    maxconn 4096

defaults base from other
    timeout client 1h

listen mysql-writer from base
    bind 127.0.0.1:3306
    server db1 10.20.30.217:3306 check port 9200 on-marked-down shutdown-sessions
    server db2 10.20.30.219:3306 check port 9200 backup
"""


def words(line: str) -> tuple[str, ...]:
    (section,) = parse(f"global\n{line}\n").children
    (found,) = section.lines
    return found.words


def problems(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in parse(text).problems]


def test_sections_with_names_and_lines() -> None:
    document = parse(DATABASE)
    assert document.problems == ()
    assert [(section.keyword, section.name, section.args, section.line) for section in document.children] == [
        ("global", None, (), 2),
        ("defaults", "base", ("from", "other"), 6),
        ("listen", "mysql-writer", ("from", "base"), 9),
    ]
    (global_,) = document.sections("global")
    assert global_.lines == (Line(("log", "/dev/log", "local0")), Line(("maxconn", "4096")))
    (listen,) = document.sections("listen")
    assert [line.line for line in listen.lines] == [10, 11, 12]
    assert listen.lines[2].words[-1] == "backup"
    assert list(document.sections("backend")) == []
    assert render(document) == DATABASE


def test_defaults_and_global_may_have_no_name() -> None:
    assert parse("defaults from base\n").children == (Section("defaults", None, ("from", "base")),)
    assert parse("global x\n").children == (Section("global", None, ("x",)),)
    assert parse("defaults\n").children == (Section("defaults"),)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('a "b c" d', ("a", "b c", "d")),
        ("a 'b $X \"c\" \\n' d", ("a", 'b $X "c" \\n', "d")),
        ("a\"b c\"'d e'", ("ab cd e",)),
        (r"a\ b \#c \" \' \\", ("a b", "#c", '"', "'", "\\")),
        (r'"\$a" "\"" "it\'s"', ("$a", '"', "it's")),
        (r"\$a \q \1", (r"\$a", r"\q", r"\1")),
        (r"a\tb\x41\n", ("a\tbA\n",)),
        (r"caf\xe9", ("caf\udce9",)),
        ('"$HOST:${PORT-80}${LIST[*]}" $HOST', ("$HOST:${PORT-80}${LIST[*]}", "$HOST")),
        ("a b#c d", ("a", "b")),
        ("a \"b#c\" '#'", ("a", "b#c", "#")),
        ('a "" b ""', ("a", "", "b")),
        ("a \r", ("a",)),
        ("a\\", ("a\\",)),
    ],
)
def test_words(line: str, expected: tuple[str, ...]) -> None:
    assert words(line) == expected
    assert problems(f"global\n{line}\n") == []


def test_only_conditions_may_stand_before_the_first_section() -> None:
    document = parse(".if feature(OPENSSL)\nmaxconn 5\n.endif\nglobal\n")
    assert [line.words for line in document.preamble] == [
        (".if", "feature(OPENSSL)"),
        ("maxconn", "5"),
        (".endif",),
    ]
    assert [(p.line, p.message) for p in document.problems] == [
        (2, "'maxconn' stands before the first section.")
    ]


def test_what_haproxy_refuses_or_ignores_is_a_problem() -> None:
    assert problems("global\n a 'b\n") == [(2, "The quote ' is never closed.")]
    assert problems('global\n a "$5"\n') == [
        (2, "A '$' in double quotes must begin a variable; write \\$ for the character itself.")
    ]
    assert problems("global\n a \\xg\n") == [(2, "\\x must be followed by two hexadecimal digits.")]
    assert problems('global\n "" a\n') == [(2, "The line begins with an empty word, and HAProxy ignores it.")]
    assert problems("global\n maxconn 5") == [
        (2, "The last line has no line end, for which HAProxy refuses the file.")
    ]
    assert problems("global\n" + "a " * 65 + "\n") == [
        (2, "The line has 65 words; HAProxy takes 64 at most.")
    ]
    assert [line for line, _ in problems("global\n a\rb\n c\0d\n")] == [2, 3]


def test_reading_goes_on_after_a_problem() -> None:
    text = "global\n a 'b\nlisten x\n bind :80\n"
    assert parse(text).children[1] == Section("listen", "x", (), (Line(("bind", ":80")),))


@pytest.mark.parametrize("text", ["", "global", "global\r\n\tmaxconn 5\r\n", "\n \n", "a\u2028b\x0bc\n", "'"])
def test_render_gives_back_what_was_read(text: str) -> None:
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("10.20.30.217:3306", "10.20.30.217:3306"),
        ("%[src,lower]", "%[src,lower]"),
        ("a b", "'a b'"),
        ("a#b", "'a#b'"),
        ("$HOME", "'$HOME'"),
        (r"a\nb", r"'a\nb'"),
        ('"', "'\"'"),
        ("it's", '"it\'s"'),
        ('it\'s "${X}" \\', r'''"it's \"\${X}\" \\"'''),
    ],
)
def test_quote(value: str, written: str) -> None:
    assert quote(value) == written
    assert words(f"X {written} end") == ("X", value, "end")


@pytest.mark.parametrize("value", ["", "a\nb", "a\r", "a\0", "\ud800"])
def test_what_haproxy_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)
