"""Examples for `oxconf.deployment.locate`: where a reader expects the caret."""

import sys
import tomllib

import pytest

from oxconf.deployment.locate import Path, Position, Spot, locate, nearest

CLUSTER = """\
# Two hosts, one database.
name = "example" # shown in reports

[database]
flavour = 'mariadb'	# tab before the comment
timeouts.connect = 10
timeouts.read = 1979-05-27 07:32:00 # a blank inside

[[host]]
address = "192.0.2.1"
roles = [
    "galera", # first
    # alone on its line
    "ox",
] # all of them

[host.disk] # fast
size = 1

[[host]] # the second
"address" = "192.0.2.2"
interfaces = [ { name = "eth0", mtu.max = 9000 }, ]

[host.disk]
size = 2
"""


def spot(key: tuple[int, int], value: tuple[int, int], comment: str = "") -> Spot:
    return Spot(Position(*key), Position(*value), comment)


def only(text: str, *path: str | int) -> Spot:
    """The spot of one path in a text that tomllib accepts too."""
    tomllib.loads(text)
    return locate(text)[path]


def test_cluster_file() -> None:
    assert locate(CLUSTER) == {
        ("name",): spot((2, 1), (2, 8), "shown in reports"),
        ("database",): spot((4, 2), (4, 1)),
        ("database", "flavour"): spot((5, 1), (5, 11), "tab before the comment"),
        ("database", "timeouts"): spot((6, 1), (6, 1)),
        ("database", "timeouts", "connect"): spot((6, 10), (6, 20)),
        ("database", "timeouts", "read"): spot((7, 10), (7, 17), "a blank inside"),
        ("host",): spot((9, 3), (9, 1)),
        ("host", 0): spot((9, 1), (9, 1)),
        ("host", 0, "address"): spot((10, 1), (10, 11)),
        ("host", 0, "roles"): spot((11, 1), (11, 9), "all of them"),
        ("host", 0, "roles", 0): spot((12, 5), (12, 5), "first"),
        ("host", 0, "roles", 1): spot((14, 5), (14, 5)),
        ("host", 0, "disk"): spot((17, 7), (17, 1), "fast"),
        ("host", 0, "disk", "size"): spot((18, 1), (18, 8)),
        ("host", 1): spot((20, 1), (20, 1), "the second"),
        ("host", 1, "address"): spot((21, 1), (21, 13)),
        ("host", 1, "interfaces"): spot((22, 1), (22, 14)),
        ("host", 1, "interfaces", 0): spot((22, 16), (22, 16)),
        ("host", 1, "interfaces", 0, "name"): spot((22, 18), (22, 25)),
        ("host", 1, "interfaces", 0, "mtu"): spot((22, 33), (22, 33)),
        ("host", 1, "interfaces", 0, "mtu", "max"): spot((22, 37), (22, 43)),
        ("host", 1, "disk"): spot((24, 7), (24, 1)),
        ("host", 1, "disk", "size"): spot((25, 1), (25, 8)),
    }


def test_order_is_that_of_the_text() -> None:
    assert list(locate("z = [1]\n[b.a]\n[a]\nx.y = 1\n")) == [
        ("z",),
        ("z", 0),
        ("b",),
        ("b", "a"),
        ("a",),
        ("a", "x"),
        ("a", "x", "y"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", " \t\r\n#\r\n"])
def test_no_keys_no_spots(text: str) -> None:
    assert locate(text) == {}


class TestKeys:
    def test_blanks_around_the_dots(self) -> None:
        text = " a . 'b.c'\t.\"d\" = 1"
        assert only(text, "a") == spot((1, 2), (1, 2))
        assert only(text, "a", "b.c") == spot((1, 6), (1, 6))
        assert only(text, "a", "b.c", "d") == spot((1, 13), (1, 19))

    @pytest.mark.parametrize(
        ("spelling", "name"),
        [
            ("bare-key_1", "bare-key_1"),
            ("1234", "1234"),
            ("true", "true"),
            ('""', ""),
            ("''", ""),
            (r'"\u0061\"\\"', 'a"\\'),
            (r"'\u0061'", r"\u0061"),
            ('"a = 1 # [b]"', "a = 1 # [b]"),
            ("'a]'", "a]"),
            ('"ä€😀"', "ä€😀"),
        ],
    )
    def test_spellings(self, spelling: str, name: str) -> None:
        assert only(f"{spelling} = 1", name).key == Position(1, 1)
        assert only(f"[[{spelling}.{spelling}]]", name, name, 0).value == Position(1, 1)
        assert only(f"x = {{ {spelling} = 1 }}", "x", name).key == Position(1, 7)

    def test_a_float_as_key_is_dotted(self) -> None:
        assert only("3.14 = 1", "3", "14") == spot((1, 3), (1, 8))

    def test_blanks_in_headers(self) -> None:
        assert only("  [ a . b ] # c", "a", "b") == spot((1, 9), (1, 3), "c")
        assert only("\t[[ a ]] # c", "a", 0) == spot((1, 2), (1, 2), "c")


class TestTables:
    def test_a_header_implies_its_parents(self) -> None:
        assert only("[a.b] # c", "a") == spot((1, 2), (1, 1))

    def test_the_own_header_wins_over_an_earlier_longer_one(self) -> None:
        assert only("[a.b]\n[a] # own", "a") == spot((2, 2), (2, 1), "own")

    def test_a_table_under_the_last_element(self) -> None:
        text = "[[a]]\n[[a.b]]\n[[a.b]]\n[a.b.c]\n[[a]]\n[[a.b]]\nx.y = 1"
        assert set(locate(text)) == {
            ("a",),
            ("a", 0),
            ("a", 0, "b"),
            ("a", 0, "b", 0),
            ("a", 0, "b", 1),
            ("a", 0, "b", 1, "c"),
            ("a", 1),
            ("a", 1, "b"),
            ("a", 1, "b", 0),
            ("a", 1, "b", 0, "x"),
            ("a", 1, "b", 0, "x", "y"),
        }

    def test_the_array_of_tables_stands_at_its_first_element(self) -> None:
        text = "[[a]] # first\n[[a]] # second"
        assert only(text, "a") == spot((1, 3), (1, 1))
        assert only(text, "a", 0).comment == "first"
        assert only(text, "a", 1) == spot((2, 1), (2, 1), "second")

    def test_inline_tables_and_arrays_nest(self) -> None:
        text = "a = {b = [{c = [[], [1]]}, {}], d={}} # e"
        assert only(text, "a") == spot((1, 1), (1, 5), "e")
        assert only(text, "a", "b", 0, "c", 1, 0) == spot((1, 22), (1, 22))
        assert only(text, "a", "b", 1) == spot((1, 28), (1, 28))
        assert only(text, "a", "d") == spot((1, 33), (1, 35))

    def test_line_breaks_in_inline_tables(self) -> None:
        """TOML 1.1, which tomllib reads from Python 3.15 on."""
        text = "a = { # open\n  b = 1, # one\n  # alone\n  c.d = [2]\n  , # two\n} # end\ne = 3"
        assert locate(text) == {
            ("a",): spot((1, 1), (1, 5), "end"),
            ("a", "b"): spot((2, 3), (2, 7), "one"),
            ("a", "c"): spot((4, 3), (4, 3)),
            ("a", "c", "d"): spot((4, 5), (4, 9)),
            ("a", "c", "d", 0): spot((4, 10), (4, 10)),
            ("e",): spot((7, 1), (7, 5)),
        }


class TestValues:
    @pytest.mark.parametrize(
        "literal",
        [
            "true",
            "0xF",
            "+1_000",
            "-inf",
            "nan",
            "6.626e-34",
            "1979-05-27",
            "07:32:00.999",
            "1979-05-27 07:32:00-07:00",
            '"# not a comment, ]}"',
            "'# not a comment, ]}'",
            r"'\'",
            r'"\\"',
            r'"\"#"',
            '"""one line"""',
            '""""""',
            "''''''",
            '""""quoted""""',
            '"""""quoted"""""',
            "''''quoted''''",
            "'''''quoted'''''",
            '"""\n# no comment\n"" [x]\n"""',
            "'''\n# no comment\n'' [x]\n\\'''",
            '"""\\"""\\""""',
            '"""a \\  \n  b\\\\"""',
        ],
    )
    def test_a_value_ends_where_tomllib_says(self, literal: str) -> None:
        lines = literal.count("\n")
        assert only(f"a = {literal}# end\nb = 1", "a") == spot((1, 1), (1, 5), "end")
        assert only(f"a = {literal}\nb = 1", "b") == spot((2 + lines, 1), (2 + lines, 5))
        nested = f"a = [[{literal}],{{x={literal}}},{literal}\t]#end"
        assert set(locate(nested)) == {("a",), ("a", 0), ("a", 0, 0), ("a", 1), ("a", 1, "x"), ("a", 2)}
        assert only(nested, "a").comment == "end"
        assert only(nested, "a", 2).comment == ""

    def test_a_comment_before_the_comma_belongs_to_the_element(self) -> None:
        text = "a = [ # open\n 1 # one\n , 2, 3 , # three\n] # end"
        assert [only(text, "a", i).comment for i in range(3)] == ["one", "", "three"]
        assert only(text, "a").comment == "end"

    def test_a_comment_belongs_to_the_outermost_value_that_ends_before_it(self) -> None:
        text = "a = [\n [1, 2], # inner\n]"
        assert only(text, "a", 0).comment == "inner"
        assert only(text, "a", 0, 1).comment == ""

    @pytest.mark.parametrize(
        ("behind", "comment"),
        [("", ""), ("#", ""), ('  ## \'two\' """ ', '# \'two\' """'), ("\t#\ta, b\t", "a, b")],
    )
    def test_comment_text(self, behind: str, comment: str) -> None:
        assert only(f"a = 1{behind}\nb = 2 # other", "a").comment == comment
        assert only(f"[a]{behind}\nb = 2 # other", "a").comment == comment


class TestLinesAndColumns:
    def test_columns_count_code_points(self) -> None:
        assert only('"ä€😀" = { "e\u0301" = 1 }', "ä€😀", "e\u0301") == spot((1, 11), (1, 18))

    def test_a_tab_is_one_column(self) -> None:
        assert only("\t\ta\t=\t1", "a") == spot((1, 3), (1, 7))

    def test_only_line_feeds_break_lines(self) -> None:
        assert only("# \u2028 \x85 \u2029\na = '\u2028'\nb = 1", "b").key == Position(3, 1)

    def test_crlf(self) -> None:
        assert locate(CLUSTER.replace("\n", "\r\n")) == locate(CLUSTER)
        text = 'a = """\r\n\\\r\n x"""# end\r\nb = 1 # last\r\n'
        assert only(text, "a").comment == "end"
        assert only(text, "b") == spot((4, 1), (4, 5), "last")


class TestNearest:
    spots = locate(CLUSTER)

    @pytest.mark.parametrize(
        ("path", "found"),
        [
            (("host", 0, "address"), ("host", 0, "address")),
            (("host", 1, "roles", 3), ("host", 1)),
            (("host", 0, "roles", 3), ("host", 0, "roles")),
            (("host", 7, "address"), ("host",)),
            (("database", "timeouts", "write", "x"), ("database", "timeouts")),
        ],
    )
    def test_the_closest_ancestor(self, path: Path, found: Path) -> None:
        assert nearest(self.spots, path) == self.spots[found]

    @pytest.mark.parametrize("path", [(), ("nothing",), ("nothing", 0)])
    def test_the_root(self, path: Path) -> None:
        assert nearest(self.spots, path) == spot((1, 1), (1, 1))


def test_what_tomllib_can_nest_can_be_located() -> None:
    """The recursion limit is never reached here before tomllib reaches it."""
    for opening, closing in (("[", "]"), ("{a=", "}")):
        depth = sys.getrecursionlimit()
        while True:
            text = "a=" + opening * depth + "0" + closing * depth
            try:
                tomllib.loads(text)
            except RecursionError:
                depth -= 10
                continue
            break
        assert depth > 100
        assert len(locate(text)) == depth + 1


@pytest.mark.parametrize("text", ["a", "a =", "a = [", "a = [1", "a = {", "a = {b", '"', "= 1", "a = [1 # ]"])
def test_a_text_that_breaks_off(text: str) -> None:
    with pytest.raises(ValueError, match=r"^This is not valid TOML at line 1, column \d+\.$"):
        locate(text)
