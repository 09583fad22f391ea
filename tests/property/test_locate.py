"""Laws of `oxconf.deployment.locate`: it agrees with tomllib on every text, whatever its layout.

Three witnesses: the writer below notes where it puts each node; tomllib sees exactly one value or name change
when the text at a spot is replaced; and random edits of documents give texts that nobody thought of.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from oxconf.deployment.locate import Path, Position, Spot, locate

layouts = settings(
    max_examples=100,
    deadline=None,
    # Shrinking a long document takes minutes; the assertion's message is enough to start from.
    phases=[phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

BARE = string.ascii_letters + string.digits + "-_"
SENTINEL = "a place of its own"


# What tomllib says.


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every node below the root; scalars with type and text, so that 1, 1.0, True and nan stay apart."""
    if path:
        yield path, type(value).__name__ if isinstance(value, dict | list) else f"{type(value)} {value!r}"
    if isinstance(value, dict):
        for key, child in value.items():
            yield from nodes(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from nodes(child, (*path, index))


def read(text: str) -> dict[Path, str] | None:
    """The nodes of a text, or None if it is not TOML."""
    try:
        return dict(nodes(tomllib.loads(text)))
    except (ValueError, RecursionError):
        return None


def is_leaf(node: str) -> bool:
    return node not in ("dict", "list")


def offset(text: str, position: Position) -> int:
    """Of a position in a text without CRLF."""
    lines = text.split("\n")
    assert position.column <= len(lines[position.line - 1])
    return sum(len(line) + 1 for line in lines[: position.line - 1]) + position.column - 1


# A writer that picks one of the many forms for everything, and notes where it puts it.

characters = st.one_of(
    st.sampled_from(" \t#\"'\\[]{},=.\nä€😀\u2028"), st.characters(exclude_categories=["Cs", "Cc"])
)
quotes = st.lists(st.sampled_from(['"', "''", "\\", "#", "\n", "a"]), max_size=5).map("".join)
texts = st.text(characters, max_size=8) | quotes
names = st.one_of(
    st.text(BARE, min_size=1, max_size=4), st.sampled_from(["", "a b", "a.b", "#", "]", "true"]), texts
)
plain_literals = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.floats(allow_nan=False).map(repr),
    st.datetimes().map(lambda moment: moment.isoformat(" ")),
    st.sampled_from(
        ["true", "false", "inf", "+inf", "-nan", "0xDEAD_beef", "0o17", "0b1", "1_000", "6.02e23"],
    ),
    st.sampled_from(
        ["1979-05-27", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-07:00", "07:32:00.5", "0001-01-01"]
    ),
)
scalars = plain_literals | texts.map(lambda text: (text,))
trees = st.recursive(
    scalars,
    lambda node: (
        st.lists(node, max_size=4)
        | st.dictionaries(names, node, max_size=4)
        | st.lists(st.dictionaries(names, node, max_size=3), min_size=1, max_size=3)
    ),
    max_leaves=20,
)
"""A str is a literal to be written as it is, a tuple of one str a string in some kind of quotes."""


class Writer:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.newline = draw(st.sampled_from(["\n", "\r\n"]))
        self.text = ""
        self.expected: dict[Path, Spot] = {}
        self.comments = 0

    def maybe(self) -> bool:
        return self.draw(st.booleans())

    def put(self, text: str) -> None:
        self.text += text

    def blank(self) -> None:
        self.put(self.draw(st.sampled_from(["", " ", "\t", "  "])))

    def here(self) -> Position:
        lines = self.text.replace("\r\n", "\n").split("\n")
        return Position(len(lines), len(lines[-1]) + 1)

    def note(self, path: Path, key: Position, value: Position, comment: str = "") -> None:
        self.expected[path] = Spot(key, value, comment)

    def comment_on(self, path: Path) -> None:
        """End the line, perhaps with a comment on `path` before that."""
        self.blank()
        if self.maybe():
            comment = self.comment()
            if path in self.expected:
                self.note(path, self.expected[path].key, self.expected[path].value, comment)
        self.put(self.newline)

    def comment(self) -> str:
        self.comments += 1
        comment = f"{self.comments}" + self.draw(
            st.sampled_from(["", " # 'x'", ' = """', ", ]", "\t[a]", "ä€😀."])
        )
        self.put("#" + self.draw(st.sampled_from(["", " ", "\t "])) + comment)
        self.blank()
        return comment

    def noise(self) -> None:
        """Empty lines and comments that belong to nothing."""
        while self.draw(st.integers(0, 4)) == 4:
            self.blank()
            if self.maybe():
                self.comment()
            self.put(self.newline)

    def string(self, text: str, *, one_line: bool) -> str:
        forms = [tomlkit.string(text).as_string(), '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"']
        if "'" not in text and "\n" not in text:
            forms.append(f"'{text}'")
        if not one_line:
            escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
            if not escaped.endswith('"""'):
                forms.append(f'"""\n{escaped}"""')
            forms.append('"""\\\n   ' + escaped.replace('"', '\\"') + '"""')
            if "'''" not in text:
                forms.append(f"'''\n{text}'''")
        return self.draw(st.sampled_from(forms)).replace("\n", self.newline)

    def name(self, name: str) -> Position:
        start = self.here()
        is_bare = name != "" and set(name) <= set(BARE)
        self.put(name if is_bare and self.maybe() else self.string(name, one_line=True))
        return start

    def dotted(self, base: Path, path: Path, opening: Position | None = None) -> Position:
        """Write the names that lead from `base` to `path`; return where the last one stands."""
        position = self.here()
        for end in range(len(base) + 1, len(path) + 1):
            name = path[end - 1]
            if isinstance(name, int):
                continue
            if end > len(base) + 1:
                self.blank()
                self.put(".")
                self.blank()
            position = self.name(name)
            if end < len(path) and path[:end] not in self.expected:
                self.note(path[:end], position, opening or position)
        self.blank()
        return position

    def key_and_value(self, base: Path, path: Path, node: Any) -> None:
        key = self.dotted(base, path)
        self.put("=")
        self.blank()
        self.value(path, node, key)

    def value(self, path: Path, node: Any, key: Position | None = None) -> None:
        self.note(path, key or self.here(), self.here())
        if isinstance(node, str):
            self.put(node)
        elif isinstance(node, tuple):
            self.put(self.string(node[0], one_line=False))
        elif isinstance(node, list):
            self.array(path, node)
        else:
            self.inline_table(path, node)

    def gap(self, path: Path) -> None:
        """What may stand between the elements of an array; a comment here is one on `path`."""
        self.blank()
        if self.maybe():
            self.comment_on(path)
            self.noise()
            self.blank()

    def array(self, path: Path, elements: list[Any]) -> None:
        self.put("[")
        self.gap(())
        for index, element in enumerate(elements):
            child = (*path, index)
            self.value(child, element)
            if index < len(elements) - 1 or self.maybe():
                self.blank()
                self.put(",")
            self.gap(child)
        self.put("]")

    def inline_table(self, path: Path, table: dict[str, Any]) -> None:
        self.put("{")
        self.blank()
        for index, (child, node) in enumerate(self.flat(path, table)):
            if index:
                self.put(",")
                self.blank()
            self.key_and_value(path, child, node)
            self.blank()
        self.put("}")

    def flat(self, path: Path, table: dict[str, Any]) -> list[tuple[Path, Any]]:
        """Entries in any order, some tables among them dissolved into dotted keys."""
        entries: list[tuple[Path, Any]] = []
        for name, node in table.items():
            if isinstance(node, dict) and node and self.maybe():
                entries += self.flat((*path, name), node)
            else:
                entries.append(((*path, name), node))
        return self.draw(st.permutations(entries))

    def header(self, path: Path, *, element: bool) -> None:
        self.noise()
        self.blank()
        opening = self.here()
        self.put("[[" if element else "[")
        self.blank()
        named = path[:-1] if element else path
        key = self.dotted((), named, opening)
        self.put("]]" if element else "]")
        if element:
            self.expected.setdefault(named, Spot(key, opening))
            key = opening
        self.note(path, key, opening)
        self.comment_on(path)

    def table(self, path: Path, table: dict[str, Any], *, element: bool = False) -> None:
        """Write a table, its header and the sub-tables that get headers of their own."""
        with_header = {
            name: node
            for name, node in table.items()
            if (isinstance(node, dict) or is_array_of_tables(node)) and self.maybe()
        }
        body = {name: node for name, node in table.items() if name not in with_header}
        below = self.draw(st.permutations(list(with_header.items())))
        is_implied = bool(path and not element and not body and below and self.maybe())
        # A table may follow its sub-tables, except where the header starts a new element.
        body_last = bool(path and not element and not is_implied and below and self.maybe())
        if not body_last and not is_implied:
            self.body(path, body, element=element)
        for name, node in below:
            if isinstance(node, dict):
                self.table((*path, name), node)
            else:
                for index, child in enumerate(node):
                    self.table((*path, name, index), child, element=True)
        if body_last:
            self.body(path, body, element=False)

    def body(self, path: Path, body: dict[str, Any], *, element: bool) -> None:
        if path:
            self.header(path, element=element)
        for child, node in self.flat(path, body):
            self.noise()
            self.blank()
            self.key_and_value(path, child, node)
            self.comment_on(child)


def is_array_of_tables(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(child, dict) for child in node)


def structure(node: Any) -> Any:
    """A tree as tomllib must read it, apart from the values."""
    if isinstance(node, dict):
        return {name: structure(child) for name, child in node.items()}
    return [structure(child) for child in node] if isinstance(node, list) else None


@st.composite
def written(draw: st.DrawFn) -> tuple[str, dict[Path, Spot]]:
    tree = draw(st.dictionaries(names, trees, max_size=4))
    writer = Writer(draw)
    writer.table((), tree)
    writer.noise()
    text = writer.text.removesuffix(writer.newline) if writer.maybe() else writer.text
    assert dict(nodes(tomllib.loads(text))).keys() == dict(nodes(structure(tree))).keys()
    return text, writer.expected


documents = written().map(lambda pair: pair[0])


# The laws.


@layouts
@given(written())
def test_each_node_stands_where_the_writer_put_it(document: tuple[str, dict[Path, Spot]]) -> None:
    text, expected = document
    assert locate(text) == expected


def check_replacements(text: str, spots: Mapping[Path, Spot]) -> None:
    """Replacing a leaf's text changes this leaf alone; replacing its name renames it alone."""
    text = text.replace("\r\n", "\n")
    before = read(text)
    assert before is not None
    sentinel = f"{str} {SENTINEL!r}"
    for path, node in before.items():
        if not is_leaf(node):
            continue
        start = offset(text, spots[path].value)
        after = {**before, path: sentinel}
        assert any(
            read(f"{text[:start]}'{SENTINEL}'{text[end:]}") == after
            and read(f"x = {text[start:end]}") == {("x",): node}
            for end in range(start + 1, len(text) + 1)
        ), f"no value of {path} at {spots[path].value}"
        name = path[-1]
        if isinstance(name, str):
            start = offset(text, spots[path].key)
            renamed = {
                (*path[:-1], SENTINEL) if other == path else other: value for other, value in before.items()
            }
            assert any(
                read(f"{text[:start]}'{SENTINEL}'{text[end:]}") == renamed
                and (read(f"{text[start:end]} = 0") or {}).keys() == {(name,)}
                for end in range(start + 1, len(text) + 1)
            ), f"no name of {path} at {spots[path].key}"
        else:
            assert spots[path].key == spots[path].value


@layouts
@given(documents.filter(lambda text: len(text) < 400))
def test_replacing_the_text_at_a_spot_changes_this_node_alone(text: str) -> None:
    check_replacements(text, locate(text))


values = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | texts
    | st.datetimes()
    | st.dates()
    | st.times(),
    lambda node: st.lists(node, max_size=3) | st.dictionaries(names, node, max_size=3),
    max_leaves=8,
)


@layouts
@given(st.dictionaries(names, values, max_size=4))
def test_what_another_writer_writes(tree: dict[str, Any]) -> None:
    text = tomlkit.dumps(tree)
    expected = read(text)
    assume(len(text) < 400)
    assert expected is not None
    spots = locate(text)
    assert spots.keys() == expected.keys()
    check_replacements(text, spots)


edits = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 4),
    st.sampled_from(
        [*"\n\t #\"'\\[]{}=,.a1-_", "\r\n", '"""', "'''", "[[a]]\n", "[a.b]\n", "a.b=1\n", "a=[{}]\n", "\\\n"]
    ),
)


@settings(layouts, max_examples=60)
@given(documents, st.lists(edits, min_size=20, max_size=60))
def test_whatever_tomllib_accepts_has_the_same_nodes(
    text: str, changes: list[tuple[float, int, str]]
) -> None:
    """Edits that tomllib accepts are kept and pile up."""
    for place, deleted, inserted in changes:
        start = int(place * (len(text) + 1))
        for edited in (
            text[:start] + inserted + text[start:],
            text[:start] + text[start + deleted :],
            text[:start] + inserted + text[start + deleted :],
        ):
            expected = read(edited)
            if expected is not None:
                assert locate(edited).keys() == expected.keys()
                text = edited
