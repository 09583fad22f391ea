r"""systemd unit files and drop-ins, read as systemd reads them (systemd.syntax(7)).

`[Section]`, `Key=value`, lines of comment with `#` or `;`; a backslash at the end of a line continues it
and counts as a blank. What a value means is up to its key, so `Entry.value` is the text behind the `=`;
`words` takes the values of `Exec...=` and `Environment=` apart.

To change an entry, build a new one or `evolve(entry, value=..., raw=None)`: an item with `raw` is written
as it was read.
"""

import re
from collections.abc import Iterator

from attrs import field, frozen

from oxconf.syntax import _words
from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Line, Unread, comment, join, refuse, shortened, split

__all__ = [
    "Blank",
    "Comment",
    "Document",
    "Entry",
    "Section",
    "Unread",
    "Unwritable",
    "parse",
    "quote",
    "quote_environment",
    "render",
    "words",
]

_END = re.compile(r"\r\n|[\r\n\0]")
# Comment lines do not end a continued line, so it may be open although they stand last.
_CONTINUES = re.compile(
    r"(?<!\\)(?:\\\\)*\\(?:\r\n|[\r\n\0]|\Z)(?:[ \t]*[#;][^\r\n\0]*(?:\r\n|[\r\n\0]|\Z))*\Z"
)
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,=-]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@frozen
class Section:
    """A line `[name]`, which may stand in a file more than once."""

    name: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Entry:
    """One assignment. `value` is as in the file, with its lines joined and without blanks around it."""

    section: str
    key: str
    value: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


_Item = Section | Entry | Comment | Blank | Unread


@frozen
class Document:
    """A unit file. Lines in `problems` are ignored by systemd."""

    items: tuple[_Item, ...] = ()
    problems: tuple[Problem, ...] = ()

    def values(self, section: str, key: str) -> tuple[Entry, ...]:
        """The entries of a key that count when it is a list: an empty assignment drops all that stand
        before it.

        For a key that is no list the last one counts.
        """
        found: list[Entry] = []
        for item in self.items:
            if isinstance(item, Entry) and (item.section, item.key) == (section, key):
                found = [*found, item] if item.value else []
        return tuple(found)


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[_Item] = []
    problems: list[Problem] = []
    section: str | None = None
    for number, logical, raw in _logical_lines(text):
        if not isinstance(logical, str):
            items.append(logical)
            continue
        key, equals, value = logical.partition("=")
        key = key.rstrip(" \t")
        if logical.startswith("["):
            name = logical[1:-1]
            if logical.endswith("]") and len(logical) > 1 and not re.search(r"[\x00-\x1f\x7f\"'\\]", name):
                section = name
                items.append(Section(name, number, raw))
                continue
            reason = "the section has no closing bracket or a character that no name can have"
        elif section is None:
            reason = "it stands before the first [Section]"
        elif not equals:
            reason = "it has no '='"
        elif not key:
            reason = "it has no key before the '='"
        else:
            items.append(Entry(section, key, value.strip(" \t"), number, raw))
            continue
        items.append(Unread(raw, number))
        problems.append(Problem(number, f"systemd ignores the line because {reason}."))
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document.

    Raises Unwritable for a name that is no plain word, for an entry that would come to stand below another
    section than its own, and for a value that is not one line: control characters, blanks at its ends, a
    last backslash.
    """
    section: str | None = None
    for item in document.items:
        if isinstance(item, Section):
            section = item.name
        elif isinstance(item, Entry) and item.section != section:
            place = "before the first section" if section is None else f"below [{section}]"
            raise Unwritable(f"the entry {item.key} of the section [{item.section}] stands {place}")
    return join(document.items, _write, ends=("\n", "\r", "\0"), continuation=_CONTINUES)


def quote(value: str) -> str:
    """One argument of a command in an `Exec...=` line, such that the process gets `value` and nothing else.

    Quotes, backslashes, blanks and line feeds are quoted, `%` is doubled because it begins a specifier, and
    `$` because it begins a variable. Not for the program itself (systemd gives a meaning to `-`, `@`, `:`,
    `+` and `!` before it), and not for `Environment=`, where `$` stands for itself: that is
    `quote_environment`. Raises Unwritable for NUL, for control characters without an escape and for half of
    a surrogate pair.
    """
    return _quote(value.replace("$", "$$"))


def quote_environment(value: str) -> str:
    """One word `NAME=value` of `Environment=`, or one of another list in which `$` stands for itself."""
    return _quote(value)


def words(value: str, *, command: bool) -> tuple[str, ...]:
    """The words of a value without quotes, escapes and doubled `%`; of a `command` without doubled `$` as
    well.

    Specifiers and variables are not expanded. Raises ValueError with the reason when systemd ignores the
    line.
    """
    found = (word.replace("%%", "%") for word in _words.words(value, c_escapes=True))
    return tuple(word.replace("$$", "$") if command else word for word in found)


def _quote(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    quoted = "".join(_ESCAPED.get(character, character) for character in value.replace("%", "%%"))
    refuse(quoted, _CONTROLS, "a unit file")
    return f'"{quoted}"'


def _write(item: Section | Entry) -> str:
    if isinstance(item, Section):
        return f"[{_name(item.name, 'section')}]"
    key = _name(item.key, "key")
    refuse(item.value, _CONTROLS.replace("\t", ""), f"the value of {key}")
    backslashes = len(item.value) - len(item.value.rstrip("\\"))
    if item.value != item.value.strip(" \t") or backslashes % 2:
        raise Unwritable(f"the value of {key} cannot end like this: {shortened(item.value)}")
    return f"{key}={item.value}"


def _name(name: str, what: str) -> str:
    if not _NAME.fullmatch(name):
        raise Unwritable(f"the name of a {what} of a unit file cannot be {shortened(name)}")
    return name


def _logical_lines(text: str) -> Iterator[tuple[int, str | Comment | Blank, str]]:
    """First line number, joined text without outer blanks (or the line without data) and raw text."""
    parts: list[Line] = []
    logical = ""
    for line in split(text, _END):
        nothing = comment(line, "#;", " \t")
        if isinstance(nothing, Comment):
            # Comments do not end a continued line.
            if parts:
                parts.append(line)
            else:
                yield line.number, nothing, line.raw
            continue
        body = line.body.removeprefix("\ufeff") if line.number == 1 else line.body
        parts.append(line)
        if (len(body) - len(body.rstrip("\\"))) % 2:
            logical += f"{body[:-1]} "
            continue
        yield _joined(parts, logical + body)
        parts, logical = [], ""
    if parts:
        yield _joined(parts, logical)


def _joined(parts: list[Line], logical: str) -> tuple[int, str | Comment | Blank, str]:
    number = parts[0].number
    raw = "".join(part.raw for part in parts)
    return number, logical.strip(" \t") or Blank(number, raw), raw
