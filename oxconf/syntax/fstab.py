r"""/etc/fstab, read as mount(8) and systemd read it (fstab(5)).

`SPEC FILE TYPE OPTION,OPTION FREQ PASSNO`, where the last two may be missing and are 0 then, as may be the
options, which are `defaults` then. Fields are separated by blanks and tabs; inside of them these are `\040`
and `\011`.

To change a mount, build a new one or `evolve(mount, options=..., raw=None)`: an item with `raw` is written
as it was read.
"""

import re

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Line, Unread, comment, join, refuse, shortened, split

__all__ = ["Blank", "Comment", "Document", "Mount", "Unread", "Unwritable", "parse", "quote", "render"]

_NUMBER = re.compile(r"[0-9]{1,9}")
# A comma in double quotes belongs to the option, as in context="system_u:object_r:tmp_t:s0:c127,c456".
_OPTION = re.compile(r'(?:[^,"]|"[^"]*(?:"|\Z))+')
_CONTROLS = "".join(map(chr, (*range(1, 32), 127)))


@frozen
class Mount:
    """One file system, with its fields unescaped. `freq` is for dump(8), `passno` the order of fsck(8)."""

    spec: str
    file: str
    type: str
    options: tuple[str, ...] = ("defaults",)
    freq: int = 0
    passno: int = 0
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """An fstab."""

    items: tuple[Mount | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """All mounts in file order."""
        return tuple(item for item in self.items if isinstance(item, Mount))


def parse(text: str) -> Document:
    """Reads any text."""
    items: list[Mount | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    for line in split(text):
        nothing = comment(line, "#", white=" \t")
        if nothing is not None:
            items.append(nothing)
            continue
        try:
            mount, fields = _mount(line)
        except ValueError as error:
            items.append(Unread(line.raw, line.number))
            problems.append(Problem(line.number, str(error)))
            continue
        items.append(mount)
        if fields == 3:
            problems.append(Problem(line.number, "The fourth field, the options, is missing."))
        elif fields > 6:
            problems.append(Problem(line.number, "What follows the sixth field is ignored."))
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document, one blank between fields. Raises Unwritable as `quote` does."""
    return join(document.items, _write)


def quote(value: str) -> str:
    r"""One field, with the octal escapes for blank, tab, line feed and backslash that all readers of fstab
    know.

    Raises Unwritable for an empty field, a leading `#`, NUL, any other control character and half of a
    surrogate pair.
    """
    if not value or value.startswith("#"):
        raise Unwritable(f"a field of fstab cannot be {shortened(value)}")
    refuse(value.replace("\t", "").replace("\n", ""), _CONTROLS, "a field of fstab")
    return "".join(f"\\{ord(c):03o}" if c in " \t\n\\" else c for c in value)


def _write(mount: Mount) -> str:
    options = ",".join(mount.options)
    if _options(options) != mount.options:
        raise Unwritable(f"a comma or a quote would divide the options of fstab anew: {shortened(options)}")
    if mount.freq < 0 or mount.passno < 0:
        raise Unwritable(f"freq and passno of {mount.file} in fstab cannot be below 0")
    fields = [mount.spec, mount.file, mount.type, options]
    return f"{' '.join(map(quote, fields))} {mount.freq} {mount.passno}"


def _mount(line: Line) -> tuple[Mount, int]:
    """The mount and how many fields the line has before a comment."""
    if "\r" in line.body or "\0" in line.body:
        name = "a carriage return" if "\r" in line.body else "a NUL character"
        raise ValueError(f"There is {name} in the line, which mount takes for a part of a field.")
    words = re.split(r"[ \t]+", line.body.strip(" \t"))
    if len(words) < 3:
        raise ValueError(f"A mount has 4 to 6 fields, and the line has {len(words)}.")
    padded = [*words, *["defaults", "0", "0"][len(words) - 3 :]]
    spec, file, kind, options, freq, passno = padded[:6]
    if not _NUMBER.fullmatch(freq) or not _NUMBER.fullmatch(passno):
        raise ValueError("The fifth and the sixth field, freq and passno, are numbers.")
    # The list is decoded as a whole before it is taken apart, so an escaped comma separates as well.
    mount = Mount(
        _decode(spec),
        _decode(file),
        _decode(kind),
        _options(_decode(options)),
        int(freq),
        int(passno),
        line.number,
        line.raw,
    )
    return mount, 6 if len(words) > 6 and words[6].startswith("#") else len(words)


def _options(text: str) -> tuple[str, ...]:
    return tuple(_OPTION.findall(text))


def _decode(text: str) -> str:
    """The field without octal escapes, which are bytes."""
    if "\\" not in text:
        return text
    data = text.encode("utf-8", "surrogatepass")
    data = re.sub(rb"\\([0-3][0-7][0-7])", lambda match: bytes([int(match.group(1), 8)]), data)
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")
