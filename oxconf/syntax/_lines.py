"""Mechanics of the line-oriented syntaxes: lines that keep their ends, and lines that hold no data."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from attrs import field, frozen

from oxconf.syntax._base import Unwritable

LF = re.compile(r"\r?\n|\r\Z")


@frozen
class Comment:
    """A comment line. `text` is what follows its marker, without one leading blank."""

    text: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Blank:
    """A line without anything on it."""

    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Unread:
    """Lines that their syntax does not allow. `text` has all of them with their ends, written as it is."""

    text: str
    line: int = field(default=0, eq=False)

    @property
    def raw(self) -> str:
        """The same text, under the name that all items have for it."""
        return self.text


@frozen
class Line:
    """One line of a text. `number` counts from 1, `end` its line end, empty on an unfinished last line."""

    number: int
    body: str
    end: str

    @property
    def raw(self) -> str:
        """The line as it stands in the text."""
        return self.body + self.end


def split(text: str, end: re.Pattern[str] = LF) -> Iterator[Line]:
    """The lines of `text`; `end` is what ends a line. Nothing is lost: the joined `raw` are the text."""
    start = 0
    number = 1
    for match in end.finditer(text):
        yield Line(number, text[start : match.start()], match.group())
        start = match.end()
        number += 1
    if start < len(text):
        yield Line(number, text[start:], "")


def comment(line: Line, markers: str, white: str = " \t\f\v\r") -> Comment | Blank | None:
    """The line as a comment or a blank line, or None when there is data on it."""
    body = line.body.lstrip(white)
    if not body:
        return Blank(line.number, line.raw)
    if body[0] in markers:
        return Comment(body[1:].removeprefix(" "), line.number, line.raw)
    return None


class Item(Protocol):
    """Anything in `Document.items`."""

    @property
    def line(self) -> int:
        """Where the item was read, 0 when a program built it."""

    @property
    def raw(self) -> str | None:
        """The text that the item was read from, or None when a program built it."""


def join(
    items: Sequence[Item],
    write: Callable[[Any], str],
    ends: tuple[str, ...] = ("\n",),
    continuation: re.Pattern[str] | None = None,
) -> str:
    """The text of `items`: what was read as it was, the rest from `write`, which leaves the last line end
    out.

    An item that somebody appends must not become a part of the last line of a file that ends too early. So
    a missing line end is added, and an empty line where that last line asks for a `continuation`. Items
    that follow each other in the file that they were read from need neither.
    """
    pieces: list[str] = []
    before: Item | None = None
    for item in items:
        if before is not None and (last := pieces[-1]):
            if not last.endswith(ends):
                pieces.append("\n")
            appended = item.raw is None or item.line <= before.line
            # A continuation needs a backslash, and most lines have none.
            open_end = continuation and "\\" in last and not isinstance(before, Comment)
            if continuation and open_end and appended and continuation.search(last):
                # Behind a carriage return the first line feed is still a part of that line end.
                pieces.append("\n\n" if last.endswith("\r") else "\n")
        if item.raw is not None:
            pieces.append(item.raw)
        elif isinstance(item, Comment):
            pieces.append(_write_comment(item))
        elif isinstance(item, Blank):
            pieces.append("\n")
        else:
            pieces.append(write(item) + "\n")
        before = item
    return "".join(pieces)


def _write_comment(item: Comment) -> str:
    refuse(item.text, "\r\n", "a comment")
    if item.text:
        return f"# {item.text}\n"
    return "#\n"


def refuse(value: str, characters: str, holder: str) -> None:
    """Raises Unwritable for one of `characters`, for NUL and for half of a surrogate pair, which no file
    holds.

    `holder` names in the message what cannot hold it, such as "a comment".
    """
    if value.isascii() and "\0" not in value and not any(one in value for one in characters):
        return
    for character in value:
        if character in characters or character == "\0" or "\ud800" <= character <= "\udfff":
            raise Unwritable(f"{holder} cannot hold {describe(character)}: {shortened(value)}")


def describe(character: str) -> str:
    """A name of the character for a message, such as `a line feed` or `'#'`."""
    names = {"\0": "a NUL", "\n": "a line feed", "\r": "a carriage return", "\t": "a tab", " ": "a blank"}
    if character in names:
        return names[character]
    if character.isascii() and character.isprintable():
        return repr(character)
    return f"the character U+{ord(character):04X}"


def shortened(value: str) -> str:
    """The value as a literal for a message, cut after 40 characters."""
    literal = ascii(value)
    return literal if len(literal) <= 40 else f"{literal[:37]}..."
