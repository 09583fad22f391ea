"""Where every key and value of a TOML text stands.

`tomllib` returns values without positions, but a message about a cluster file names line and column.
`locate` scans a text that `tomllib` has accepted and returns one `Spot` for each node that `tomllib`
returns, under the same path. It relies on that verdict: it follows the structure only, and judges neither
values nor duplicate keys.

The grammar is TOML 1.0. Line breaks, comments and a trailing comma inside inline tables (TOML 1.1) are
understood too.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

from attrs import frozen

Path = tuple[str | int, ...]
"""The way from the root to a node: names of keys, and from 0 the indexes of arrays and arrays of tables."""


@frozen
class Position:
    """A place in a text: line and column from 1; the column counts code points, a tab is one."""

    line: int
    column: int


@frozen
class Spot:
    """Where one node stands.

    `key` is where the node's own name starts, within a dotted key its own part. Array elements have no
    name: for them it is the same as `value`.

    `value` is where the value starts. A table with a header has the header's first `[`; where several
    headers pass through a table, its own header counts, or else the first. An array of tables has the `[`
    of its first element. A table that only dotted keys create has the place of its name in the first of
    them.

    `comment` is the comment that follows the end of the value (or of the header) on the same line, without
    `#` and outer blanks. A comma may stand in between. It is empty if there is none, for a table with
    neither header nor braces of its own, and for an array of tables as a whole: there the comment belongs
    to the element.
    """

    key: Position
    value: Position
    comment: str = ""


_ROOT = Spot(Position(1, 1), Position(1, 1))

_BLANKS = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_COMMENT_BEHIND = re.compile(r"[ \t]*,?[ \t]*#([^\n]*)")
_NAME = re.compile(r""" "(?:[^"\\]|\\.)*" | '[^']*' | [A-Za-z0-9_-]+ """, re.VERBOSE)
# Of the quotes that end a multi-line string, the last three close it; up to two before them are content. A
# value without quotes may hold a blank (between date and time): only punctuation or the end of the line
# ends it.
_SCALAR = re.compile(
    r"""
      "{3} (?:[^\\]|\\.)*? "{3,5}
    | '{3} .*? '{3,5}
    | "(?:[^"\\]|\\.)*"
    | '[^']*'
    | [^,\]}\#\n"']+
    """,
    re.VERBOSE | re.DOTALL,
)


def locate(text: str) -> dict[Path, Spot]:
    """Return the spot of every node in `text`, a TOML document that `tomllib.loads` accepts.

    The keys are the paths of all values, tables (also those that only a longer key implies), arrays and array
    elements, in the order in which the text first mentions them. The root `()` is not among them.

    Raises ValueError for a text whose structure cannot be followed; no text that `tomllib` accepts is one.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.spots


def nearest(spots: Mapping[Path, Spot], path: Path) -> Spot:
    """Return the spot of `path` or of its closest ancestor in `spots`; the root is at line 1, column 1."""
    for length in range(len(path), 0, -1):
        if spot := spots.get(path[:length]):
            return spot
    return _ROOT


class _Scanner:
    """One pass over a text: `at` is the offset that is read next, `spots` what was found before it."""

    def __init__(self, text: str) -> None:
        # As tomllib does. The positions stay valid, because a carriage return can only stand at the end of
        # a line.
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.spots: dict[Path, Spot] = {}
        self.last_element: dict[Path, int] = {}
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def document(self) -> None:
        table: Path = ()
        while char := self.next_char(_GAP):
            if char == "[":
                table = self.header()
            else:
                self.key_and_value(table)

    def header(self) -> Path:
        opening = self.position()
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *parents, (name, key) = self.dotted_key()
        self.at += brackets
        path = (*self.descend((), parents, opening), name)
        if brackets == 2:
            self.spots.setdefault(path, Spot(key, opening))
            index = self.last_element[path] = self.last_element.get(path, -1) + 1
            path, key = (*path, index), opening
        self.spots[path] = Spot(key, opening, self.comment_behind())
        return path

    def key_and_value(self, table: Path) -> None:
        *parents, (name, key) = self.dotted_key()
        self.expect("=")
        self.next_char(_BLANKS)
        self.value((*self.descend(table, parents), name), key)

    def descend(self, path: Path, names: list[tuple[str, Position]], opening: Position | None = None) -> Path:
        """Follow `names` from the table at `path`, through the last element of every array of tables."""
        for name, key in names:
            path = (*path, name)
            self.spots.setdefault(path, Spot(key, opening or key))
            if path in self.last_element:
                path = (*path, self.last_element[path])
        return path

    def dotted_key(self) -> list[tuple[str, Position]]:
        """Read a key with the blanks behind it; return its parts, each with its place."""
        names: list[tuple[str, Position]] = []
        while not names or self.text.startswith(".", self.at):
            self.at += bool(names)
            self.next_char(_BLANKS)
            position = self.position()
            names.append((_plain(self.take(_NAME)), position))
            self.next_char(_BLANKS)
        return names

    def value(self, path: Path, key: Position | None = None) -> None:
        # One function for all kinds of values, so that nesting takes fewer stack frames here than in
        # tomllib: what tomllib can read does not exceed the recursion limit here.
        start = self.position()
        spot = self.spots[path] = Spot(key or start, start)
        opening = self.text[self.at : self.at + 1]
        if opening in ("[", "{"):
            closing = "]" if opening == "[" else "}"
            index = 0
            self.at += 1
            while self.next_char(_GAP) != closing:
                if opening == "[":
                    self.value((*path, index))
                    index += 1
                else:
                    self.key_and_value(path)
                if self.next_char(_GAP) != closing:
                    self.expect(",")
            self.at += 1
        else:
            self.take(_SCALAR)
        if comment := self.comment_behind():
            self.spots[path] = Spot(spot.key, spot.value, comment)

    def comment_behind(self) -> str:
        match = _COMMENT_BEHIND.match(self.text, self.at)
        return match[1].strip() if match else ""

    def next_char(self, skipped: re.Pattern[str]) -> str:
        """Go on behind what is `skipped` and return the character there, unread, or "" at the end."""
        self.take(skipped)
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise self.stuck()
        self.at = match.end()
        return match[0]

    def expect(self, char: str) -> None:
        if not self.text.startswith(char, self.at):
            raise self.stuck()
        self.at += 1

    def stuck(self) -> ValueError:
        here = self.position()
        return ValueError(f"This is not valid TOML at line {here.line}, column {here.column}.")

    def position(self) -> Position:
        line = bisect_right(self.line_starts, self.at)
        return Position(line, self.at - self.line_starts[line - 1] + 1)


def _plain(name: str) -> str:
    """Return the key that `name` spells, bare or in quotes."""
    if name[0] not in "\"'":
        return name
    if "\\" in name and name[0] == '"':
        return next(iter(tomllib.loads(f"{name} = 0")))
    return name[1:-1]
