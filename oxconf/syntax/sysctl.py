"""Lines of sysctl.d(5): `key = value`, comments from `#` or `;` at the beginning of a line.

A key is read with dots between its parts, also where it was written with slashes. `-` in front of a key, which lets
systemd-sysctl go on where the kernel does not have it, is left aside.
"""

import re

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Unread, comment, join, refuse, shortened, split

__all__ = ["Blank", "Comment", "Document", "Entry", "Unread", "Unwritable", "parse", "render"]

_END = re.compile(r"\r\n|[\r\n\0]")
_KEY = re.compile(r"[A-Za-z0-9_*-]+(\.[A-Za-z0-9_/*-]+)*", re.ASCII)


@frozen
class Entry:
    """One setting: `net.ipv4.ip_forward` and its value, None where the key is only taken out of a pattern (`-key`)."""

    key: str
    value: str | None
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """A file of sysctl.d; of several entries for one key the last counts."""

    items: tuple[Entry | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries that set a value, in file order."""
        return tuple(item for item in self.items if isinstance(item, Entry) and item.value is not None)


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[Entry | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    for line in split(text, _END):
        nothing = comment(line, "#;", " \t")
        if nothing is not None:
            items.append(nothing)
            continue
        key, equals, value = line.body.partition("=")
        key = key.strip(" \t")
        alone = not equals and key.startswith("-")
        if not key.removeprefix("-") or not (equals or alone):
            items.append(Unread(line.raw, line.number))
            problems.append(
                Problem(line.number, "systemd-sysctl ignores the line because it is not key = value.")
            )
        else:
            given = None if alone else value.strip(" \t")
            items.append(Entry(_dotted(key.removeprefix("-")), given, line.number, line.raw))
    return Document(tuple(items), tuple(problems))


def _dotted(key: str) -> str:
    """Return a key with dots: where a slash comes first, slashes separate and dots belong to names."""
    first = re.search(r"[./]", key)
    return key.translate(str.maketrans("./", "/.")) if first and first[0] == "/" else key


def render(document: Document) -> str:
    """The text of the document.

    Raises Unwritable for a key that is none, and for a value with a control character or with blanks around it.
    """
    return join(document.items, _write, ends=("\n", "\r", "\0"))


def _write(entry: Entry) -> str:
    if not _KEY.fullmatch(entry.key) or entry.key.startswith("-"):
        raise Unwritable(f"{shortened(entry.key)} is no key of sysctl")
    if entry.value is None:
        return f"-{entry.key}"
    refuse(entry.value, "".join(map(chr, (*range(1, 32), 127))), "a value of sysctl")
    if entry.value != entry.value.strip(" \t"):
        raise Unwritable(f"sysctl drops the blanks around {shortened(entry.value)}")
    return f"{entry.key} = {entry.value}"
