import pytest

from oxconf.syntax.apache import Directive, Section, Unwritable, parse, quote, render

PROXY = r"""# Open the AJP workers.
<IfModule mod_proxy_ajp.c>
    <Proxy balancer://oxcluster>
        BalancerMember ajp://10.20.30.213:8009 timeout=100 \
            route=OX1
        ProxySet stickysession=JSESSIONID
    </Proxy>
    <LocationMatch "^/servlet(;[^/]*)?/axis2(;[^/]*)?/services(;|/|$)">
        Require ip 127.0.0.1
    </LocationMatch>
</IfModule>
ProxyPass /ajax balancer://oxcluster/ajax
"""


def args(line: str) -> tuple[str, ...]:
    (node,) = parse(line + "\n").children
    return node.args


def problems(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in parse(text).problems]


def test_nested_sections_and_their_lines() -> None:
    document = parse(PROXY)
    assert document.problems == ()
    module, proxy_pass = document.children
    assert isinstance(module, Section)
    assert (module.name, module.args, module.line) == ("IfModule", ("mod_proxy_ajp.c",), 2)
    assert proxy_pass == Directive("ProxyPass", ("/ajax", "balancer://oxcluster/ajax"))
    assert proxy_pass.line == 12
    proxy, match = module.children
    assert isinstance(proxy, Section)
    assert proxy.children == (
        Directive("BalancerMember", ("ajp://10.20.30.213:8009", "timeout=100", "route=OX1")),
        Directive("ProxySet", ("stickysession=JSESSIONID",)),
    )
    assert [node.line for node in proxy.children] == [4, 6]
    assert match.args == ("^/servlet(;[^/]*)?/axis2(;[^/]*)?/services(;|/|$)",)
    assert render(document) == PROXY


def test_find_ignores_case_and_tells_where_a_node_stands() -> None:
    document = parse(PROXY)
    ((member, around),) = document.find("balancermember")
    assert member.args[-1] == "route=OX1"
    assert [section.name for section in around] == ["IfModule", "Proxy"]
    ((proxy, around),) = document.find("PROXY")
    assert (proxy.line, [section.line for section in around]) == (3, [2])
    assert list(document.find("SSLEngine")) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('X "a b" c', ("a b", "c")),
        ("X 'a \"b\"' c", ('a "b"', "c")),
        (r'X "a \"b\" \\ \d"', (r'a "b" \ \d',)),
        (r"X '\'' '\"'", ("'", '\\"')),
        (r"X a\.b\\c", (r"a\.b\c",)),
        ('X a"b c"', ('a"b', 'c"')),
        ('X "a"b', ("a", "b")),
        ('X ""', ("",)),
        ("X a # b", ("a", "#", "b")),
        ("X ${HOST}:80 %{Host}i", ("${HOST}:80", "%{Host}i")),
        ("X \t a\t b  ", ("a", "b")),
        ("X \u00e9\u00a0b", ("\u00e9\u00a0b",)),
    ],
)
def test_words(line: str, expected: tuple[str, ...]) -> None:
    assert args(line) == expected
    assert parse(line + "\n").problems == ()


def test_a_backslash_joins_lines_also_behind_another_one_and_in_comments() -> None:
    assert args("X a\\\n  b") == ("a", "b")
    assert args('X "a\\\r\n b"\r') == ("a b",)
    assert args("X a\\\\\n\nX b") == ("aX", "b")
    assert [node.line for node in parse("# hidden \\\nX 1\nY 2\n").children] == [3]


def test_sections_keep_a_bracket_in_an_argument_and_close_in_any_case() -> None:
    (section,) = parse('<LocationMatch "a>b">\n</locationMATCH>\n').children
    assert section == Section("LocationMatch", ("a>b",))
    (section,) = parse("<RequireAll>\n</RequireAll>\n").children
    assert section == Section("RequireAll")
    # httpd ignores what stands behind the last bracket.
    (section,) = parse("<Location /axis2> # only here\n</Location> x\n").children
    assert section == Section("Location", ("/axis2",))


def test_problems_name_the_line_and_reading_goes_on() -> None:
    assert problems("<Location /a>\nX 1\n") == [(1, "<Location> is never closed; add </Location>.")]
    assert problems("X 1\n</Location>\n") == [(2, "</Location> closes no section.")]
    assert problems("<A>\n<B>\n</A>\n") == [(2, "<B> is not closed before </A> of line 3; add </B>.")]
    assert problems("<Location /a\n</Location>\n") == [(1, "<Location lacks its closing '>'.")]
    assert problems("<A>\n</A >\n") == [(2, "</A lacks its closing '>'.")]
    assert [line for line, _ in problems('X "a\n< A>\nX \0b\n')] == [1, 2, 3]
    text = "<A>\n<B>\n</A>\n</C>\nX 1\n"
    assert parse(text).children[-1] == Directive("X", ("1",))
    assert render(parse(text)) == text


def test_an_unclosed_section_keeps_its_children() -> None:
    (section,) = parse("<Location /a>\nX 1\n").children
    assert section == Section("Location", ("/a",), (Directive("X", ("1",)),))


def test_depth_is_not_limited_by_the_language() -> None:
    document = parse("<A>\n" * 5000 + "X 1\n" + "</A>\n" * 5000)
    assert document.problems == ()
    ((_, around),) = document.find("X")
    assert len(around) == 5000


@pytest.mark.parametrize(
    "text", ["", "X", "X\r\n\tY z\r\n", "\n\n", "X \\", "\ufeffX 1\n", "a\u2028b\x0bc\n"]
)
def test_render_gives_back_what_was_read(text: str) -> None:
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("OX1", "OX1"),
        ("^/axis2(;|/|$)", "^/axis2(;|/|$)"),
        (r"\.png$", r"\.png$"),
        ("%{Host}i", "%{Host}i"),
        ("<a>", "<a>"),
        ("a b", '"a b"'),
        ("", '""'),
        ('say "hi"', r'"say \"hi\""'),
        ("it's", '"it\'s"'),
        ("#a", '"#a"'),
        (r"C:\temp" + "\\", r'"C:\temp\\"'),
        (r"a\\b", r"a\\\\b"),
        (r"a \d\"", r'"a \d\\\""'),
    ],
)
def test_quote(value: str, written: str) -> None:
    assert quote(value) == written
    assert args(f"X {written} end") == (value, "end")


@pytest.mark.parametrize("value", ["${HOST}", r"\${HOST}", "a${", "a\nb", "a\r", "a\0", "\ud800"])
def test_what_httpd_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(Unwritable, match="an httpd configuration cannot hold"):
        quote(value)
