"""Marked blocks inside a file that belongs to the machine, such as /etc/hosts or /etc/fstab.

A block is the lines from `BEGIN` to `END`, both included. Everything outside of it stays as it is.
"""

import re

from oxconf.syntax._base import Unwritable

BEGIN = "# BEGIN oxconf"
END = "# END oxconf"

_MARKER = re.compile(rf"^({BEGIN}|{END})[ \t]*\r?$", re.MULTILINE)


def wrap(body: str) -> str:
    """The block around `body`, which gets a last line end when it has none.

    Raises Unwritable when a line of the body is a marker itself.
    """
    if _MARKER.search(body):
        raise Unwritable(f"a marked block cannot hold a line {BEGIN!r} or {END!r} in its body")
    if body and not body.endswith("\n"):
        body += "\n"
    return f"{BEGIN}\n{body}{END}\n"


def extract(text: str) -> str | None:
    """The body of the block in `text`, None when there is no block. Raises ValueError as `replace` does."""
    span = _span(text)
    if span is None:
        return None
    lines = text[slice(*span)].split("\n")
    last = -2 if not lines[-1] else -1
    return "".join(f"{line}\n" for line in lines[1:last])


def replace(text: str, block: str) -> str:
    """`text` with `block` (from `wrap`) in the place of the block that it has, or else at its end.

    Raises ValueError when `block` is no block, and when the markers in `text` are not one `BEGIN` and one
    `END` in this order, because then nobody knows which lines belong to the machine.
    """
    if _span(block) != (0, len(block)) or not block.endswith("\n"):
        raise ValueError(f"The new block must be the lines from {BEGIN!r} to {END!r} and nothing else.")
    span = _span(text)
    if span is None:
        gap = "" if not text or text.endswith("\n") else "\n"
        return text + gap + block
    return text[: span[0]] + block + text[span[1] :]


def _span(text: str) -> tuple[int, int] | None:
    """Where the block begins, and where it ends behind its last line end."""
    markers = list(_MARKER.finditer(text))
    if not markers:
        return None
    lines = [text.count("\n", 0, marker.start()) + 1 for marker in markers]
    names = [marker.group(1) for marker in markers]
    if names != [BEGIN, END]:
        found = ", ".join(f"{name!r} in line {line}" for name, line in zip(names, lines, strict=True))
        raise ValueError(f"One {BEGIN!r} and one {END!r} below it are expected, found: {found}.")
    start, end = markers[0].start(), markers[1].end()
    return start, end + 1 if text.startswith("\n", end) else end
