"""The page of what the lab measured: it is there as soon as somebody has kept the figures of a run."""

from collections.abc import Iterator
from pathlib import Path

from lab import plots, words
from lab.results import Report, ReportError

from generate.markdown import document, escape, heading, table

PAGE = "lab-results.md"
MEASURED = Path(__file__).parents[2] / "tests" / "lab" / "measured.json"


def pages(path: Path | None = None) -> dict[str, str | bytes]:
    """Return the page of a report, none without one."""
    path = path or MEASURED
    return {PAGE: _page(Report.read(path))} if path.exists() else {}


def missing(path: Path | None = None) -> Iterator[str]:
    """Yield a sentence if the file of the figures is there and can not be read."""
    try:
        pages(path)
    except (ReportError, OSError) as error:
        yield f"the figures of the lab: {error}"


def _page(report: Report) -> str:
    blocks = [heading(1, "What the lab measured"), escape(words.summary(report))]
    if report.failures:
        blocks += [
            heading(2, "What failed", "failed"),
            "\n".join(f"- {escape(one)}" for one in report.failures),
        ]
    blocks += [heading(2, "Results", "results"), table(words.HEAD, _rows(report)), escape(words.LEGEND)]
    drawn = [*plots.with_rates(report)]
    bars = plots.gaps(report)
    if bars or drawn:
        blocks.append(f"<style>\n{plots.STYLE}\n</style>")
    if bars:
        blocks += [
            heading(2, "Time without service, by event", "gaps"),
            _figure(bars),
            escape(plots.GAPS_LEGEND),
        ]
    if drawn:
        blocks += [heading(2, "Rates through a failover", "rates"), escape(plots.RATES_LEGEND)]
        for one in drawn:
            blocks += [heading(3, f"{escape(one.scenario)}: {escape(one.name)}"), _figure(plots.rates(one))]
    on = ((escape(name), escape(text)) for name, text in words.conditions(report))
    blocks += [heading(2, "What it was measured on", "conditions"), table(("What", "Which"), on)]
    return document(*blocks)


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for row in words.rows(report):
        scenario, event, *others = map(escape, row.cells)
        yield (scenario, f"{event}. {escape(row.note)}" if row.note else event, *others)


def _figure(svg: str) -> str:
    return f"<div>\n{svg}\n</div>"
