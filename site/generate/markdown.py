"""Texts of the code as Markdown: nothing in them can end a table's cell, begin a tag or become emphasis."""

import inspect
import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[^\w\s.,;:/'\"()?%=+@-]", re.ASCII)
"""What Markdown or HTML could take for more than a character; an underscore inside of a word is only one."""
_LINE_START = re.compile(r"^([0-9]*)([-+=:.)?])")
"""The beginning of a line that would be a list, a definition, an underline or a block that opens."""
_CODE = re.compile(r"`([^`]+)`")


def escape(text: str) -> str:
    """Return one line of plain text that shows exactly these characters."""
    return _begun(_entities(" ".join(text.split())))


def code(text: str) -> str:
    """Return a text in the typeface of code, in a sentence or in a cell; line ends become blanks."""
    line = " ".join(text.split())
    if not line:
        return ""
    if re.search(r"[`|\\]", line):
        return f"<code>{_entities(line)}</code>"
    return f"`{line}`"


def prose(text: str) -> str:
    """Return a sentence whose parts between backticks are code, as docstrings have them."""
    parts = _CODE.split(" ".join(text.split()))
    return _begun("".join(code(part) if index % 2 else _entities(part) for index, part in enumerate(parts)))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fence(
    text: str,
    language: str = "text",
    title: str = "",
    *,
    first: int = 0,
    marks: str = "",
    wrapped: bool = False,
) -> str:
    """Return a block of code; with `first`, lines are numbered from there, and those of `marks` stand out.

    `marks` are numbers of lines of the block, with blanks between them. Long lines are broken where it is `wrapped`.
    """
    runs = [len(run) for run in re.findall(r"`{3,}", text)]
    ticks = "`" * max([3, *(run + 1 for run in runs)])
    # Without that mode, the entities would be shown.
    options = {"title": _attribute(title), "title_mode": "html" if title else ""}
    options |= {"linenums": str(first or ""), "hl_lines": marks}
    named = "".join(f' {name}="{value}"' for name, value in options.items() if value)
    head = f" {{ .{language} .wrapped{named} }}" if wrapped else f"{language}{named}"
    return f"{ticks}{head}\n{text.rstrip()}\n{ticks}"


def details(title: str, body: str) -> str:
    """Return a block that opens when somebody wants it; `body` is Markdown."""
    indented = "\n".join(f"    {line}".rstrip() for line in body.splitlines())
    return f'??? note "{_attribute(title)}"\n\n{indented}'


def anchor(text: str) -> str:
    """Return the fragment under which a name is found: the name itself, with hyphens for what links can not hold."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-")


def heading(level: int, name: str, fragment: str = "", *, hidden: bool = False) -> str:
    """Return a heading; `name` is Markdown. What is hidden is left out of the search, its part included."""
    marks = ([f"#{fragment}"] if fragment else []) + (["data-search-exclude"] if hidden else [])
    return f"{'#' * level} {name}" + (f" {{ {' '.join(marks)} }}" if marks else "")


def document(*blocks: str) -> str:
    """Return a page of its blocks; empty ones are left out."""
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n"


def sought(page: str) -> str:
    """Return a page that stands before others in the search: who types a name of it wants its entry first."""
    return f"---\nsearch:\n  boost: 2\n---\n\n{page}"


def docstring(text: str) -> str:
    """Return the paragraphs of a docstring; what is indented is code."""
    blocks: list[str] = []
    examples: list[str] = []
    for block in [*re.split(r"\n[ \t]*\n", inspect.cleandoc(text)), ""]:
        if block and all(line.startswith("    ") for line in block.splitlines()):
            examples.append(inspect.cleandoc(block))
            continue
        if examples:
            blocks.append(fence("\n\n".join(examples), "python"))
            examples = []
        blocks.append(prose(block))
    return "\n\n".join(filter(None, blocks))


def _entities(text: str) -> str:
    return _SPECIAL.sub(lambda match: match[0] if ord(match[0]) > 127 else f"&#{ord(match[0])};", text)


def _attribute(text: str) -> str:
    """Return one line of text to stand between quotes."""
    return _entities(" ".join(text.split())).replace('"', "&#34;")


def _begun(line: str) -> str:
    return _LINE_START.sub(lambda match: f"{match[1]}&#{ord(match[2])};", line)
