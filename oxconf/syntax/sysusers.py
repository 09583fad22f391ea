"""Lines of sysusers.d(5): `u NAME ID "GECOS" HOME SHELL`, where `-` stands for a field that is not set.

To change an entry, build a new one or `evolve(entry, id=..., raw=None)`: an item with `raw` is written as
it was read.
"""

import re

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Unread, comment, join, refuse, shortened, split
from oxconf.syntax._words import words

__all__ = ["Blank", "Comment", "Document", "Entry", "Unread", "Unwritable", "parse", "quote", "render"]

_END = re.compile(r"\r\n|[\r\n\0]")
_KIND = re.compile(r"[ugmr]!?")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,=-]+")
_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))


@frozen
class Entry:
    """One line. `kind` is `u` (user), `g` (group), `m` (member: `id` is the group) or `r` (range, without a
    name).

    A field that is not set is None. `%%` is read as `%`; other specifiers are not expanded.
    """

    kind: str
    name: str | None
    id: str | None = None
    gecos: str | None = None
    home: str | None = None
    shell: str | None = None
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """A file of sysusers.d. Lines in `problems` are ignored by systemd-sysusers."""

    items: tuple[Entry | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in file order."""
        return tuple(item for item in self.items if isinstance(item, Entry))


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[Entry | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    for line in split(text, _END):
        nothing = comment(line, "#", " \t")
        if nothing is not None:
            items.append(nothing)
            continue
        try:
            kind, *fields = words(line.body, c_escapes=False)
            if not _KIND.fullmatch(kind):
                raise ValueError(f"its type is {shortened(kind)} and not u, g, m or r")
            if not 1 <= len(fields) <= 5:
                raise ValueError(f"it has {len(fields) + 1} fields instead of 2 to 6")
        except ValueError as error:
            items.append(Unread(line.raw, line.number))
            problems.append(Problem(line.number, f"systemd-sysusers ignores the line because {error}."))
            continue
        name, number, gecos, home, shell = (_set(value) for value in (*fields, *["-"] * (5 - len(fields))))
        items.append(Entry(kind, name, number, gecos, home, shell, line.number, line.raw))
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document, without unset fields at the end of a line.

    Raises Unwritable as `quote` does, for an unknown kind, and for a colon that /etc/passwd could not hold.
    """
    return join(document.items, _write, ends=("\n", "\r", "\0"))


def quote(value: str) -> str:
    """One field, in double quotes unless it is a plain word. `%` is doubled, so that it begins no
    specifier.

    Raises Unwritable for an empty field and for `-`, which mean a field that is not set (that is None), for
    control characters and for half of a surrogate pair.
    """
    if value in ("", "-"):
        raise Unwritable(f"a field of sysusers cannot be {shortened(value)}, which means that it is not set")
    refuse(value, _CONTROLS, "a field of sysusers")
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _write(entry: Entry) -> str:
    if not _KIND.fullmatch(entry.kind):
        raise Unwritable(f"the type of a line of sysusers is u, g, m or r, not {shortened(entry.kind)}")
    for value in (entry.name, entry.gecos, entry.home, entry.shell):
        refuse(value or "", ":", "a field of passwd")
    fields = [entry.name, entry.id, entry.gecos, entry.home, entry.shell]
    while len(fields) > 1 and fields[-1] is None:
        fields.pop()
    return " ".join([entry.kind, *("-" if value is None else quote(value) for value in fields)])


def _set(value: str) -> str | None:
    return None if value in ("", "-") else value.replace("%%", "%")
