r"""Java properties files, read as `java.util.Properties.load` reads them (JDK 17); also for JCS `.ccf`
files.

`key=value`, `key: value` and `key value` are the same, a backslash joins lines, `#` and `!` begin comment
lines, and `\uXXXX` is a UTF-16 unit. Values reach to the end of the line: there is no quoting, trailing
blanks count.

To change an entry, build a new one or `evolve(entry, value=..., raw=None)`: an item with `raw` is written
as it was read.
"""

import re
from collections.abc import Iterator

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Line, Unread, comment, join, refuse, split

__all__ = ["Blank", "Comment", "Document", "Entry", "Unread", "Unwritable", "parse", "quote", "render"]

_END = re.compile(r"\r\n|\r|\n")
_CONTINUES = re.compile(r"(?<!\\)(?:\\\\)*\\(?:\r\n|\r|\n)?\Z")
_SEPARATED = re.compile(r"((?:[^\\=: \t\f]|\\.)*)(?:[ \t\f]*[=:])?[ \t\f]*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|u|.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_ESCAPED = {character: f"\\{letter}" for letter, character in _CONTROLS.items()} | {"\\": "\\\\"}
_NOT_PLAIN = re.compile(r"[^ -~]|\\")
_ENDS_KEY = re.compile(r"[ =:#!]")


@frozen
class Entry:
    """One key with its value; `key` and `value` are without escapes."""

    key: str
    value: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """A properties file. `problems` holds what makes Java refuse the whole file."""

    items: tuple[Entry | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in file order, those that a later one overrides as well."""
        return tuple(item for item in self.items if isinstance(item, Entry))

    def get(self, key: str) -> Entry | None:
        """The entry that Java sees: of several with the same key it is the last."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)

    def duplicates(self) -> tuple[tuple[Entry, ...], ...]:
        """The entries of each key that stands in the file more than once, ordered by their first lines."""
        by_key: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_key.setdefault(entry.key, []).append(entry)
        return tuple(tuple(entries) for entries in by_key.values() if len(entries) > 1)


def parse(text: str) -> Document:
    r"""Reads any text. A malformed `\u` escape, for which Java refuses the file, is a problem."""
    items: list[Entry | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    for line, logical, raw in _logical_lines(text):
        if isinstance(logical, Comment | Blank):
            items.append(logical)
            continue
        match = _SEPARATED.fullmatch(logical)
        try:
            # The pattern takes every text without a single backslash at its end, and a logical line has none.
            key, value = (_unescape(part) for part in match.groups()) if match else ("", "")
        except ValueError as error:
            problems.append(Problem(line, str(error)))
            items.append(Unread(raw, line))
        else:
            items.append(Entry(key, value, line, raw))
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document, in pure ASCII but for what was read. Raises Unwritable as `quote` does."""
    return join(document.items, _write, ends=("\n", "\r"), continuation=_CONTINUES)


def quote(value: str) -> str:
    r"""The value in the form that stands behind `key=`.

    Only what `load` needs is escaped, so addresses such as `jdbc:mysql://h:3306/db` stay readable. Raises
    Unwritable for NUL and for half of a surrogate pair.
    """
    refuse(value, "", "a property")
    escaped = _escaped(value)
    return f"\\{escaped}" if escaped.startswith(" ") else escaped


def _write(entry: Entry) -> str:
    refuse(entry.key, "", "a property key")
    key = _ENDS_KEY.sub(r"\\\g<0>", _escaped(entry.key))
    return f"{key}={quote(entry.value)}"


def _escaped(text: str) -> str:
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return _NOT_PLAIN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _ESCAPED:
        return _ESCAPED[character]
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02X}{units[at + 1]:02X}" for at in range(0, len(units), 2))


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        escape = match.group(1)
        if escape == "u":
            raise ValueError("Java refuses the whole file because no four hexadecimal digits follow '\\u'.")
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        return _CONTROLS.get(escape, escape)

    units = _ESCAPE.sub(replace, text)
    # Java strings are UTF-16, so two escapes may be the halves of one character.
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _logical_lines(text: str) -> Iterator[tuple[int, str | Comment | Blank, str]]:
    """First line number, joined text (or the line without data) and raw text of each logical line."""
    parts: list[Line] = []
    logical = ""
    lines = list(split(text, _END))
    for line in lines:
        if not logical:
            parts = []
            nothing = comment(line, "#!", white=" \t\f")
            if nothing is not None:
                yield line.number, nothing, line.raw
                continue
        parts.append(line)
        body = line.body.lstrip(" \t\f")
        backslashes = len(body) - len(body.rstrip("\\"))
        if backslashes % 2 == 0:
            yield parts[0].number, logical + body, "".join(part.raw for part in parts)
            logical = ""
            continue
        logical += body[:-1]
        if line is lines[-1]:
            if logical or line.end != "\r\n":
                yield parts[0].number, logical, "".join(part.raw for part in parts)
            else:
                yield line.number, Blank(line.number, line.raw), line.raw
        elif not logical:
            yield line.number, Blank(line.number, line.raw), line.raw
