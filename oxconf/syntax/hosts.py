"""/etc/hosts, read as the resolver of the C library reads it (hosts(5)): `ADDRESS NAME ALIAS ALIAS  #
comment`.

To change an entry, build a new one or `evolve(entry, names=..., raw=None)`: an item with `raw` is written
as it was read.
"""

import ipaddress
import re

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Unread, comment, join, refuse, shortened, split

__all__ = ["Blank", "Comment", "Document", "Entry", "Unread", "Unwritable", "parse", "quote", "render"]

_WHITE = " \t\v\f\r"
_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))


@frozen
class Entry:
    """One line. The first of `names` is the canonical one, the others are aliases."""

    address: str
    names: tuple[str, ...]
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """A hosts file. Lines in `problems` are ignored by the resolver."""

    items: tuple[Entry | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in file order."""
        return tuple(item for item in self.items if isinstance(item, Entry))

    def get(self, name: str) -> tuple[Entry, ...]:
        """The entries that have this name, in any case of letters, as canonical name or alias."""
        return tuple(entry for entry in self.entries if name.lower() in map(str.lower, entry.names))


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[Entry | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    for line in split(text):
        nothing = comment(line, "#", _WHITE)
        if nothing is not None:
            items.append(nothing)
            continue
        address, *names = re.split(r"[ \t\v\f\r]+", line.body.partition("#")[0].strip(_WHITE))
        if "\0" in line.body:
            message = "There is a NUL character in the line."
        elif not _is_address(address):
            message = f"The line is ignored because {shortened(address)} is no IPv4 or IPv6 address."
        elif not names:
            message = f"The line is ignored because {address} has no name."
        else:
            items.append(Entry(address, tuple(names), line.number, line.raw))
            continue
        items.append(Unread(line.raw, line.number))
        problems.append(Problem(line.number, message))
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document. Raises Unwritable as `quote` does, for a wrong address and for no name."""
    return join(document.items, _write)


def quote(value: str) -> str:
    """A name as it is, because the syntax has no quoting.

    Raises Unwritable for an empty name, for blanks, `#`, control characters and half of a surrogate pair.
    """
    refuse(value, f" #{_CONTROLS}", "a name in hosts")
    if not value:
        raise Unwritable("a name in hosts cannot be empty")
    return value


def _write(entry: Entry) -> str:
    if not _is_address(entry.address):
        raise Unwritable(f"an entry of hosts needs an IPv4 or IPv6 address, not {shortened(entry.address)}")
    if not entry.names:
        raise Unwritable(f"the entry of hosts for {entry.address} needs a name")
    return " ".join(map(quote, (entry.address, *entry.names)))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
