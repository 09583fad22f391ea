r"""Configuration of HAProxy 2.x: sections, and lines that are cut into words.

`"..."` keeps blanks and replaces `$NAME`, `'...'` keeps everything, a backslash keeps one character, and
`#` begins a comment wherever it is not quoted. References to variables are left as they are written.
"""

import re
from collections.abc import Iterator

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import refuse, split

__all__ = ["Document", "Line", "Section", "Unwritable", "parse", "quote", "render"]

SECTION_KEYWORDS = frozenset(
    {
        "global",
        "defaults",
        "listen",
        "frontend",
        "backend",
        "userlist",
        "peers",
        "resolvers",
        "mailers",
        "cache",
        "program",
        "http-errors",
        "fcgi-app",
        "ring",
        "log-forward",
        "log-profile",
        "traces",
        "crt-store",
        "acme",
    }
)
"""First words that begin a section (HAProxy configuration manual); the last four are younger than 2.6."""

_NAMELESS = frozenset({"global", "traces"})
_MOST_WORDS = 64
_SPACE = " \t\n\r\f\v"
_LF = re.compile(r"\n")
_NEEDS_QUOTES = re.compile(rf"""[{_SPACE}"'#\\$]""")
_SEPARATOR = re.compile(r"[ \t\f\v][ \t\n\r\f\v]*")
_VARIABLE = re.compile(r"\$[A-Za-z_.][A-Za-z0-9_]*|\$\{[A-Za-z_.][A-Za-z0-9_]*(?:\[\*\])?(?:-[^}]*)?\}")
_HEXADECIMAL = re.compile(r"\\x([0-9A-Fa-f]{2})")
_ESCAPES = {" ": " ", "\\": "\\", "#": "#", "'": "'", '"': '"', "t": "\t", "n": "\n", "r": "\r"}


@frozen
class Line:
    """The unquoted words of one line, never none and the first never empty."""

    words: tuple[str, ...]
    line: int = field(default=0, eq=False)


@frozen
class Section:
    """One section. `args` are the words after the name, such as ("from", "base") of `listen a from base`."""

    keyword: str
    name: str | None = None
    args: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    line: int = field(default=0, eq=False)


@frozen
class Document:
    """A HAProxy configuration. `source` is its text, `preamble` are the lines before the first section.

    Conditions (`.if`, `.notice` and such) are lines like all others, and nothing is left out because of them.
    """

    source: str = field(repr=False)
    preamble: tuple[Line, ...] = ()
    children: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = ()

    def sections(self, keyword: str) -> Iterator[Section]:
        """The sections that begin with this keyword, in file order."""
        return (section for section in self.children if section.keyword == keyword)


def parse(text: str) -> Document:
    """Reads any text. What makes HAProxy refuse the file, or ignore a part of it, is a problem."""
    problems: list[Problem] = []
    sections: list[tuple[Line, list[Line]]] = []
    preamble: list[Line] = []
    lines = preamble
    for number, words in _lines(text, problems):
        if not words:
            continue
        line = Line(words, number)
        if words[0] in SECTION_KEYWORDS:
            lines = []
            sections.append((line, lines))
            continue
        lines.append(line)
        if not sections and not words[0].startswith("."):
            problems.append(Problem(number, f"{words[0]!r} stands before the first section."))
    if text and not text.endswith("\n"):
        number = text.count("\n") + 1
        problems.append(Problem(number, "The last line has no line end, for which HAProxy refuses the file."))
    children = tuple(_section(head, lines) for head, lines in sections)
    return Document(text, tuple(preamble), children, tuple(problems))


def render(document: Document) -> str:
    """The text that the document was read from."""
    return document.source


def quote(value: str) -> str:
    """The value as one word, in quotes where it needs them: double ones only when it holds a single one.

    Raises Unwritable for line breaks, NUL, what UTF-8 cannot encode, and the empty value: to HAProxy an
    empty word is the end of the line, and what follows it is not read.
    """
    refuse(value, "\r\n", "a HAProxy word")
    if not value:
        raise Unwritable("HAProxy takes an empty word for the end of the line")
    if not _NEEDS_QUOTES.search(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    escaped = re.sub(r'[\\"$]', r"\\\g<0>", value)
    return f'"{escaped}"'


def _section(head: Line, lines: list[Line]) -> Section:
    keyword, *rest = head.words
    has_name = bool(rest) and keyword not in _NAMELESS and (keyword, rest[0]) != ("defaults", "from")
    name = rest[0] if has_name else None
    return Section(keyword, name, tuple(rest[1:] if has_name else rest), tuple(lines), head.line)


def _lines(text: str, problems: list[Problem]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The number and the words of each line."""
    for line in split(text, _LF):
        body, nul, _ = line.body.partition("\0")
        messages = ["The line has a NUL character, for which HAProxy refuses the file."] if nul else []
        words = tuple(_words(body.lstrip(_SPACE), messages))
        if words and not words[0]:
            messages.append("The line begins with an empty word, and HAProxy ignores it.")
            words = ()
        if len(words) > _MOST_WORDS:
            messages.append(f"The line has {len(words)} words; HAProxy takes {_MOST_WORDS} at most.")
        problems.extend(Problem(line.number, message) for message in messages)
        yield line.number, words


def _words(text: str, messages: list[str]) -> Iterator[str]:
    word = ""
    quoted = ""
    position = 0
    while position < len(text):
        character = text[position]
        piece = character
        length = 1
        if character == "\r":
            if text[position:].strip(_SPACE):
                messages.append(
                    "A carriage return ends the line for HAProxy, and what follows it is not read."
                )
            break
        if character == "#" and not quoted:
            break
        if character in ("'", '"') and quoted in ("", character):
            quoted = "" if quoted else character
            piece = ""
        elif character == "\\" and quoted != "'":
            piece, length = _escape(text, position, quoted, messages)
        elif character == "$" and quoted == '"':
            if variable := _VARIABLE.match(text, position):
                piece = variable.group()
                length = len(piece)
            else:
                message = "A '$' in double quotes must begin a variable; write \\$ for the character itself."
                messages.append(message)
        elif not quoted and (separator := _SEPARATOR.match(text, position)):
            yield word
            word = piece = ""
            length = len(separator.group())
        word += piece
        position += length
    if quoted:
        messages.append(f"The quote {quoted} is never closed.")
    # An empty last word is lost in HAProxy as well.
    if word:
        yield word


def _escape(text: str, position: int, quoted: str, messages: list[str]) -> tuple[str, int]:
    """What the backslash at `position` stands for, and how many characters of the text it takes."""
    following = text[position + 1 : position + 2]
    if following in _ESCAPES:
        return _ESCAPES[following], 2
    if following == "$" and quoted:
        return "$", 2
    if following == "x":
        if match := _HEXADECIMAL.match(text, position):
            code = int(match[1], 16)
            # Bytes that are no ASCII go where Python's surrogateescape puts bytes that it cannot decode.
            return chr(code if code < 0x80 else 0xDC00 + code), 4
        messages.append("\\x must be followed by two hexadecimal digits.")
    return "\\", 1
