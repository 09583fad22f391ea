r"""Files of shell variables such as those in /etc/default: lines `NAME="value"`, which a POSIX shell reads.

Read are assignments alone, with or without `export`. A value that only a shell can know (with `$` or a
backquote) and every other command is a problem.

To change an entry, build a new one or `evolve(entry, value=..., raw=None)`: an item with `raw` is written
as it was read.
"""

import re

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Unread, join, refuse, shortened

__all__ = ["Blank", "Comment", "Document", "Entry", "Unread", "Unwritable", "parse", "quote", "render"]

_NOTHING = re.compile(r"[ \t]*(?:(#)[ ]?([^\n]*))?(?:\n|\Z)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PIECE = re.compile(
    r"""'(?P<single>[^']*)'"""
    r"""|"(?P<double>(?:[^"\\$`]|\\.)*+)\""""
    r"""|\\(?P<escaped>.)"""
    r"""|(?P<bare>[^ \t\n'"\\$`;&|<>()]+)""",
    re.DOTALL,
)
_ASSIGNMENT = re.compile(
    rf"[ \t]*(?P<export>export[ \t]+)?(?P<name>{_NAME.pattern})=(?P<word>(?:{_PIECE.pattern})*+)"
    r"[ \t]*(?:(?<=[ \t])#[^\n]*)?(?:\n|\Z)",
    re.DOTALL,
)
_CONTINUES = re.compile(r"\\\n?\Z")
_CONTROLS = "".join(map(chr, (*range(1, 32), 127))).replace("\t", "")


@frozen
class Entry:
    """One assignment; `value` is without quotes. Of several with one name the last counts."""

    name: str
    value: str
    exported: bool = False
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """A file of shell variables."""

    items: tuple[Entry | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in file order."""
        return tuple(item for item in self.items if isinstance(item, Entry))

    def get(self, name: str) -> Entry | None:
        """The entry that the shell ends up with: of several with the same name it is the last."""
        return next((entry for entry in reversed(self.entries) if entry.name == name), None)


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[Entry | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    at, line = 0, 1
    while at < len(text):
        message = ""
        end = text.find("\n", at) + 1 or len(text)
        if nothing := _NOTHING.match(text, at):
            is_comment = nothing.group(1) is not None
            remark = (nothing.group(2) or "").removesuffix("\r")
            items.append(
                Comment(remark, line, nothing.group()) if is_comment else Blank(line, nothing.group())
            )
        elif (
            (found := _ASSIGNMENT.match(text, at))
            and "\0" not in found.group()
            and not _expands(found["word"])
        ):
            end = found.end()
            value = _value(found["word"])
            items.append(Entry(found["name"], value, found["export"] is not None, line, found.group()))
            if value.endswith("\r"):
                message = "The carriage return at the end of the line is a part of the value."
        else:
            items.append(Unread(text[at:end], line))
            message = f"The line is no plain assignment NAME=value: {shortened(text[at:end].strip())}."
        if message:
            problems.append(Problem(line, message))
        line += text.count("\n", at, end)
        at = end
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document. Raises Unwritable as `quote` does, and for what is no name of a variable."""
    return join(document.items, _write, continuation=_CONTINUES)


def quote(value: str) -> str:
    r"""The value in double quotes, with a backslash before `\`, `"`, `$` and a backquote: one word for any
    shell.

    Raises Unwritable for control characters but tabs (a shell would take them, other readers of such files
    do not) and for half of a surrogate pair.
    """
    refuse(value, _CONTROLS, "a shell variable")
    return '"' + re.sub(r'([\\"$`])', r"\\\1", value) + '"'


def _write(entry: Entry) -> str:
    if not _NAME.fullmatch(entry.name):
        raise Unwritable(f"the name of a shell variable cannot be {shortened(entry.name)}")
    return f"{'export ' if entry.exported else ''}{entry.name}={quote(entry.value)}"


def _expands(word: str) -> bool:
    """Whether an unquoted tilde may stand for a home directory."""
    bare = "".join(piece["bare"] or "''" for piece in _PIECE.finditer(word))
    return re.search(r"(?:\A|:)~", bare) is not None


def _value(word: str) -> str:
    value = ""
    for piece in _PIECE.finditer(word):
        if (double := piece["double"]) is not None:
            value += re.sub(r'\\([\\"$`\n])', lambda found: found[1].strip("\n"), double)
        elif (escaped := piece["escaped"]) is not None:
            value += escaped.strip("\n")
        else:
            value += piece["single"] or piece["bare"] or ""
    return value
