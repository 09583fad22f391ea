"""A picture of a cluster, read back: its boxes, lines and words, and whether any lies on another."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from xml.etree import ElementTree

from attrs import frozen

from oxconf.picture.paper import LARGE, NORMAL, SMALL, text_width

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"name": LARGE, "address": NORMAL, "title": NORMAL}


@frozen(order=False)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether both have ground in common; to touch is not enough."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


class Drawing:
    def __init__(self, text: str) -> None:
        self.root = ElementTree.fromstring(text)
        _, _, width, height = map(float, self.root.attrib["viewBox"].split())
        self.ground = Box(0, 0, width, height)
        self._rects = [(e.attrib["class"].split(), _rect(e)) for e in self.root.iter(f"{SVG}rect")]
        self._texts = [(_extent(e), "".join(e.itertext())) for e in self.root.iter(f"{SVG}text")]

    def child(self, name: str) -> str:
        return self.root.findtext(f"{SVG}{name}") or ""

    def of(self, style: str) -> list[Box]:
        """The boxes of a class."""
        return [box for styles, box in self._rects if style in styles]

    @property
    def cards(self) -> list[Box]:
        return self.of("card")

    @property
    def words(self) -> list[str]:
        return [text for _, text in self._texts]

    @property
    def titles(self) -> list[str]:
        """Titles of the frames; the users have none."""
        styled = [(e.attrib["class"].split(), "".join(e.itertext())) for e in self.root.iter(f"{SVG}text")]
        return [text for styles, text in styled if "title" in styles][1:]

    def card(self, name: str) -> Box:
        (found,) = [card for card in self.cards if self.words_in(card)[0] == name]
        return found

    def words_in(self, box: Box) -> list[str]:
        return [text for extent, text in self._texts if box.holds(extent)]

    def heads(self, style: str) -> list[Box]:
        """The heads of the arrows of a class."""
        return [
            _around(_points(e)) for e in self.root.iter(f"{SVG}polygon") if style in e.attrib["class"].split()
        ]

    def faults(self) -> list[str]:
        """What lies on something else, or outside."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        frames = self.of("frame")
        solid = [box for styles, box in self._rects if "frame" not in styles]
        for boxes, kind in ((frames, "frames"), (solid, "boxes")):
            for one, other in combinations(boxes, 2):
                if one.meets(other):
                    yield f"two {kind} overlap: {one} {other}"
        for card in self.cards + self.of("strip"):
            if not any(frame.holds(card) for frame in frames):
                yield f"outside of every frame: {card}"
        for floating in self.of("floating") + self.of("users"):
            if any(frame.meets(floating) for frame in frames):
                yield f"inside of a frame: {floating}"
        for extent, text in self._texts:
            if not self.ground.holds(extent):
                yield f"outside of the picture: {text}"
            if any(box.meets(extent) and not box.holds(extent) for box in (*solid, *frames)):
                yield f"over an edge: {text}"
        for (one, first), (other, second) in combinations(self._texts, 2):
            if one.meets(other):
                yield f"two texts overlap: {first} / {second}"
        for line in self._lines():
            if not self.ground.holds(line):
                yield f"a line leaves the picture: {line}"
            # What ends at a box touches it; what goes on inside of it crosses it.
            if any(box.meets(line) for box in solid):
                yield f"a line crosses a box: {line}"
            if any(extent.meets(line) for extent, _ in self._texts):
                yield f"a line crosses a text: {line}"

    def _lines(self) -> Iterator[Box]:
        """Every straight part of a line, as a box of no width."""
        for element in self.root.iter(f"{SVG}polyline"):
            if element.attrib["class"] == "rule":
                continue
            points = _points(element)
            for one, other in pairwise(points):
                assert one[0] == other[0] or one[1] == other[1], "a slanting line"
                yield _around([one, other])


def _rect(element: ElementTree.Element) -> Box:
    x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)


def _points(element: ElementTree.Element) -> list[tuple[float, float]]:
    pairs = (pair.split(",") for pair in element.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def _around(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _extent(element: ElementTree.Element) -> Box:
    """Where a line of text is, about: from the top of its capitals to a little below its baseline."""
    styles = element.attrib["class"].split()
    size = next((SIZES[style] for style in styles if style in SIZES), SMALL)
    wide = text_width("".join(element.itertext()), size, mono="name" in styles or "address" in styles)
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    left = x - wide if "end" in styles else x - wide / 2 if "middle" in styles else x
    return Box(left, y - 0.75 * size, left + wide, y + 0.2 * size)
