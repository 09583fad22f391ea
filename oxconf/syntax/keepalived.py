r"""keepalived.conf(5) as keepalived 2.2 reads it: keyword lines, `{ }` blocks, comments from `#` or `!`.

Only `"` quotes, and nothing is escaped in it. For some keywords, the scripts among them, keepalived cuts
the line a second time by other rules, where `'` quotes and a backslash escapes as well: `Node.words` are
always those of the first kind, and `quote` writes only what both read alike. Definitions, `@` conditions,
`~SEQ` and `include` are nodes like all others, and nothing is replaced.
"""

import re
from collections.abc import Iterator

from attrs import field, frozen

from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax._lines import refuse, shortened, split

__all__ = ["Document", "Node", "Unwritable", "parse", "quote", "render"]

LONGEST_LINE = 1023
"""Bytes of a line with its end; keepalived reads what is longer as two lines (MAXBUF in its parser.h)."""

LONGEST_VALUE = 900
"""Bytes of a value, which leaves room on the line for a keyword."""

_LF = re.compile(r"\n")
_MARK = re.compile(r'\\.?|["!#]', re.DOTALL)
_WORD = re.compile(r'"(?P<quoted>[^"]*)"|(?P<bare>[^ \t\n\r\f\v"]+)|(?P<unclosed>")')
_UP_TO_BRACE = re.compile(r'(?:[^"{}$]|"[^"]*"|\$\{[A-Za-z_][A-Za-z0-9_]*[ 0-9]*\}|\$)*')
_DEFINITION = re.compile(r"(?:@[^ \t]+[ \t]+)?\$[A-Za-z_][A-Za-z0-9_]*=")
_INCLUDE = re.compile(r"(include[rmwba]?)[ \t\f\v\r]+(.*)", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:\{|[A-Za-z_][A-Za-z0-9_]*[ \t,)])")
_BARE = re.compile(r"(?!include)[A-Za-z0-9_./:,%+=*-][A-Za-z0-9_./:,%+=*@-]*")


@frozen
class Node:
    """A line of words; `children` are the lines of the block that it opens, None when it opens none."""

    words: tuple[str, ...]
    children: "tuple[Node, ...] | None" = None
    line: int = field(default=0, eq=False)


@frozen
class Document:
    """A keepalived configuration. `source` is its text, `children` are the outermost lines in file order."""

    source: str = field(repr=False)
    children: tuple[Node, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find(self, keyword: str) -> Iterator[tuple[Node, tuple[Node, ...]]]:
        """All lines with that first word in file order, each with the blocks around it, outermost first."""
        # A stack of its own, because no depth of nesting may exhaust Python's.
        levels: list[tuple[Iterator[Node], tuple[Node, ...]]] = [(iter(self.children), ())]
        while levels:
            nodes, enclosing = levels[-1]
            node = next(nodes, None)
            if node is None:
                levels.pop()
                continue
            if node.words[:1] == (keyword,):
                yield node, enclosing
            if node.children:
                levels.append((iter(node.children), (*enclosing, node)))


def parse(text: str) -> Document:
    """Reads any text. What keepalived reports, or reads otherwise than it looks, is a problem."""
    return _Reader(text).read()


def render(document: Document) -> str:
    """The text that the document was read from."""
    return document.source


def quote(value: str) -> str:
    """The value as one whole word, in double quotes where it needs them.

    The word must stand alone: to keepalived `a"b c"` is two words.

    Raises Unwritable for double quotes, backslashes (keywords differ in how they read them), line breaks,
    NUL, what UTF-8 cannot encode, a brace alone (a block bracket even in quotes), references to definitions
    (replaced even in quotes), and more than `LONGEST_VALUE` bytes.
    """
    refuse(value, '"\\\r\n', "keepalived.conf")
    if value in ("{", "}"):
        raise Unwritable(f"keepalived takes the word {value!r} for the bracket of a block, even in quotes")
    if _REFERENCE.search(value):
        raise Unwritable(f"keepalived would replace the definition in {shortened(value)}, even in quotes")
    if len(value.encode()) > LONGEST_VALUE:
        raise Unwritable(
            f"keepalived.conf cannot hold a value of more than {LONGEST_VALUE} bytes: {shortened(value)}"
        )
    if _BARE.fullmatch(value):
        return value
    return f'"{value}"'


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        # The blocks that are open, the file itself first, with the nodes that they have so far.
        self.stack: list[tuple[Node, list[Node]]] = [(Node(()), [])]

    def read(self) -> Document:
        definition: Node | None = None
        for line in split(self.text, _LF):
            content, continues = self.content(line.number, line.body, line.end)
            # A blank line ends a definition of many lines, a comment does not.
            if definition and (content or not line.body.strip("\r")):
                words = definition.words + self.words(line.number, content)
                self.replace_last(definition := Node(words, None, definition.line))
                definition = definition if continues else None
            elif _DEFINITION.match(content):
                node = Node(self.words(line.number, content), None, line.number)
                self.add(node)
                definition = node if continues else None
            elif match := _INCLUDE.match(content):
                self.add(Node(match.groups(), None, line.number))
            elif content:
                self.line(line.number, f"{content}\\" if continues else content)
            elif continues:
                self.line(line.number, "\\")
        for block, _ in self.stack[1:]:
            self.problem(block.line, "The block is never closed; add '}'.")
        while len(self.stack) > 1:
            self.close()
        self.problems.sort(key=lambda problem: problem.line)
        return Document(self.text, tuple(self.stack[0][1]), tuple(self.problems))

    def problem(self, line: int, message: str) -> None:
        problem = Problem(line, message)
        if problem not in self.problems[-2:]:
            self.problems.append(problem)

    def content(self, line: int, body: str, end: str) -> tuple[str, bool]:
        """What the line holds besides blanks and comments, and whether it ends with a backslash."""
        if len((body + end).encode("utf-8", "surrogatepass")) > LONGEST_LINE:
            self.problem(
                line, f"The line has more than {LONGEST_LINE} bytes, and keepalived reads it as two."
            )
        body, nul, _ = body.partition("\0")
        if nul:
            self.problem(line, "The line has a NUL character, and keepalived ignores the rest of it.")
        body = body.rstrip("\r").lstrip(" \t")
        pieces: list[str] = []
        start = 0
        stop: int | None = None
        quoted = False
        continues = False
        for match in _MARK.finditer(body):
            mark = match.group()
            if mark == '"' and stop is None:
                quoted = not quoted
            elif mark == "\\":
                continues = True
                stop = match.start() if stop is None else stop
            elif mark in ("\\#", "\\!") and not quoted and stop is None:
                pieces.append(body[start : match.start()])
                start = match.start() + 1
            elif mark in ("#", "!") and not quoted and stop is None:
                stop = match.start()
        if quoted:
            self.problem(line, 'The quote " is never closed.')
        return ("".join(pieces) + body[start:stop]).rstrip(" \t"), continues

    def line(self, number: int, content: str) -> None:
        rest = content
        while rest:
            bracket = rest[0]
            if bracket in "{}":
                rest = rest[1:].lstrip(" \t")
                if bracket == "{":
                    self.open(number)
                elif len(self.stack) > 1:
                    self.close()
                else:
                    self.problem(number, "'}' closes no block.")
                continue
            match = _UP_TO_BRACE.match(rest)
            cut = match.end() if match else 0
            # An unclosed quote hides all brackets behind it.
            if rest[cut : cut + 1] == '"':
                cut = len(rest)
            words = self.words(number, rest[:cut])
            if words:
                self.add(Node(words, None, number))
            rest = rest[cut:]

    def words(self, line: int, content: str) -> tuple[str, ...]:
        words: list[str] = []
        for match in _WORD.finditer(content):
            if match["unclosed"]:
                self.problem(line, 'The quote " is never closed.')
                break
            word: str = match["bare"] if match["quoted"] is None else match["quoted"]
            if match["quoted"] in ("{", "}"):
                self.problem(line, f'keepalived takes "{word}" for the bracket of a block, even in quotes.')
            words.append(word)
        return tuple(words)

    def add(self, node: Node) -> None:
        self.stack[-1][1].append(node)

    def replace_last(self, node: Node) -> None:
        self.stack[-1][1][-1] = node

    def open(self, line: int) -> None:
        siblings = self.stack[-1][1]
        if siblings and siblings[-1].children is None:
            self.stack.append((siblings.pop(), []))
        else:
            self.problem(line, "'{' opens a block without a keyword before it.")
            self.stack.append((Node((), None, line), []))

    def close(self) -> None:
        head, children = self.stack.pop()
        self.add(Node(head.words, tuple(children), head.line))
