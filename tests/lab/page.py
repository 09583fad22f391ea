"""A report of the lab as one page of HTML that needs nothing else: no script, no font, no file beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lab import plots, words
from lab.results import Report
from oxconf.picture.paper import escape

TITLE = "What the lab measured"
CAPTION = "Each event with its limit, the figures of its runs, and the verdict."

LIGHT = "--bg:#fff;--fg:#222;--dim:#5c5c5c;--line:#d4d4d8;--head:#f4f4f6"
LIGHT += ";--good:#1b6e3c;--missed:#8a5200;--bad:#b3261e"
DARK = "--bg:#1c1e24;--fg:#e8e8ea;--dim:#a9abb1;--line:#44474f;--head:#26282f"
DARK += ";--good:#7bd88f;--missed:#e3a23c;--bad:#ff8a80"
STYLE = f"""\
:root{{color-scheme:light dark;{LIGHT}}}
@media (prefers-color-scheme:dark){{:root{{{DARK}}}}}
body{{margin:0 auto;padding:1rem;max-width:64rem;background:var(--bg);color:var(--fg);\
font:16px/1.5 system-ui,sans-serif}}
h1,h2,h3{{line-height:1.25;overflow-wrap:anywhere}}
.wide{{overflow-x:auto}}
.wide:focus-visible{{outline:2px solid var(--fg);outline-offset:2px}}
table{{border-collapse:collapse;min-width:100%;font-size:.9rem}}
caption{{text-align:left;color:var(--dim);padding-bottom:.5rem}}
th,td{{text-align:left;vertical-align:top;padding:.4rem .7rem;border-bottom:1px solid var(--line)}}
thead th{{background:var(--head)}}
tbody th{{font-weight:600}}
.number{{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}}
td small{{display:block;color:var(--dim)}}
td.kept,td.passed{{color:var(--good)}}
td.missed{{color:var(--missed)}}
td.failed{{color:var(--bad);font-weight:700}}
td.skipped,td.shown{{color:var(--dim)}}
figure{{margin:1rem 0 2rem}}
figcaption,.legend{{color:var(--dim);font-size:.9rem;margin-top:.5rem;max-width:44rem}}"""


def page(report: Report) -> str:
    """Return the page; the same report gives the same text."""
    body = [f"<h1>{TITLE}</h1>", f"<p>{escape(words.summary(report))}</p>", *_failures(report)]
    body += [_wide("results", _table(report)), f'<p class="legend">{escape(words.LEGEND)}</p>']
    if bars := plots.gaps(report):
        body += ["<h2>Time without service, by event</h2>", _figure(bars, plots.GAPS_LEGEND)]
    if drawn := [*plots.with_rates(report)]:
        body.append("<h2>Rates through a failover</h2>")
        for one in drawn:
            body.append(f"<h3>{escape(one.scenario)}: {escape(one.name)}</h3>")
            body.append(_figure(plots.rates(one), plots.RATES_LEGEND))
    body += ["<h2>What it was measured on</h2>", _wide("conditions", _conditions(report))]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{TITLE}</title>\n<style>\n{STYLE}\n{plots.STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _failures(report: Report) -> Iterator[str]:
    if report.failures:
        yield "<h2>What failed</h2>"
        yield "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in report.failures) + "</ul>"


def _table(report: Report) -> str:
    lines = [
        f'<table>\n<caption id="results">{CAPTION}</caption>\n<thead>{_head(words.HEAD)}</thead>\n<tbody>'
    ]
    for row in words.rows(report):
        scenario, event, *figures, verdict = row.cells
        note = f"<small>{escape(row.note)}</small>" if row.note else ""
        numbers = "".join(f'<td class="number">{escape(one)}</td>' for one in figures)
        style = row.verdict.name.lower()
        lines.append(
            f'<tr><th scope="row">{escape(scenario)}</th><td>{escape(event)}{note}</td>{numbers}'
            f'<td class="{style}">{escape(verdict)}</td></tr>'
        )
    return "\n".join([*lines, "</tbody>\n</table>"])


def _conditions(report: Report) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>'
        for name, text in words.conditions(report)
    )
    caption = (
        '<caption id="conditions">Versions as the programs say them, the machine, and the cluster.</caption>'
    )
    return (
        f"<table>\n{caption}\n<thead>{_head(('What', 'Which'))}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    )


def _head(names: Iterable[str]) -> str:
    cells = ((name, ' class="number"' if name in words.FIGURES else "") for name in names)
    return "<tr>" + "".join(f'<th scope="col"{style}>{escape(name)}</th>' for name, style in cells) + "</tr>"


def _wide(caption: str, table: str) -> str:
    """A table that may be wider than a phone: who uses the keyboard must be able to scroll it as well."""
    return f'<div class="wide" tabindex="0" role="region" aria-labelledby="{caption}">\n{table}\n</div>'


def _figure(svg: str, caption: str) -> str:
    return f"<figure>\n{svg}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"
