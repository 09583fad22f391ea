"""Ini files as MaxScale reads them: `[section]`, `key=value`, and lines of comment with `#` or `;`.

A line that begins with a blank continues the value of the entry before it, without anything in between. A comment
behind a value is a part of the value. There is no escape: quotes around a whole value fall away, and a value that
begins with `$` may name a variable of the environment, so `quote` refuses what would be changed.
"""

import re
from collections.abc import Iterator, Mapping

from attrs import evolve, field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import (
    Blank,
    Comment,
    Line,
    Unread,
    comment,
    describe,
    join,
    refuse,
    shortened,
    split,
)

__all__ = [
    "Blank",
    "Comment",
    "Continuation",
    "Document",
    "Entry",
    "Section",
    "Unread",
    "Unwritable",
    "parse",
    "quote",
    "render",
]

_WHITE = " \t\v\f\r"
_NAME = re.compile(r"(?!@@)[A-Za-z0-9_.~-]+")
_KEY = re.compile(r"[A-Za-z0-9_.]+")
_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))


@frozen
class Section:
    """A line `[name]`. Section names are unique, and stand in URLs of MaxScale's REST API."""

    name: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Entry:
    """One `key=value`; the value of a key alone on its line is empty."""

    key: str
    value: str = field(repr=False)
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Continuation:
    """A line that belongs to the value of the entry before it."""

    value: str = field(repr=False)
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


_Item = Section | Entry | Continuation | Comment | Blank | Unread


@frozen
class Document:
    """An ini file. `problems` holds what stops MaxScale."""

    items: tuple[_Item, ...] = ()
    problems: tuple[Problem, ...] = ()

    def sections(self) -> Iterator[tuple[Section, Mapping[str, Entry]]]:
        """Yield the sections, each with its entries by key; values that were continued are whole, the first counts."""
        section: Section | None = None
        found: dict[str, Entry] = {}
        last: str | None = None
        for item in self.items:
            if isinstance(item, Section):
                if section is not None:
                    yield section, found
                section, found, last = item, {}, None
            elif isinstance(item, Entry):
                last = item.key if item.key not in found else None
                found.setdefault(item.key, item)
            elif isinstance(item, Continuation) and last is not None:
                found[last] = evolve(found[last], value=found[last].value + item.value, raw=None)
        if section is not None:
            yield section, found


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[_Item] = []
    problems: list[Problem] = []
    names: dict[str, int] = {}
    keys: dict[str, int] | None = None
    last: str | None = None
    for line in split(text):
        item: _Item | None = comment(line, "#;", _WHITE)
        if item is None:
            item, message = _data(line, last is not None)
            if isinstance(item, Section):
                keys, last = {}, None
                message = message or _twice("section", item.name, names, line.number)
            elif isinstance(item, Entry):
                if keys is None:
                    item, message = None, "The entry stands before the first [section]."
                else:
                    last = item.key
                    message = message or _twice("key", item.key, keys, line.number)
            if item is None:
                item = Unread(line.raw, line.number)
            if message:
                problems.append(Problem(line.number, message))
        items.append(item)
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document. Raises Unwritable as `quote` does, and for a name that is no plain word."""
    return join(document.items, _write)


def quote(value: str) -> str:
    """The value as it stands behind `key=`.

    Raises Unwritable for what MaxScale would read as something else: control characters, blanks at the ends, a quote
    or a `$` at the beginning, and a `;` behind a blank.
    """
    refuse(value, _CONTROLS, "a value")
    if value != value.strip(_WHITE):
        raise Unwritable(f"a value cannot begin or end with a blank: {shortened(value)}")
    if value[:1] in ('"', "'", "$", ";", "#") and value:
        raise Unwritable(f"a value cannot begin with {describe(value[0])}: {shortened(value)}")
    if " ;" in value:
        raise Unwritable(f"a value cannot hold a ; behind a blank: {shortened(value)}")
    return value


def _write(item: Section | Entry | Continuation) -> str:
    if isinstance(item, Section):
        if not _NAME.fullmatch(item.name):
            raise Unwritable(f"the name of a section cannot be {shortened(item.name)}")
        return f"[{item.name}]"
    if isinstance(item, Continuation):
        if not item.value:
            raise Unwritable("a value cannot be continued with nothing")
        return f"    {quote(item.value)}"
    if not _KEY.fullmatch(item.key):
        raise Unwritable(f"a key cannot be {shortened(item.key)}")
    return f"{item.key}={quote(item.value)}"


def _data(line: Line, continues: bool) -> tuple[_Item | None, str]:
    """The item of a line that is neither blank nor a comment, and what is wrong with it."""
    body = line.body
    if "\0" in body:
        return None, "MaxScale reads a line only up to a NUL character."
    if continues and body[0] in _WHITE:
        return Continuation(body.strip(_WHITE), line.number, line.raw), ""
    body = body.strip(_WHITE)
    if body.startswith("["):
        name, bracket, _ = body[1:].partition("]")
        if not bracket:
            return None, "MaxScale stops because the section has no closing bracket."
        wrong = (
            "" if _NAME.fullmatch(name) else "MaxScale takes no blank and no sign in the name of a section."
        )
        return Section(name, line.number, line.raw), wrong
    at = min((body.find(sign) for sign in "=:" if sign in body), default=len(body))
    key, value = body[:at].rstrip(_WHITE), body[at + 1 :].strip(_WHITE)
    if not key:
        return None, "The entry has no name."
    return Entry(key, value, line.number, line.raw), ""


def _twice(what: str, name: str, seen: dict[str, int], number: int) -> str:
    first = seen.setdefault(name, number)
    return (
        "" if first == number else f"MaxScale stops because the {what} {name} stands in line {first} already."
    )
