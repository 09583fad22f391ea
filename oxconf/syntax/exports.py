r"""/etc/exports, read as `exportfs` of nfs-utils reads it (exports(5)).

`PATH CLIENT(OPTION,OPTION) CLIENT(OPTION)`, where `-OPTION,OPTION` sets options for the clients behind it.
A path with blanks stands in double quotes or has `\040` for each; a backslash at the end of a line
continues it; `#` begins a comment wherever a word could begin.

To change an export, build a new one or `evolve(export, clients=..., raw=None)`: an item with `raw` is
written as it was read.
"""

import re

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import Blank, Comment, Unread, describe, join, refuse, shortened

__all__ = [
    "Blank",
    "Client",
    "Comment",
    "Document",
    "Export",
    "Unread",
    "Unwritable",
    "parse",
    "quote",
    "render",
]

EVERYBODY = "*"
_LONGEST_CLIENT = 511
_GAP = re.compile(r"(?:[ \t]|\r(?=\n|\Z)|\\\n[ \t]*)*")
_CONTINUED = re.compile(r"\\\n[ \t]*")
_WORD = re.compile(r'(?:[^" \t\n\r\v\f\\]|\\(?!\n)|"[^"]*(?:"|\Z))+')
_CONTINUES = re.compile(r"\\\n?\Z")
_STOPS = "exportfs reads nothing from here on because"


@frozen
class Client:
    """Who may mount: a host name, an address, a network, `@netgroup` or `*`, with the options that apply.

    When the line has default options (`-ro,sync`), they stand before the client's own in `options`.
    """

    host: str
    options: tuple[str, ...] = ()


@frozen
class Export:
    """One exported directory. `path` is without quotes and escapes."""

    path: str
    clients: tuple[Client, ...]
    line: int = field(default=0, eq=False)
    raw: str | None = field(default=None, eq=False, repr=False)


@frozen
class Document:
    """An exports file. `problems` also names what exports a directory to every host by mistake."""

    items: tuple[Export | Comment | Blank | Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def exports(self) -> tuple[Export, ...]:
        """All exports in file order."""
        return tuple(item for item in self.items if isinstance(item, Export))


def parse(text: str) -> Document:
    """Reads any text. A client that the line does not name is `*` here, as it is for `exportfs`."""
    items: list[Export | Comment | Blank | Unread] = []
    problems: list[Problem] = []
    at = 0
    line = 1
    while at < len(text):
        words, remark, stray, end = _words(text, at)
        raw = text[at:end]
        messages: list[str] = []
        if stray:
            items.append(Unread(raw, line))
            messages = [f"exportfs takes {describe(stray)} for the end of the line in some places."]
        elif not words and "\r" in raw.partition("#")[0]:
            items.append(Unread(raw, line))
            messages = [f"{_STOPS} a carriage return stands where a path should be."]
        elif not words:
            is_comment = remark is not None
            items.append(Comment(remark or "", line, raw) if is_comment else Blank(line, raw))
        else:
            try:
                export, messages = _export(words, line, raw)
                items.append(export)
            except ValueError as error:
                items.append(Unread(raw, line))
                messages = [f"{_STOPS} {error}."]
        problems.extend(Problem(line, message) for message in messages)
        line += raw.count("\n")
        at = end
    return Document(tuple(items), tuple(problems))


def render(document: Document) -> str:
    """The text of the document.

    Raises Unwritable as `quote` does, for a client that would be read as another, and for anything behind a
    line whose closing quote is missing, because it would become a part of that line.
    """
    for item in document.items[:-1]:
        if isinstance(item, Export | Unread) and item.raw and _is_open(_words(item.raw, 0)[0]):
            raise Unwritable(
                f"nothing can stand behind line {item.line}: its closing double quote is missing"
            )
    return join(document.items, _write, continuation=_CONTINUES)


def quote(value: str) -> str:
    r"""The path (or host, or option) with octal escapes for blanks, control characters, `"`, `#` and
    backslashes.

    Raises Unwritable for NUL, for half of a surrogate pair and for a backslash before three octal digits,
    which no spelling protects from being read as an escape.
    """
    refuse(value, "", "an export")
    quoted = "".join(f"\\{ord(c):03o}" if c <= " " or c in '"#\\\x7f' else c for c in value)
    if _decode(quoted) != value:
        raise Unwritable(f"an export cannot hold a backslash before three octal digits: {shortened(value)}")
    return quoted


def _write(export: Export) -> str:
    if not export.path:
        raise Unwritable("an export needs a path")
    if not export.clients:
        raise Unwritable(f"the export {export.path} names no client, which would mean every host")
    return " ".join([quote(export.path), *map(_write_client, export.clients)])


def _write_client(client: Client) -> str:
    refuse(client.host, "()", "a client of an export")
    if not client.host or client.host.startswith("-"):
        raise Unwritable(f"a client of an export cannot be {shortened(client.host)}")
    for option in client.options:
        refuse(option, "(),", "an option of an export")
        if not option:
            raise Unwritable(f"the options of the client {client.host} of an export have an empty one")
    options = f"({','.join(map(quote, client.options))})" if client.options else ""
    written = quote(client.host) + options
    if len(written.encode()) > _LONGEST_CLIENT:
        raise Unwritable(f"the client {client.host} and its options are longer than {_LONGEST_CLIENT} bytes")
    return written


def _words(text: str, at: int) -> tuple[list[str], str | None, str, int]:
    """The words of the logical line at `at`, its comment, a stray control character, where the next is."""
    words: list[str] = []
    while True:
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        if text.startswith("#", at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            return words, text[at + 1 : end].removesuffix("\r").removeprefix(" "), "", end + 1
        word = _WORD.match(text, at)
        if word is None:
            end = text.find("\n", at)
            return words, None, text[at : at + 1].strip("\n"), len(text) if end < 0 else end + 1
        words.append(word.group())
        at = word.end()


def _is_open(words: list[str]) -> bool:
    return any(word.count('"') % 2 for word in words)


def _export(words: list[str], line: int, raw: str) -> tuple[Export, list[str]]:
    """The export and what it does by mistake. Raises ValueError with the reason why nobody reads it."""
    messages: list[str] = []
    if _is_open(words):
        messages.append("The closing double quote is missing.")
    path, *rest = (_decode(_CONTINUED.sub(" ", word).replace('"', "")) for word in words)
    if not path:
        raise ValueError("the path is empty")
    clients: list[Client] = []
    defaults: tuple[str, ...] = ()
    awaited = not rest
    for word in rest:
        if len(word.encode("utf-8", "surrogatepass")) > _LONGEST_CLIENT:
            raise ValueError(f"a client with its options is longer than {_LONGEST_CLIENT} bytes")
        # exportfs takes the word behind default options for a client, whatever it looks like.
        if word.startswith("-") and not awaited:
            defaults += _options(word[1:])
            awaited = True
            continue
        awaited = False
        host, bracket, options = word.partition("(")
        if bracket and options.find(")") != len(options) - 1:
            raise ValueError(
                f"the list of options in {shortened(word)} does not end with its closing bracket"
            )
        if bracket and not host:
            blank = "The blank before '(' makes these options apply to every host: write host(options)."
            messages.append(blank if clients else "The options without a host apply to every host.")
        clients.append(Client(host or EVERYBODY, defaults + _options(options.removesuffix(")"))))
    if awaited:
        messages.append("The line ends without a client, so the directory is exported to every host.")
        clients.append(Client(EVERYBODY, defaults))
    if "\0" in raw or any("\0" in word for word in (path, *rest)):
        raise ValueError("there is a NUL character in the line")
    return Export(path, tuple(clients), line, raw), messages


def _options(text: str) -> tuple[str, ...]:
    return tuple(option for option in text.split(",") if option)


def _decode(word: str) -> str:
    """The word without octal escapes. They are bytes, and what one yields may complete the next one."""
    if "\\" not in word:
        return word
    out = bytearray()
    for byte in word.encode("utf-8", "surrogatepass"):
        out.append(byte)
        if re.fullmatch(rb"\\[0-3][0-7][0-7]", out[-4:]):
            out[-4:] = [int(out[-3:], 8)]
    try:
        return out.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return out.decode("utf-8", "surrogateescape")
