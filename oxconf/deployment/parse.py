"""TOML text to plain values, with a message that says where it fails."""

import re
import tomllib
from typing import Any

from oxconf.deployment.locate import Path, Position, locate, nearest
from oxconf.deployment.mistakes import InputError, SourceText, excerpt

DEEPEST = 16
"""How deep values may nest: a cluster file needs four steps, and nobody should meet Python's recursion limit."""

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)

_PLAIN_WORDS = {
    "Cannot overwrite a value": "this key is there already",
    "Duplicate inline table key": "this key is there already",
    "Cannot declare": "this table is there already",
    "Cannot mutate": "this table or list was complete already",
    "Cannot redefine": "this table is there already",
    "Illegal character '\\n'": "the line ends inside a string",
    "Illegal character": "a control character stands here",
    "Found invalid character": "a control character stands here",
    "Invalid value": "no value stands here; text needs quotes",
    "Expected newline or end of document": "more stands here than one value; text needs quotes",
    "Expected '=' after a key": "a key needs = behind it",
    "Invalid initial character for a key part": "expected a key",
    "Unescaped '\\'": "a backslash in a string must be doubled",
}
"""What tomllib's messages begin with, and how a person would say it."""

_TWICE = ("this key is there already", "this table is there already")
_KEY = re.compile(r"\s*[^\s\[#][^=]*=")
_MARKER = "oxconf-looks-for-this-table"

_Wrong = tuple[Position, str]


def parse(source: SourceText, *, private: bool = False) -> dict[str, Any]:
    """Return the values of a TOML text. Raises InputError with file, line, column and what is wrong, above the line.

    The line of a `private` text is not repeated: it may hold a secret.
    """
    wrong: _Wrong | None = None
    try:
        tree = tomllib.loads(source.text)
    except RecursionError:
        wrong = _match(source, rf"(?:[\[{{]\s*){{{DEEPEST}}}"), "nested too deeply"
    except tomllib.TOMLDecodeError as error:
        wrong = _explained(source, error)
    except ValueError:
        # Python refuses to convert decimal numbers of more than 4300 digits; tomllib lets that through.
        wrong = _match(source, r"[0-9_]{4000}"), "a number with too many digits"
    else:
        if deep := _too_deep(tree):
            wrong = nearest(locate(source.text), deep).value, "nested too deeply"
    # Raised out here, the error does not carry tomllib's along, which keeps the whole text from Python 3.14 on.
    if wrong is not None:
        at, why = wrong
        line = source.lines[at.line - 1]
        shown = excerpt(line, at.column) if line.strip() and not private else ""
        raise InputError(f"{source.name}:{at.line}:{at.column}: {why}{shown}")
    return tree


def _explained(source: SourceText, error: tomllib.TOMLDecodeError) -> _Wrong:
    match = _PLACE.fullmatch(str(error))
    text = match[1] if match else str(error)
    if match and match[2]:
        line, column = int(match[2]), int(match[3])
    else:
        lines = source.lines
        line, column = len(lines), len(lines[-1]) + 1
    # From Python 3.14 on the exception says it in attributes.
    line, column = getattr(error, "lineno", line), getattr(error, "colno", column)
    plain = next((words for start, words in _PLAIN_WORDS.items() if text.startswith(start)), None)
    here = source.text.split("\n")[line - 1][column - 1 : column]
    if here and not here.isprintable() and here != "\t":
        plain = "a control character stands here"
    elif "end of document" in str(error) and text.startswith(("Invalid value", "Un")):
        plain = "the file ends inside a value"
    at = Position(line, column)
    if plain in _TWICE and (twice := _both(source, line)):
        at, first = twice
        plain = f"{plain}, in line {first.line}"
    return at, f"not valid TOML: {plain or text[:1].lower() + text[1:]}"


def _both(source: SourceText, line: int) -> tuple[Position, Position] | None:
    """Return where the name in a line stands and where it stood before; None where that is not easily told."""
    above, text = source.lines[: line - 1], source.lines[line - 1]
    key = _KEY.match(text)
    try:
        before = locate("\n".join([*above, f"{_MARKER} = 0"]))
        [*_, (path, spot)] = locate(f"{key[0]} 0" if key else text).items()
    except ValueError:
        return None
    if key:
        table = [each[:-1] for each in before if each[-1] == _MARKER]
        path = (*(table[0] if table else ()), *path)
    while path and isinstance(path[-1], int):
        path = path[:-1]
    first = before.get(path)
    if first is None:
        return None
    return Position(line, (spot.key if key else spot.value).column), first.key if key else first.value


def _match(source: SourceText, pattern: str) -> Position:
    """Return the place where a pattern first matches, for errors that come without one."""
    match = re.search(pattern, source.text)
    at = match.start() if match else 0
    line = source.text.count("\n", 0, at) + 1
    return Position(line, at - source.text.rfind("\n", 0, at))


def _too_deep(tree: dict[str, Any]) -> Path:
    """Return the path of a value that lies deeper than DEEPEST, or the empty one."""
    level: list[tuple[Path, Any]] = [((), tree)]
    for _ in range(DEEPEST):
        level = [
            ((*path, step), child)
            for path, node in level
            for step, child in (node.items() if isinstance(node, dict) else enumerate(node))
            if isinstance(child, (dict, list))
        ]
    return level[0][0] if level else ()
