"""Plots of a report as SVG elements that follow the width and the palette of the page around them.

Places along the width are percentages and heights are pixels, so that text keeps its size on a phone. `STYLE` belongs
once into each page that has one of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lab import words
from lab.results import Report, Result, Series, shown
from oxconf.picture.paper import LINE, NORMAL, escape, wrap

LONGEST = 15.0
"""Seconds: what may take longer, as a boot does, is in the table alone, or the others could not be told apart."""

NARROW = 340
"""Width in pixels that a label has on a phone; fonts are narrower than they are taken for."""

BAR, PANEL = 14, 90
"""Heights in pixels."""

# The names are those of the site's theme; the values behind the commas serve where it is absent. Text has 4.5:1 and
# more, bars and marks 3:1, on the ground of the page, in both palettes.
LIGHT = "--lab-kept:#2f5fd0;--lab-missed:#9a5b00;--lab-failed:#b3261e"
DARK = "--lab-kept:#7da6f2;--lab-missed:#e3a23c;--lab-failed:#ff8a80"
STYLE = f"""\
.oxconf-lab{{display:block;width:100%;max-width:44rem;font:13px system-ui,sans-serif;overflow:visible;{LIGHT};\
--lab-fg:var(--md-default-fg-color,#222);--lab-dim:var(--md-default-fg-color--light,#5c5c5c)}}
@media (prefers-color-scheme:dark){{.oxconf-lab{{{DARK};\
--lab-fg:var(--md-default-fg-color,#e8e8ea);--lab-dim:var(--md-default-fg-color--light,#a9abb1)}}}}
[data-md-color-scheme=default] .oxconf-lab{{{LIGHT}}}
[data-md-color-scheme=slate] .oxconf-lab{{{DARK}}}
.oxconf-lab text{{fill:var(--lab-fg)}}
.oxconf-lab .dim{{fill:var(--lab-dim)}}
.oxconf-lab .middle{{text-anchor:middle}}
.oxconf-lab .end{{text-anchor:end}}
.oxconf-lab line{{stroke:var(--lab-dim)}}
.oxconf-lab .grid{{stroke-opacity:.3}}
.oxconf-lab .limit{{stroke:var(--lab-fg);stroke-width:3}}
.oxconf-lab .worst{{stroke:var(--lab-fg);stroke-width:1.5}}
.oxconf-lab circle{{fill:var(--lab-fg)}}
.oxconf-lab .fault{{stroke:var(--lab-failed);stroke-width:2;stroke-dasharray:4 3}}
.oxconf-lab .kept{{fill:var(--lab-kept)}}
.oxconf-lab .missed{{fill:var(--lab-missed)}}
.oxconf-lab .failed{{fill:var(--lab-failed)}}
.oxconf-lab polyline{{fill:none;stroke:var(--lab-kept);stroke-width:1.5;vector-effect:non-scaling-stroke}}"""


GAPS_LEGEND = (
    "Bar: the median of the runs. Thin line with a dot: up to the worst run. Thick mark: the limit. A bar that ends at "
    "the right edge goes on."
)
RATES_LEGEND = "Of one run close to the median. Broken line: the fault."


def gaps(report: Report) -> str:
    """Return bars of what takes seconds and has a limit, empty where nothing has."""
    drawn = [one for one in report.results if _is_gap(one)]
    if not drawn:
        return ""
    # Worse than twice the limit has failed anyway: one such run may not make the others small.
    top = max(min(one.worst, 2 * (one.limit or 0)) for one in drawn)
    scale = _Scale(0, max(top, *(one.limit or 0 for one in drawn)))
    parts, y = [], 0
    for one in drawn:
        part, y = _bar(one, scale, y)
        parts += part
    said = "; ".join(f"{one.name}: {_numbers(one)}" for one in drawn)
    return _svg("Time without service, by event", said, y + 4, [*parts, *_axis(scale, y)])


def rates(result: Result) -> str:
    """Return how often something was answered around the fault, a panel for each series; empty without any."""
    drawn = [one for one in result.series if len(one.points) > 1]
    if not drawn:
        return ""
    times = [time for one in drawn for time, _ in one.points]
    scale = _Scale(min(times), max(times))
    parts, y = [], 0
    for one in drawn:
        top = max(rate for _, rate in one.points)
        label = f"{one.label} in {_bin(one)} s, up to {top:g}"
        for line in wrap(label, NARROW, NORMAL):
            y += LINE
            parts.append(f'<text x="0" y="{y}">{escape(line)}</text>')
        y += 6
        parts += [*_grid(scale, y, y + PANEL), _panel(one, scale, y, max(top, 1))]
        parts.append(f'<line class="fault" x1="{scale.at(0)}" x2="{scale.at(0)}" y1="{y}" y2="{y + PANEL}"/>')
        y += PANEL
        parts.append(f'<line x1="0" x2="100%" y1="{y}" y2="{y}"/>')
        y += 8
    said = "; ".join(f"{one.label}: {_course(one)}" for one in drawn)
    return _svg(f"{result.scenario}: {result.name}", said, y + LINE, [*parts, *_axis(scale, y + 8)])


def with_rates(report: Report) -> Iterator[Result]:
    """Yield the results that `rates` has a plot for."""
    yield from (one for one in report.results if rates(one))


class _Scale:
    """Seconds along the width; a little is left at both sides, so that lines keep their width."""

    def __init__(self, first: float, last: float) -> None:
        self.first, self.last = first, last

    def share(self, value: float) -> float:
        part = (min(max(value, self.first), self.last) - self.first) / (self.last - self.first)
        return round(0.5 + 99 * part, 3)

    def at(self, value: float) -> str:
        return f"{self.share(value):g}%"


def _is_gap(one: Result) -> bool:
    return one.unit == "s" and one.at_most and one.limit is not None and 0 < one.limit <= LONGEST


def _numbers(one: Result) -> str:
    median, worst, limit = (shown(value, one.unit) for value in (one.median, one.worst, one.limit or 0))
    return f"{median}, worst {worst}, limit {limit}: {words.verdict(one)}"


def _bar(one: Result, scale: _Scale, y: int) -> tuple[list[str], int]:
    parts = []
    for style, text in (("name", one.name), ("dim", _numbers(one))):
        for line in wrap(text, NARROW, NORMAL):
            y += LINE
            parts.append(f'<text class="{style}" x="0" y="{y}">{escape(line)}</text>')
    y += 8
    middle = y + BAR / 2
    begin, end = scale.share(0), scale.share(one.median)
    verdict = words.verdict(one).value
    parts += [
        *_grid(scale, y - 4, y + BAR + 4),
        f'<rect class="{verdict}" x="{begin:g}%" width="{end - begin:.3f}%" y="{y}" height="{BAR}" rx="2"/>',
        f'<line class="worst" x1="{end:g}%" x2="{scale.at(one.worst)}" y1="{middle:g}" y2="{middle:g}"/>',
        f'<circle cx="{scale.at(one.worst)}" cy="{middle:g}" r="3"/>',
        f'<line class="limit" x1="{scale.at(one.limit or 0)}" x2="{scale.at(one.limit or 0)}" y1="{y - 4}" '
        f'y2="{y + BAR + 4}"/>',
    ]
    return parts, y + BAR + LINE


def _panel(one: Series, scale: _Scale, y: int, top: float) -> str:
    """The line in a frame of its own, stretched to the width: a unit is a second there, and a count."""
    width = scale.last - scale.first
    points = " ".join(f"{time - scale.first:.4g},{top - rate:g}" for time, rate in one.points)
    return (
        f'<svg x="0.5%" y="{y}" width="99%" height="{PANEL}" viewBox="0 {-top / 25:g} {width:g} {top * 1.08:g}" '
        f'preserveAspectRatio="none"><polyline points="{points}"/></svg>'
    )


def _grid(scale: _Scale, top: int, bottom: int) -> Iterator[str]:
    for value in _ticks(scale):
        yield f'<line class="grid" x1="{scale.at(value)}" x2="{scale.at(value)}" y1="{top}" y2="{bottom}"/>'


def _axis(scale: _Scale, y: int) -> Iterator[str]:
    for value in _ticks(scale):
        share = scale.share(value)
        style = "dim end" if share > 95 else "dim middle" if share > 5 else "dim"
        yield f'<text class="{style}" x="{share:g}%" y="{y}">{value:g} s</text>'


def _ticks(scale: _Scale) -> Iterator[float]:
    every = _step(scale.last - scale.first, 6)
    number = math.ceil(round(scale.first / every, 6))
    while number * every <= scale.last + 1e-9:
        yield number * every
        number += 1


def _step(width: float, most: int) -> float:
    """The smallest of 1, 2 and 5 times a power of ten of which not more than `most` fit."""
    power: float = 10 ** math.floor(math.log10(width / most))
    return next(power * factor for factor in (1, 2, 5, 10) if width / (power * factor) <= most)


def _bin(one: Series) -> str:
    return f"{one.points[1][0] - one.points[0][0]:.3g}"


def _course(one: Series) -> str:
    """The plot in words: the rate before and after the fault, and the longest time without any."""
    before = [rate for time, rate in one.points if time < 0]
    after = [rate for time, rate in one.points if time >= 0]
    step = float(_bin(one))
    longest = current = 0
    for rate in after:
        current = current + 1 if not rate else 0
        longest = max(longest, current)
    means = [
        f"{sum(rates) / len(rates):.3g} on average {when}"
        for rates, when in ((before, "before the fault"), (after, "after it"))
        if rates
    ]
    return ", ".join([*means, f"none for {longest * step:.3g} s at the longest"])


def _svg(title: str, said: str, height: float, parts: Sequence[str]) -> str:
    inner = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="oxconf-lab" role="img" width="100%" height="{height:g}">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(said)}</desc>\n{inner}\n</svg>"
    )
