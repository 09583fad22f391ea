r"""/etc/network/interfaces, read as ifup of Debian's ifupdown reads it (interfaces(5)).

A stanza is one line (`auto eth0`), but for `iface` and `mapping`, whose options stand on the lines below. A
backslash at the end of a line continues it. A `#` begins a comment only at the beginning of a line. There
is no quoting: values are what reaches to the end of the line, and most of them are run by a shell.

To change a stanza, build a new one or `evolve(stanza, options=..., raw=None)`: an item with `raw` is
written as it was read, a stanza with the comments between its options.
"""

import re
from collections.abc import Iterator

from attrs import evolve, field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Line, Unread, comment, join, refuse, shortened, split

__all__ = [
    "Blank",
    "Comment",
    "Document",
    "Option",
    "Stanza",
    "Unread",
    "Unwritable",
    "parse",
    "quote",
    "render",
]

_WHITE = " \t\v\f\r"
_LONGEST_WORD = 79
_LINE = re.compile("\n")
_CONTINUES = re.compile(r"\\\n?\Z")
_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))
_ONE_LINE = re.compile(r"auto|allow-.+|no-auto-down|no-scripts|rename|source|source-dir.*", re.DOTALL)
_OF_AN_IFACE = re.compile(r"auto|allow-.+|no-auto-down|no-scripts", re.DOTALL)
_MISPLACED = "misplaced option: ifup refuses the whole file"


@frozen
class Option:
    """One line of an `iface` or a `mapping`; names may stand more than once.

    A bare `auto` (or `allow-hotplug` and the like) below an `iface`, which means this interface, is an
    option with an empty value.
    """

    name: str
    value: str
    line: int = field(default=0, eq=False)


@frozen
class Stanza:
    """`kind` is the first word, such as `iface` or `allow-hotplug`; `words` are the others of that line."""

    kind: str
    words: tuple[str, ...]
    options: tuple[Option, ...] = ()
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


_Item = Stanza | Comment | Blank | Unread


@frozen
class Document:
    """An interfaces file. Each of its `problems` makes ifup refuse the whole file."""

    items: tuple[_Item, ...] = ()
    problems: tuple[Problem, ...] = ()

    def stanzas(self, *kinds: str) -> tuple[Stanza, ...]:
        """The stanzas of these kinds (of all without an argument) in file order."""
        stanzas = (item for item in self.items if isinstance(item, Stanza))
        return tuple(stanza for stanza in stanzas if not kinds or stanza.kind in kinds)


def parse(text: str) -> Document:
    """Reads any text. A wrong line within a stanza is kept in the `raw` of the stanza."""
    items: list[_Item] = []
    problems: list[Problem] = []
    stanza: Stanza | None = None
    at = 0
    for line, logical, raw in _logical_lines(text):
        if not isinstance(logical, str):
            items.append(logical)
            continue
        first, *rest = re.split(r"[ \t\n\v\f\r]+", logical, maxsplit=1)
        value = "".join(rest)
        options: tuple[Option, ...] = ()
        message = ""
        if "\0" in raw:
            message = "There is a NUL character in the line."
        elif not first:
            message = f"{_MISPLACED} because of the blanks behind the continued line."
        elif (stanza and stanza.kind == "iface" and not value and _OF_AN_IFACE.fullmatch(first)) or (
            stanza and not _is_kind(first) and _belongs(first, stanza)
        ):
            options = (Option(first, value, line),)
            if not value and not _OF_AN_IFACE.fullmatch(first):
                options = ()
                message = (
                    f"option with empty value: ifup refuses the whole file because of {shortened(first)}."
                )
        elif _is_kind(first):
            words = tuple(re.split(r"[ \t\n\v\f\r]+", value)) if value else ()
            at, new = len(items), Stanza(first, words, (), line, raw)
            items.append(new)
            stanza = new if first in ("iface", "mapping") else None
            if first == "iface" and len(words) < 3:
                problems.append(Problem(line, "An iface has a name, an address family and a method."))
            continue
        else:
            message = f"{_MISPLACED} because {shortened(first)} stands in no stanza that knows it."
        if message:
            problems.append(Problem(line, message))
        if stanza is None:
            items.append(Unread(raw, line))
            continue
        between = "".join(item.raw or "" for item in items[at + 1 :])
        stanza = evolve(stanza, options=stanza.options + options, raw=f"{stanza.raw}{between}{raw}")
        items[at:] = [stanza]
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document, options indented by four blanks.

    Raises Unwritable as `quote` does, and for a stanza that ifup would refuse or read as another.
    """
    return join(document.items, _write, continuation=_CONTINUES)


def quote(value: str) -> str:
    """The value of an option as it is, because the syntax has no quoting.

    Raises Unwritable when ifup would read another value: for an empty one, blanks at its ends, control
    characters, a backslash at its end and half of a surrogate pair. A shell runs the values of `up`, `down`
    and the like: whoever builds a command from data has to quote the data for the shell.
    """
    refuse(value, _CONTROLS, "an option of an interface")
    if not value or value != value.strip(" ") or value.endswith("\\"):
        raise Unwritable(f"an option of an interface cannot be {shortened(value)}")
    return value


def _write(stanza: Stanza) -> str:
    if not _is_kind(stanza.kind) or not stanza.words:
        raise Unwritable(
            f"a stanza of interfaces cannot begin with {shortened(' '.join([stanza.kind, *stanza.words]))}"
        )
    if stanza.kind == "iface" and len(stanza.words) < 3:
        raise Unwritable(f"the iface {stanza.words[0]} needs a name, an address family and a method")
    lines = [" ".join(_word(word) for word in (stanza.kind, *stanza.words))]
    for option in stanza.options:
        own = stanza.kind == "iface" and _OF_AN_IFACE.fullmatch(option.name) and not option.value
        if own:
            lines.append(f"    {_word(option.name)}")
        elif _is_kind(option.name) or not _belongs(option.name, stanza) or option.name.startswith("#"):
            raise Unwritable(f"the option {shortened(option.name)} cannot stand in a stanza {stanza.kind}")
        else:
            lines.append(f"    {_word(option.name)} {quote(option.value)}")
    return "\n".join(lines)


def _word(word: str) -> str:
    quote(word)
    if " " in word or len(word.encode()) > _LONGEST_WORD:
        raise Unwritable(
            f"a word of interfaces has no blanks and at most {_LONGEST_WORD} bytes: {shortened(word)}"
        )
    return word


def _is_kind(word: str) -> bool:
    return word in ("iface", "mapping") or _ONE_LINE.fullmatch(word) is not None


def _belongs(name: str, stanza: Stanza) -> bool:
    return stanza.kind == "iface" or (stanza.kind == "mapping" and name in ("script", "map"))


def _logical_lines(text: str) -> Iterator[tuple[int, str | Comment | Blank, str]]:
    """First line number, joined text without outer white space (or the line without data) and raw text."""
    parts: list[Line] = []
    for line in split(text, _LINE):
        nothing = None if parts else comment(line, "#", _WHITE)
        if nothing is not None:
            yield line.number, nothing, line.raw
            continue
        parts.append(line)
        if not line.body.endswith("\\"):
            yield _joined(parts)
            parts = []
    if parts:
        yield _joined(parts)


def _joined(parts: list[Line]) -> tuple[int, str | Comment | Blank, str]:
    number = parts[0].number
    raw = "".join(part.raw for part in parts)
    logical = "".join(part.body.removesuffix("\\") if part is not parts[-1] else part.body for part in parts)
    # Blanks before the first word are skipped in the first line alone, else ifup finds an empty word.
    if first := parts[0].body.removesuffix("\\").lstrip(_WHITE):
        logical = logical[logical.index(first) :]
    logical = logical.removesuffix("\\").rstrip(_WHITE)
    return number, logical or Blank(number, raw), raw
