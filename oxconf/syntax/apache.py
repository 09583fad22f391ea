r"""Configuration of Apache httpd 2.4: directives, `<Section ...>` blocks and `#` comment lines.

Words are read as httpd reads them: quotes count only where a word begins, inside them `\"` and `\\` are one
character each, any other backslash stands for itself, and a backslash at the end of a line joins it to the
next one, in a comment as well. `${NAME}` is left as it is written; httpd replaces it even inside quotes.
"""

import re
from collections.abc import Iterator

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import refuse, shortened, split

__all__ = ["Directive", "Document", "Section", "Unwritable", "parse", "quote", "render"]

_SPACE = " \t\n\r\f\v"
_LF = re.compile(r"\n")
_WORD = re.compile(
    r""""(?P<double>(?:\\["\\]|[^"])*)(?P<end>"?)|'(?P<single>(?:\\['\\]|[^'])*)(?P<stop>'?)"""
    rf"""|(?P<bare>[^{_SPACE}]+)"""
)
_NEEDS_QUOTES = re.compile(rf"""[{_SPACE}"'#]|\\\Z""")
_TO_ESCAPE = re.compile(r'\\*"|\\{2,}|\\\Z')


@frozen
class Directive:
    """One directive with its unquoted arguments; `name` as written, httpd ignores its case."""

    name: str
    args: tuple[str, ...] = ()
    line: int = field(default=0, eq=False)


@frozen
class Section:
    """A block such as `<Location /ajax>`: `name` is "Location", `args` is ("/ajax",)."""

    name: str
    args: tuple[str, ...] = ()
    children: "tuple[Directive | Section, ...]" = ()
    line: int = field(default=0, eq=False)


@frozen
class Document:
    """A file of httpd configuration. `source` is its text, `children` are its outermost nodes in order."""

    source: str = field(repr=False)
    children: tuple[Directive | Section, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find(self, name: str) -> Iterator[tuple[Directive | Section, tuple[Section, ...]]]:
        """All nodes of that name in any case, in file order, each with its sections from the outside in."""
        wanted = name.lower()
        # A stack of its own, because no depth of nesting may exhaust Python's.
        levels: list[tuple[Iterator[Directive | Section], tuple[Section, ...]]] = [(iter(self.children), ())]
        while levels:
            nodes, enclosing = levels[-1]
            node = next(nodes, None)
            if node is None:
                levels.pop()
                continue
            if node.name.lower() == wanted:
                yield node, enclosing
            if isinstance(node, Section):
                levels.append((iter(node.children), (*enclosing, node)))


def parse(text: str) -> Document:
    """Reads any text. What makes httpd refuse the file is a problem; so is a quote that is never closed."""
    return _Reader(text).read()


def render(document: Document) -> str:
    """The text that the document was read from."""
    return document.source


def quote(value: str) -> str:
    r"""The value as one whole word, in double quotes where it needs them.

    `${` is refused: httpd replaces `${NAME}` inside every kind of quotes and after a backslash, and no
    spelling of it stays as it is. The word must stand alone: write `{{ "route=" ~ route }}`, for in
    `route="a b"` the quotes do not begin a word and httpd reads two.

    Raises Unwritable for `${`, line breaks, NUL and what UTF-8 cannot encode.
    """
    refuse(value, "\r\n", "an httpd configuration")
    if "${" in value:
        raise Unwritable(
            f"an httpd configuration cannot hold '${{', which begins a variable: {shortened(value)}"
        )
    if value and not _NEEDS_QUOTES.search(value):
        return re.sub(r"\\{2,}", _doubled, value)
    return f'"{_TO_ESCAPE.sub(_doubled, value)}"'


def _doubled(match: re.Match[str]) -> str:
    return match.group().replace("\\", "\\\\").replace('"', '\\"')


@frozen
class _Open:
    name: str
    args: tuple[str, ...]
    line: int
    children: list[Directive | Section] = field(factory=list)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.stack = [_Open("", (), 0)]

    def read(self) -> Document:
        for line, content in self.logical_lines():
            content = content.strip(_SPACE)
            if content and not content.startswith("#"):
                self.node(line, content)
        for unclosed in self.stack[1:]:
            self.problem(unclosed.line, f"<{unclosed.name}> is never closed; add </{unclosed.name}>.")
        while len(self.stack) > 1:
            self.close()
        self.problems.sort(key=lambda problem: problem.line)
        return Document(self.text, tuple(self.stack[0].children), tuple(self.problems))

    def problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def logical_lines(self) -> Iterator[tuple[int, str]]:
        """Lines joined at their backslashes, each with the number of its first one."""
        first = 0
        joined = ""
        for line in split(self.text, _LF):
            first = first or line.number
            body, nul, _ = line.body.partition("\0")
            joined += body
            if nul:
                self.problem(line.number, "The line has a NUL character, and httpd ignores the rest of it.")
            elif line.end and (content := joined.removesuffix("\r")).endswith("\\"):
                joined = content[:-1]
                continue
            yield first, joined
            first, joined = 0, ""
        yield first, joined

    def node(self, line: int, content: str) -> None:
        match = next(_WORD.finditer(content))
        name, rest = _unquoted(match), content[match.end() :].lstrip(_SPACE)
        if name.startswith("</"):
            self.end(line, name)
        elif name.startswith("<"):
            self.begin(line, name, rest)
        elif name:
            self.stack[-1].children.append(Directive(name, self.words(line, rest), line))
        else:
            self.problem(line, "The line begins with an empty word, and httpd ignores it.")

    def begin(self, line: int, name: str, rest: str) -> None:
        complete = name.endswith(">") and not rest
        name = name[1:].removesuffix(">")
        if not name:
            self.problem(line, "'<' must be followed by the name of a section, without a blank between them.")
            return
        # httpd looks for the last '>' of the line, so an argument may hold one, and ignores what follows it.
        args, bracket, _ = rest.rpartition(">")
        if not complete and not bracket:
            self.problem(line, f"<{name} lacks its closing '>'.")
            args = rest
        self.stack.append(_Open(name, self.words(line, args), line))

    def end(self, line: int, name: str) -> None:
        if not name.endswith(">"):
            self.problem(line, f"{name} lacks its closing '>'.")
        name = name[2:].removesuffix(">")
        inside_out = range(len(self.stack) - 1, 0, -1)
        depth = next((at for at in inside_out if self.stack[at].name.lower() == name.lower()), 0)
        if not depth:
            self.problem(line, f"</{name}> closes no section.")
            return
        for inner in self.stack[depth + 1 :]:
            message = f"<{inner.name}> is not closed before </{name}> of line {line}; add </{inner.name}>."
            self.problem(inner.line, message)
        while len(self.stack) > depth:
            self.close()

    def close(self) -> None:
        section = self.stack.pop()
        node = Section(section.name, section.args, tuple(section.children), section.line)
        self.stack[-1].children.append(node)

    def words(self, line: int, text: str) -> tuple[str, ...]:
        matches = list(_WORD.finditer(text))
        if any(match["end"] == "" or match["stop"] == "" for match in matches):
            self.problem(line, "A quote is never closed, and the word reaches to the end of the line.")
        return tuple(_unquoted(match) for match in matches)


def _unquoted(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(r'\\(["\\])', r"\1", match["double"])
    if match["single"] is not None:
        return re.sub(r"\\(['\\])", r"\1", match["single"])
    return match["bare"].replace("\\\\", "\\")
