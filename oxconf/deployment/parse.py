"""TOML text to plain values, with one line that says where it fails."""

import re
import tomllib
from typing import Any

from oxconf.deployment.locate import Path, locate, nearest
from oxconf.deployment.mistakes import InputError, SourceText

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


def parse(source: SourceText) -> dict[str, Any]:
    """Return the values of a TOML text. Raises InputError with one line: file, line, column and what is wrong.

    The line does not repeat the text: it may hold a secret.
    """
    wrong = ""
    try:
        tree = tomllib.loads(source.text)
    except RecursionError:
        wrong = _at_match(source, rf"(?:[\[{{]\s*){{{DEEPEST}}}") + "nested too deeply"
    except tomllib.TOMLDecodeError as error:
        wrong = _message(source, error)
    except ValueError:
        # Python refuses to convert decimal numbers of more than 4300 digits; tomllib lets that through.
        wrong = _at_match(source, r"[0-9_]{4000}") + "a number with too many digits"
    # Raised out here, the error does not carry tomllib's along, which keeps the whole text from Python 3.14 on.
    if wrong:
        raise InputError(wrong)
    if deep := _too_deep(tree):
        at = nearest(locate(source.text), deep).value
        raise InputError(f"{source.name}:{at.line}:{at.column}: nested too deeply")
    return tree


def _message(source: SourceText, error: tomllib.TOMLDecodeError) -> str:
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
    return f"{source.name}:{line}:{column}: not valid TOML: {plain or text[:1].lower() + text[1:]}"


def _at_match(source: SourceText, pattern: str) -> str:
    """Return the place where a pattern first matches, for errors that come without one."""
    match = re.search(pattern, source.text)
    at = match.start() if match else 0
    line = source.text.count("\n", 0, at) + 1
    return f"{source.name}:{line}:{at - source.text.rfind(chr(10), 0, at)}: "


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
