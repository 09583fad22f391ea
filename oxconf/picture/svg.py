"""The picture of a cluster as an SVG: it fits the theme that it stands in, and stands alone as well."""

from attrs import frozen

from oxconf.deployment.model import Deployment
from oxconf.picture.flows import Flow, Service
from oxconf.picture.paper import LARGE, LINE, NORMAL, SMALL, Paper, escape, wrap
from oxconf.picture.scene import Bus, Card, Link, Look, Scene, Stage, scene
from oxconf.picture.words import describe

WIDTH = 688
"""Units; what the theme's text column is wide, so that a unit is a pixel there."""

LEFT, RIGHT = 4, 648
"""Edges of the frames; what is beyond the right one is left to lines that pass by a stage."""

BESIDE = 668
INSET = 14
CARD_WIDTH, CARD_GAP, CARD_INSET = 196, 14, 10
NAME_LINE = 18
RULE = 11
"""Height of what separates two parts of a card."""
CONNECTOR = 22
LABEL = 30
"""Height of the label of a line that passes by a stage, with the gaps around it."""
IN_A_ROW = 3
SPINE = LEFT + INSET / 2
MIDDLE = (LEFT + RIGHT) / 2

# The names are the theme's. Where it is absent, the values behind the commas serve: 7:1 and more for text, 3:1 and
# more for lines, against the ground below, in both modes.
STYLE = """\
.oxconf-topology{max-width:100%;min-width:640px;height:auto;font-family:system-ui,sans-serif;font-size:12px;\
--ox-fg:var(--md-default-fg-color,#222);--ox-bg:var(--md-default-bg-color,#fff);\
--ox-frame:var(--md-code-bg-color,#f4f4f6);--ox-line:var(--md-default-fg-color--light,#666);\
--ox-strong:var(--md-typeset-a-color,#3b4cb8);background:var(--ox-bg)}
@media (prefers-color-scheme:dark){.oxconf-topology{\
--ox-fg:var(--md-default-fg-color,#e8e8ea);--ox-bg:var(--md-default-bg-color,#1c1e24);\
--ox-frame:var(--md-code-bg-color,#26282f);--ox-line:var(--md-default-fg-color--light,#a0a2a8);\
--ox-strong:var(--md-typeset-a-color,#93a5ff)}}
.oxconf-topology text{fill:var(--ox-fg)}
.oxconf-topology .name,.oxconf-topology .address{font-family:ui-monospace,monospace}
.oxconf-topology .name{font-size:15px;font-weight:700}
.oxconf-topology .address,.oxconf-topology .title{font-size:13px}
.oxconf-topology .title,.oxconf-topology .heading{font-weight:700}
.oxconf-topology .middle{text-anchor:middle}
.oxconf-topology .end{text-anchor:end}
.oxconf-topology rect{fill:var(--ox-bg);stroke:var(--ox-line)}
.oxconf-topology .frame{fill:var(--ox-frame);stroke:none}
.oxconf-topology .writer,.oxconf-topology .floating{stroke:var(--ox-strong);stroke-width:2.5}
.oxconf-topology .aside{stroke-dasharray:5 3}
.oxconf-topology polyline{fill:none;stroke:var(--ox-line);stroke-width:1.5}
.oxconf-topology .rule{stroke-width:.5}
.oxconf-topology .galera{stroke:var(--ox-strong);stroke-width:2.5}
.oxconf-topology .replication{stroke:var(--ox-strong);stroke-width:1.5;stroke-dasharray:5 3}
.oxconf-topology .caches{stroke-dasharray:1.5 3}
.oxconf-topology polygon{fill:var(--ox-line)}
.oxconf-topology polygon.galera,.oxconf-topology polygon.replication{fill:var(--ox-strong);stroke:none}"""


def draw(deployment: Deployment) -> str:
    """Return a complete SVG element. Its `<desc>` is the text of `describe`; it names no file and runs no script."""
    paper = Paper()
    drawing = _Drawing(paper, scene(deployment))
    width, height = drawing.width, drawing.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="oxconf-topology" role="img" '
        f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">\n'
        f"<title>{escape(f'Topology of the cluster {deployment.name}')}</title>\n"
        f"<desc>{escape(' '.join(describe(deployment).splitlines()))}</desc>\n"
        f"<style>\n{STYLE}\n</style>\n{paper}\n</svg>\n"
    )


@frozen
class _Text:
    """The lines of a card, ready to be placed."""

    name: list[str]
    address: list[str]
    parts: list[list[tuple[str, str]]]
    """Style and line."""

    @property
    def height(self) -> float:
        lines = len(self.address) + sum(len(part) for part in self.parts)
        return 14 + len(self.name) * NAME_LINE + lines * LINE + len(self.parts) * RULE


def _text_of(card: Card) -> _Text:
    width = CARD_WIDTH - 2 * CARD_INSET
    parts = [_styled(part, width) for part in card.parts]
    return _Text(
        wrap(card.name, width, LARGE, mono=True), wrap(card.address, width, NORMAL, mono=True), parts
    )


def _styled(texts: tuple[str, ...], width: float) -> list[tuple[str, str]]:
    """Return style and line: the first text is the heading of the others."""
    return [
        ("detail" if index else "heading", line)
        for index, text in enumerate(texts)
        for line in wrap(text, width, SMALL)
    ]


class _Drawing:
    """Places the stages of a scene from top to bottom."""

    def __init__(self, paper: Paper, shown: Scene) -> None:
        self._paper = paper
        self._y = 4.0
        self._users()
        above: tuple[Service, ...] = (Service.USERS,)
        middles: dict[Service, float] = {}
        self.width = RIGHT + LEFT
        for stage in shown.stages:
            flows = [flow for flow in shown.flows if flow.target in stage.services]
            self._flows([flow for flow in flows if flow.source in above])
            far = [flow for flow in flows if flow.source not in (*above, *stage.services)]
            if far:
                self.width = WIDTH
                self._y += LABEL
            top = self._y
            self._stage(stage)
            middle = (top + self._y) / 2
            for flow in far:
                self._pass_by(flow, middles[flow.source], top, middle)
            middles |= dict.fromkeys(stage.services, middle)
            above = stage.services
        self.height = self._y + 4

    def _users(self) -> None:
        self._paper.rect("users", MIDDLE - 90, self._y, 180, 44, 22)
        self._paper.text("title middle", MIDDLE, self._y + 19, Service.USERS.value)
        self._paper.text("detail middle", MIDDLE, self._y + 35, "browsers and devices")
        self._y += 44

    def _flows(self, flows: list[Flow]) -> None:
        """Draw the calls between the last stage and the next, beside each other."""
        if not flows:
            return
        column = (RIGHT - LEFT) / len(flows)
        width = column - 48 if len(flows) > 1 else column / 2 - 12
        labels = [_styled(flow.lines, width) for flow in flows]
        wide = min(column - 12, 400)
        bars = [_styled(flow.address, wide - 24) for flow in flows]
        first = max(len(label) for label in labels) * LINE + 14
        bar = max(len(lines) for lines in bars) * LINE + 14
        total = first + (bar + 26 if any(flow.address for flow in flows) else 0)
        top = self._y
        for index, (label, lines) in enumerate(zip(labels, bars, strict=True)):
            left = LEFT + index * column
            x = MIDDLE if len(flows) == 1 else left + 28
            self._lines(x + 10, top + 16, label)
            if not lines:
                self._paper.arrow("flow", (x, top), (x, top + total))
                continue
            self._paper.arrow("flow", (x, top), (x, top + first))
            height = len(lines) * LINE + 12
            edge = MIDDLE - wide / 2 if len(flows) == 1 else left + 6
            self._paper.rect("floating", edge, top + first, wide, height, 12)
            self._lines(edge + wide / 2, top + first + 18, lines, "middle")
            self._paper.arrow("flow", (x, top + first + height), (x, top + total))
        self._y += total

    def _pass_by(self, flow: Flow, start: float, top: float, end: float) -> None:
        self._paper.arrow("flow", (RIGHT, start), (BESIDE, start), (BESIDE, end), (RIGHT, end))
        self._paper.text("heading end", BESIDE - 8, top - 8, "; ".join(flow.lines))

    def _stage(self, stage: Stage) -> None:
        top = self._y
        width = RIGHT - LEFT - 2 * INSET
        self._y = self._paper.block("title", LEFT + INSET, top + 22, wrap(stage.title, width, NORMAL))
        for note in stage.notes:
            self._y = self._paper.block("detail", LEFT + INSET, self._y, wrap(note, width, SMALL))
        self._y -= 6
        rows = _rows(stage.cards)
        spine = []
        for row in rows:
            centres = self._row(row)
            if stage.bus is None:
                self._y += CARD_GAP
                continue
            link, bottom = stage.bus.link.value, self._y + CONNECTOR
            for card, x in zip(row, centres, strict=True):
                _connect(self._paper, stage.bus.link, card, x, self._y, bottom)
            self._y = bottom
            if row is not rows[-1]:
                self._paper.line(link, (SPINE, bottom), (centres[-1], bottom))
                spine.append(bottom)
                self._y += CARD_GAP
        if stage.bus is not None:
            self._strip(stage.bus, spine)
        self._paper.frame(LEFT, top, RIGHT - LEFT, self._y - top)

    def _row(self, cards: tuple[Card, ...]) -> list[float]:
        """Draw cards beside each other, all as high as the highest, and return where their middles are."""
        texts = [_text_of(card) for card in cards]
        height = max(text.height for text in texts)
        left = MIDDLE - (len(cards) * (CARD_WIDTH + CARD_GAP) - CARD_GAP) / 2
        places = [left + index * (CARD_WIDTH + CARD_GAP) for index in range(len(cards))]
        for card, text, x in zip(cards, texts, places, strict=True):
            self._card(card, text, x, height)
        self._y += height
        return [x + CARD_WIDTH / 2 for x in places]

    def _card(self, card: Card, text: _Text, x: float, height: float) -> None:
        self._paper.rect(f"card {card.look.value}", x, self._y, CARD_WIDTH, height)
        inside, y = x + CARD_INSET, self._y + 22
        y = self._paper.block("name", inside, y, text.name, NAME_LINE)
        y = self._paper.block("address", inside, y, text.address)
        for part in text.parts:
            self._paper.line("rule", (x, y - 8), (x + CARD_WIDTH, y - 8))
            y = self._lines(inside, y + RULE - 1, part) + 1

    def _strip(self, bus: Bus, spine: list[float]) -> None:
        """Draw what the rows share below the last one; the rows above reach it by a line on the left."""
        lines = _styled(bus.lines, RIGHT - LEFT - 2 * INSET - 24)
        height = len(lines) * LINE + 10
        style = bus.link.value
        self._paper.rect(f"strip {style}", LEFT + INSET, self._y, RIGHT - LEFT - 2 * INSET, height)
        self._lines(MIDDLE, self._y + 17, lines, "middle")
        if spine:
            middle = self._y + height / 2
            self._paper.line(style, (SPINE, spine[0]), (SPINE, middle), (LEFT + INSET, middle))
        self._y += height + INSET

    def _lines(self, x: float, y: float, lines: list[tuple[str, str]], anchor: str = "start") -> float:
        for style, line in lines:
            self._paper.text(f"{style} {anchor}", x, y, line)
            y += LINE
        return y


def _rows(cards: tuple[Card, ...]) -> list[tuple[Card, ...]]:
    """Return the cards row by row: one row where they fit, else those aside on rows of their own."""
    if len(cards) <= IN_A_ROW:
        return [cards]
    groups = (
        [card for card in cards if card.look is not Look.ASIDE],
        [card for card in cards if card.look is Look.ASIDE],
    )
    rows: list[tuple[Card, ...]] = []
    for group in groups:
        count = -(-len(group) // IN_A_ROW)
        for left in range(count, 0, -1):
            # Rows differ by one card at most, and the shorter ones come last.
            length = -(-len(group) // left)
            rows.append(tuple(group[:length]))
            group = group[length:]
    return rows


def _connect(paper: Paper, link: Link, card: Card, x: float, top: float, bottom: float) -> None:
    """Draw the line from a card down to what it shares with the others."""
    if link is Link.CACHES:
        paper.line(link.value, (x, top), (x, bottom))
    elif link is Link.REPLICATION and card.look is Look.WRITER:
        paper.arrow(link.value, (x, top), (x, bottom))
    elif link is Link.REPLICATION:
        paper.arrow(link.value, (x, bottom), (x, top))
    else:
        middle = (top + bottom) / 2
        paper.arrow(link.value, (x, middle), (x, top))
        paper.arrow(link.value, (x, middle), (x, bottom))
