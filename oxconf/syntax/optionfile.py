r"""Option files of MariaDB and MySQL (`my.cnf`), read as `my_print_defaults` reads them.

`[group]`, `key`, `key = value`, lines of comment with `#` or `;`, and `!include FILE` and `!includedir
DIR`. A `#` behind an option cuts the rest of the line unless it stands in quotes. Quotes around a whole
value fall away, and `\b`, `\t`, `\n`, `\r`, `\s` (a blank), `\\`, `\"` and `\'` are read in every value,
quoted or not.

To change an option, build a new one or `evolve(option, value=..., raw=None)`: an item with `raw` is written
as it was read.
"""

import re

from attrs import field, frozen

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
    "LONGEST_LINE",
    "Blank",
    "Comment",
    "Document",
    "Group",
    "Include",
    "Option",
    "Unread",
    "Unwritable",
    "is_loose",
    "normalise",
    "parse",
    "quote",
    "render",
]

LONGEST_LINE = 4094
"""Bytes of a line without its line end (MariaDB 10.11); what follows is read as a line of its own."""

_WHITE = " \t\v\f\r"
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "s": " ", "\\": "\\", '"': '"', "'": "'"}
_ESCAPED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\", '"': '\\"'}
_BARE = re.compile(r"[A-Za-z0-9_./:,=@%+~*-]*")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_INCLUDE = re.compile(r"!\s*(includedir|include)\s+(.*\S)\s*", re.DOTALL)


@frozen
class Group:
    """A line `[name]`, which may stand in a file more than once."""

    name: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Option:
    """One option. `key` is spelt as in the file; `value` is without quotes, and None when there is no `=`."""

    group: str
    key: str
    value: str | None = field(default=None, repr=False)
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Include:
    """`directive` is `include` or `includedir`, `path` is not quoted: it reaches to the end of the line."""

    directive: str
    path: str
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


_Item = Group | Option | Include | Comment | Blank | Unread


@frozen
class Document:
    """An option file. `problems` holds what stops the server or what it silently reads as something else."""

    items: tuple[_Item, ...] = ()
    problems: tuple[Problem, ...] = ()

    def options(self, *groups: str) -> tuple[Option, ...]:
        """The options of these groups (of all without an argument) in file order.

        The server reads them in this order and the last one counts, whatever its group. What an `Include`
        names is not looked into.
        """
        options = (item for item in self.items if isinstance(item, Option))
        return tuple(option for option in options if not groups or option.group in groups)

    @property
    def includes(self) -> tuple[Include, ...]:
        """All include lines in file order."""
        return tuple(item for item in self.items if isinstance(item, Include))


def normalise(key: str) -> str:
    """The one spelling of an option for comparisons: `-` as `_`, in lower case, without the prefix
    `loose_`.

    This is how MariaDB compares; MySQL takes letters as they are. Both also take an unambiguous beginning
    of a name and the prefixes `skip_`, `enable_`, `disable_` and `maximum_`, which stay.
    """
    return key.replace("-", "_").lower().removeprefix("loose_")


def is_loose(key: str) -> bool:
    """Whether the server only warns when it does not know the option."""
    return key.replace("-", "_").lower().startswith("loose_")


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[_Item] = []
    problems: list[Problem] = []
    group: str | None = None
    item: _Item | None
    for line in split(text):
        if len(line.body.encode("utf-8", "surrogatepass")) > LONGEST_LINE:
            message = f"The server reads what follows after {LONGEST_LINE} bytes as another line."
            problems.append(Problem(line.number, message))
        item = comment(line, "#;", _WHITE) or _directive(line) or _group(line)
        if item is None and group is not None and "\0" not in line.raw:
            item, message = _option(line, group)
            if message:
                problems.append(Problem(line.number, message))
        if isinstance(item, Group):
            group = item.name
            if group != group.strip():
                message = f"The blank belongs to the name, so [{group}] is not [{group.strip()}]."
                problems.append(Problem(line.number, message))
        if item is None:
            item = Unread(line.raw, line.number)
            problems.append(Problem(line.number, _reason(line)))
        items.append(item)
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document.

    Raises Unwritable as `quote` does, for a name that is no plain word, for a line that the server would
    cut, and for an option that would come to stand below another group than its own.
    """
    group: str | None = None
    for item in document.items:
        if isinstance(item, Group):
            group = item.name
        elif isinstance(item, Option) and item.group != group:
            place = "before the first group" if group is None else f"below [{group}]"
            raise Unwritable(f"the option {item.key} of the group [{item.group}] stands {place}")
    return join(document.items, _write)


def quote(value: str) -> str:
    """The value in the form that stands behind `key =`, in double quotes unless it is a plain word.

    Raises Unwritable for NUL, for control characters without an escape and for half of a surrogate pair.
    """
    if _BARE.fullmatch(value):
        return value
    quoted = "".join(_ESCAPED.get(character, character) for character in value)
    refuse(quoted, _CONTROLS, "an option")
    return f'"{quoted}"'


_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))


def _write(item: Group | Option | Include) -> str:
    if isinstance(item, Group):
        return f"[{_name(item.name, 'group')}]"
    if isinstance(item, Include):
        refuse(item.path, _CONTROLS, "an include line")
        if item.directive not in ("include", "includedir"):
            raise Unwritable(f"an include line begins with include or includedir, not with {item.directive}")
        if not item.path or item.path != item.path.strip() or not item.path[-1].isascii():
            raise Unwritable(
                f"an include line cannot hold the path {shortened(item.path)}: its end would be cut"
            )
        return f"!{item.directive} {item.path}"
    key = _name(item.key, "option")
    line = key if item.value is None else f"{key} = {quote(item.value)}".rstrip(" ")
    if len(line.encode()) > LONGEST_LINE:
        raise Unwritable(f"the value of {key} is longer than the {LONGEST_LINE} bytes that a line can hold")
    return line


def _name(name: str, what: str) -> str:
    if not _NAME.fullmatch(name):
        raise Unwritable(f"the name of an {what} cannot be {shortened(name)}".replace("an group", "a group"))
    return name


def _directive(line: Line) -> Include | None:
    match = _INCLUDE.fullmatch(line.body.strip(_WHITE))
    if match is None or "\0" in line.body:
        return None
    return Include(match.group(1), match.group(2), line.number, line.raw)


def _group(line: Line) -> Group | None:
    body = line.body.lstrip(_WHITE)
    if not body.startswith("[") or "]" not in body or "\0" in body:
        return None
    return Group(body[1 : body.index("]")].rstrip(_WHITE), line.number, line.raw)


def _option(line: Line, group: str) -> tuple[Option | None, str]:
    """The option of the line, and what is wrong with it although the server takes it."""
    body = line.body.lstrip(_WHITE)
    if body.startswith(("!", "[", "=")):
        return None, ""
    kept = _without_comment(body)
    key, equals, value = kept.partition("=")
    if not equals:
        return Option(group, key.rstrip(_WHITE), None, line.number, line.raw), ""
    message = ""
    if kept != body and kept[-1] not in _WHITE + "=\"'":
        message = f"The value ends before {describe('#')}: put it in quotes when the sign is a part of it."
    value = value.strip(_WHITE)
    if value and value[0] in "\"'" and len(value) > 1 and value[-1] == value[0]:
        value = value[1:-1]
    elif value.encode("utf-8", "surrogatepass").endswith(b"\xa0"):
        message = (
            f"The server takes the last byte of {describe(value[-1])} for a blank: put the value in quotes."
        )
    return Option(group, key.rstrip(_WHITE), _unescape(value), line.number, line.raw), message


def _without_comment(body: str) -> str:
    quoted_by = ""
    escaped = False
    for at, character in enumerate(body):
        if character in "\"'" and not escaped:
            if not quoted_by:
                quoted_by = character
            elif quoted_by == character:
                quoted_by = ""
        if not quoted_by and character == "#":
            return body[:at]
        escaped = bool(quoted_by) and character == "\\" and not escaped
    return body


def _unescape(value: str) -> str:
    def replace(match: re.Match[str]) -> str:
        return _ESCAPES.get(match.group(1), match.group())

    return re.sub(r"\\(.)", replace, value, flags=re.DOTALL) if "\\" in value else value


def _reason(line: Line) -> str:
    body = line.body.lstrip(_WHITE)
    if "\0" in line.raw:
        return "The server reads a line only up to a NUL character."
    if body.startswith("["):
        return "The server stops because the group has no closing bracket."
    if re.match(r"!\s*include(dir)?\s*\Z", body):
        return "The server stops because the include line names no path."
    if body.startswith("="):
        return "The option has no name."
    if body.startswith("!"):
        return "The server ignores the line: only !include and !includedir are known."
    return "The server stops because the option stands before the first [group]."
