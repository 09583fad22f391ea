"""A report of the lab as rows of words, the same for every page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lab.results import Outcome, Report, Result, State, shown

HEAD = ("Scenario", "Event", "Limit", "Median", "Worst", "Runs", "Verdict")
FIGURES = HEAD[2:6]

LEGEND = (
    "kept: the median keeps the limit; missed: it does not; failed: a run was more than twice as bad, or a check of "
    "the scenario failed; skipped: it can not run on that machine, and the row says why."
)


class Verdict(StrEnum):
    """What a row comes to."""

    KEPT = "kept"
    MISSED = "missed"
    FAILED = "failed"
    PASSED = "passed"
    SKIPPED = "skipped"
    SHOWN = "no limit"


@dataclass(frozen=True)
class Row:
    """A line of the table, in the order of `HEAD`; `note` is a sentence more, or empty."""

    scenario: str
    event: str
    limit: str
    median: str
    worst: str
    runs: str
    verdict: Verdict
    note: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        return (self.scenario, self.event, self.limit, self.median, self.worst, self.runs, self.verdict.value)


def rows(report: Report) -> Iterator[Row]:
    """Yield the rows: the measures of each scenario in order, one row for a scenario that has none."""
    ran = {one.scenario for one in report.outcomes}
    for outcome in report.outcomes:
        own = [one for one in report.results if one.scenario == outcome.scenario]
        yield from map(_measured, own)
        if outcome.state is not State.PASSED or not own:
            yield _ended(outcome)
    yield from (_measured(one) for one in report.results if one.scenario not in ran)


def verdict(result: Result) -> Verdict:
    """Return what a measure comes to."""
    if result.limit is None:
        return Verdict.SHOWN
    if result.failed:
        return Verdict.FAILED
    return Verdict.KEPT if result.reached else Verdict.MISSED


def limit(result: Result) -> str:
    """Return the limit in words, empty where there is none."""
    if result.limit is None:
        return ""
    return f"at {'most' if result.at_most else 'least'} {shown(result.limit, result.unit)}"


def summary(report: Report) -> str:
    """Return the whole in one sentence."""
    found = [row.verdict for row in rows(report)]
    said = [f"{found.count(one)} {one.value}" for one in Verdict if one in found]
    runs = "1 run" if report.runs == 1 else f"{report.runs} runs"
    return (
        f"{runs} of the lab: {', '.join(said)}." if said else f"{runs} of the lab, and nothing was measured."
    )


def conditions(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what the figures were measured on, as name and text."""
    on = report.conditions
    yield from on.versions
    yield "processor cores", str(on.cores)
    yield "memory", f"{on.memory / 2**30:.1f} GiB"
    yield "tier of the cluster", on.tier
    for change in on.changes:
        yield "changed by the lab", change


def _measured(one: Result) -> Row:
    texts = (limit(one), shown(one.median, one.unit), shown(one.worst, one.unit), str(one.runs))
    return Row(one.scenario, one.name, *texts, verdict(one), one.note)


def _ended(outcome: Outcome) -> Row:
    if outcome.state is State.SKIPPED:
        return Row(outcome.scenario, " ".join(outcome.sentences), "", "", "", "", Verdict.SKIPPED)
    event, said = ("its checks", Verdict.PASSED)
    if outcome.state is State.FAILED:
        event, said = "; ".join(outcome.sentences) or "its checks", Verdict.FAILED
    return Row(outcome.scenario, event, "", "", "", str(outcome.runs), said)
