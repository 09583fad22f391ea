import pytest

from oxconf.syntax.keepalived import Node, Unwritable, parse, quote, render

INSTANCE = """\
! The floating address of the web tier.
global_defs {
    router_id "web 1"   # for the log
}

vrrp_instance VI_1
{
    state BACKUP
    virtual_router_id 51
    authentication { auth_type PASS
        auth_pass "s3#cr!t" }
    virtual_ipaddress {
        10.20.30.10/24 dev eth0
    }
}
"""


def words(line: str) -> tuple[str, ...]:
    (node,) = parse(line + "\n").children
    assert node.children is None
    return node.words


def problems(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in parse(text).problems]


def test_blocks_open_on_the_same_or_on_the_next_line() -> None:
    document = parse(INSTANCE)
    assert document.problems == ()
    assert document.children == (
        Node(("global_defs",), (Node(("router_id", "web 1")),)),
        Node(
            ("vrrp_instance", "VI_1"),
            (
                Node(("state", "BACKUP")),
                Node(("virtual_router_id", "51")),
                Node(("authentication",), (Node(("auth_type", "PASS")), Node(("auth_pass", "s3#cr!t")))),
                Node(("virtual_ipaddress",), (Node(("10.20.30.10/24", "dev", "eth0")),)),
            ),
        ),
    )
    assert [node.line for node in document.children] == [2, 6]
    assert render(document) == INSTANCE


def test_find_tells_where_a_line_stands() -> None:
    document = parse(INSTANCE)
    ((node, around),) = document.find("auth_pass")
    assert (node.line, [block.words[0] for block in around]) == (11, ["vrrp_instance", "authentication"])
    assert [node.line for node, _ in document.find("vrrp_instance")] == [6]
    assert list(document.find("VRRP_INSTANCE")) == []


def test_a_block_on_one_line_and_an_empty_one() -> None:
    assert parse("vrrp_script s { script /bin/true }\na { }\n").children == (
        Node(("vrrp_script", "s"), (Node(("script", "/bin/true")),)),
        Node(("a",), ()),
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('a "b c" d', ("a", "b c", "d")),
        ("a 'b c'", ("a", "'b", "c'")),
        ('a b"c d"e', ("a", "b", "c d", "e")),
        ('a "" b', ("a", "", "b")),
        ("a b#c", ("a", "b")),
        ("a b!c", ("a", "b")),
        (r"a b\#c\!d # e", ("a", "b#c!d")),
        (r'a "b\#c"', ("a", r"b\#c")),
        (r"a \x41\ b", ("a", "\\x41\\", "b")),
        ('a "{b}"', ("a", "{b}")),
        ("a # b \\", ("a\\",)),
        ("$VIP=10.20.30.10", ("$VIP=10.20.30.10",)),
        ("a $VIP ${VIP}/24", ("a", "$VIP", "${VIP}/24")),
        ("@main priority 100", ("@main", "priority", "100")),
        ("~SEQ(i, 1, 3) 10.0.0.$i", ("~SEQ(i,", "1,", "3)", "10.0.0.$i")),
        ("include conf.d/{a,b} c.conf", ("include", "conf.d/{a,b} c.conf")),
    ],
)
def test_words(line: str, expected: tuple[str, ...]) -> None:
    assert words(line) == expected
    assert problems(line + "\n") == []


def test_a_definition_of_many_lines_is_one_node() -> None:
    document = parse("$BLOCK= \\\n  a { \\\n  b\nvrrp_instance X {\n}\n")
    assert document.children == (Node(("$BLOCK=", "a", "{", "b")), Node(("vrrp_instance", "X"), ()))
    assert document.problems == ()
    # A blank line ends it.
    assert parse("$A=x \\\n\nb\n").children == (Node(("$A=x",)), Node(("b",)))


def test_what_keepalived_reads_otherwise_than_it_looks_is_a_problem() -> None:
    assert problems("a {\nb {\n}\n") == [(1, "The block is never closed; add '}'.")]
    assert problems("a\n}\n") == [(2, "'}' closes no block.")]
    assert problems("a {\n}\n{\n}\n") == [(3, "'{' opens a block without a keyword before it.")]
    assert problems('a "b\n') == [(1, 'The quote " is never closed.')]
    assert problems('a \\"b\n') == [(1, 'The quote " is never closed.')]
    assert problems('a "{" b\n') == [
        (1, 'keepalived takes "{" for the bracket of a block, even in quotes.'),
    ]
    assert problems("a " + "b" * 1021 + "\n") == [
        (1, "The line has more than 1023 bytes, and keepalived reads it as two.")
    ]
    assert problems("a " + "b" * 1020 + "\n") == []
    assert [line for line, _ in problems("a\nb\0c\n")] == [2]


def test_reading_goes_on_after_a_problem() -> None:
    text = 'a {\n b "c\n}\n}\nd\n'
    assert parse(text).children == (Node(("a",), (Node(("b",)),)), Node(("d",)))
    assert parse("a {\nb\n").children == (Node(("a",), (Node(("b",)),)),)
    assert parse("{ a }\n").children == (Node((), (Node(("a",)),)),)


def test_depth_is_not_limited_by_the_language() -> None:
    document = parse("a {\n" * 5000 + "b\n" + "}\n" * 5000)
    assert document.problems == ()
    ((_, around),) = document.find("b")
    assert len(around) == 5000


@pytest.mark.parametrize("text", ["", "a", "a {\r\n\tb\r\n}\r\n", "\n \n", "a\u2028b\x0bc\n", "a \\", "{}}{"])
def test_render_gives_back_what_was_read(text: str) -> None:
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("10.20.30.10/24", "10.20.30.10/24"),
        ("admin@example.com", "admin@example.com"),
        ("a b", '"a b"'),
        ("", '""'),
        ("a#b!", '"a#b!"'),
        ("{a}", '"{a}"'),
        ("it's", '"it\'s"'),
        ("@main", '"@main"'),
        ("~SEQ(i,3)", '"~SEQ(i,3)"'),
        ("include", '"include"'),
        ("Pa$word", '"Pa$word"'),
        ("$ $$ $1", '"$ $$ $1"'),
        ("caf\u00e9", '"caf\u00e9"'),
    ],
)
def test_quote(value: str, written: str) -> None:
    assert quote(value) == written
    assert words(f"X {written} end") == ("X", value, "end")


@pytest.mark.parametrize(
    "value",
    [
        "a\nb",
        "a\r",
        "a\0",
        "\ud800",
        'a"b',
        "a\\b",
        "{",
        "}",
        "a $_PWD b",
        "$_PWD,",
        "${_PWD}",
        "\u00e9" * 451,
    ],
)
def test_what_keepalived_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        quote(value)
