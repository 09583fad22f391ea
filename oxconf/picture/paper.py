"""Shapes and text of an SVG. Every text that comes from outside passes through `escape`."""

from collections.abc import Iterable
from html import escape as html_escape

SMALL, NORMAL, LARGE = 12, 13, 15
"""Sizes of text, in the units of the picture."""

LINE = 16
"""From one line of text to the next."""

ARROW = 7
"""Length of an arrow's head."""

_MONO = 0.61
_NARROW, _WIDE = frozenset("fijltrI.,:;'|!()[]/- "), frozenset("mwMW@%")


def escape(text: str) -> str:
    """Return a text for an element or an attribute. Control characters, which XML can not hold, become U+FFFD."""
    return html_escape("".join(char if char.isprintable() else "\ufffd" for char in text))


def text_width(text: str, size: int, *, mono: bool = False) -> float:
    """Return about how wide a text gets; wide fonts were measured, so most take less."""
    if mono:
        return len(text) * size * _MONO
    parts = (0.4 if char in _NARROW else 0.98 if char in _WIDE else 0.64 for char in text)
    return sum(parts) * size


def wrap(text: str, width: float, size: int, *, mono: bool = False) -> list[str]:
    """Return the lines of a text that fit into a width, broken at blanks, and inside a word that is too long."""
    lines, current = [], ""
    for word in text.split(" "):
        longer = f"{current} {word}" if current else word
        if text_width(longer, size, mono=mono) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        current = word
        while text_width(current, size, mono=mono) > width:
            fits = max(n for n in range(1, len(current)) if n == 1 or _fits(current[:n], width, size, mono))
            lines.append(current[:fits])
            current = current[fits:]
    return [*lines, current]


def _fits(text: str, width: float, size: int, mono: bool) -> bool:
    return text_width(text, size, mono=mono) <= width


class Paper:
    """Collects elements. Coordinates are whole or half units; y grows downwards."""

    def __init__(self) -> None:
        self._frames: list[str] = []
        self._elements: list[str] = []

    def __str__(self) -> str:
        return "\n".join((*self._frames, *self._elements))

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Add a ground that lies below everything else, whenever it is added."""
        self._frames.append(_rect("frame", x, y, width, height, 10))

    def rect(self, style: str, x: float, y: float, width: float, height: float, radius: int = 6) -> None:
        """Add a rectangle."""
        self._elements.append(_rect(style, x, y, width, height, radius))

    def line(self, style: str, *points: tuple[float, float]) -> None:
        """Add a line through some points."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._elements.append(f'<polyline class="{style}" points="{path}"/>')

    def arrow(self, style: str, *points: tuple[float, float]) -> None:
        """Add a line of horizontal and vertical parts with a head at its end."""
        *_, (x0, y0), (x1, y1) = points
        length = abs(x1 - x0) + abs(y1 - y0)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        base = (x1 - dx * ARROW, y1 - dy * ARROW)
        self.line(style, *points[:-1], base)
        half = ARROW / 2
        corners = [
            (x1, y1),
            (base[0] - dy * half, base[1] + dx * half),
            (base[0] + dy * half, base[1] - dx * half),
        ]
        path = " ".join(f"{x:g},{y:g}" for x, y in corners)
        self._elements.append(f'<polygon class="head {style}" points="{path}"/>')

    def text(self, style: str, x: float, y: float, text: str) -> None:
        """Add one line of text; y is its baseline. The style says its size and where it is anchored."""
        self._elements.append(f'<text class="{style}" x="{x:g}" y="{y:g}">{escape(text)}</text>')

    def block(self, style: str, x: float, y: float, lines: Iterable[str], step: int = LINE) -> float:
        """Add lines of text below each other, the first with its baseline at y. Return where the next would be."""
        for line in lines:
            self.text(style, x, y, line)
            y += step
        return y


def _rect(style: str, x: float, y: float, width: float, height: float, radius: int) -> str:
    return f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}"/>'
