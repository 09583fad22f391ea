"""What runs of the lab measured, against what was promised; kept as JSON and read back.

The file holds one object, its members in this order, so that the same results are the same bytes:

    versions   {"mariadbd": "10.11.19-MariaDB", ...}  what the programs themselves say
    machine    {"cores": 2, "memory": 4102029312}     memory in bytes
    cluster    {"tier": "1m", "changes": ["hosts.memory: ...", ...]}  what the lab changed in it, a line each
    runs       how many runs of the lab are in it, at least 1
    outcomes   [{"scenario", "runs", "state": "passed" | "failed" | "skipped", "sentences": [...]}, ...]
    results    [{"scenario", "name", "unit", "limit", "at_most", "note", "values": [...], "series": [...],
                "series_of", "median", "worst", "reached", "failed"}, ...]

`limit` is null for what is shown alone. A series is `{"label", "points": [[seconds from the fault, rate], ...]}`; those
of a run close to the median are kept, whose value is `series_of`. `median`, `worst`, `reached` and `failed` follow
from `values` and `limit`: they are there for other readers and ignored when the file is read back. Outcomes and results
stand in the order in which the scenarios first ran.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

TIMES = 2
"""A value that is so many times as bad as its limit fails: the limit itself is for the median."""


class ReportError(ValueError):
    """A file that is no report, or two reports that can not be one; the message is for the user."""


@dataclass(frozen=True)
class Series:
    """How often something happened around a fault: (seconds from the fault, times in the step that begins there)."""

    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Measure:
    """One value of one run of a scenario.

    `unit` is `s` or what is counted: `requests`, `writes`, `sessions`. `limit` is what the value may be at most, or
    with `at_most=False` at least; None where the value is shown alone. Raises ValueError for a value that is no
    number: what never happened is a failure of the scenario, not a figure.
    """

    scenario: str
    name: str
    value: float
    unit: str
    limit: float | None = None
    at_most: bool = True
    note: str = ""
    series: tuple[Series, ...] = ()

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"{self.scenario}: {self.name}: {self.value} is no measure")


@dataclass(frozen=True)
class Result:
    """A measure over several runs; `values` in the order of the runs, at least one."""

    scenario: str
    name: str
    unit: str
    limit: float | None
    at_most: bool
    note: str
    values: tuple[float, ...]
    series: tuple[Series, ...] = ()
    series_of: float | None = None
    """The value of the run that `series` are from."""

    @property
    def runs(self) -> int:
        """How many runs measured it."""
        return len(self.values)

    @property
    def median(self) -> float:
        """The middle value, of an even number the mean of both in the middle."""
        return statistics.median(self.values)

    @property
    def worst(self) -> float:
        """The value farthest on the wrong side."""
        return max(self.values) if self.at_most else min(self.values)

    @property
    def reached(self) -> bool:
        """Whether the median keeps the limit; without a limit it does."""
        if self.limit is None:
            return True
        return self.median <= self.limit if self.at_most else self.median >= self.limit

    @property
    def failed(self) -> bool:
        """Whether any run was more than twice as bad as the limit; a limit of 0 fails at 1."""
        if self.limit is None:
            return False
        if not self.at_most:
            return self.worst < self.limit / TIMES
        return self.worst > self.limit * TIMES if self.limit else self.worst >= 1

    def with_run(self, measure: Measure) -> Result:
        """Return the result of one run more. Its limit, unit and note are those that hold from now on."""
        values = (*self.values, measure.value)
        series, of = self.series, self.series_of
        if measure.series:
            middle = statistics.median_low(values)
            if of is None or abs(measure.value - middle) < abs(of - middle):
                series, of = measure.series, measure.value
        told = (measure.unit, measure.limit, measure.at_most, measure.note)
        return Result(self.scenario, self.name, *told, values, series, of)


class State(StrEnum):
    """How a scenario ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """How a scenario ended in its runs: failed if it did in any; `sentences` say why it failed or was skipped."""

    scenario: str
    state: State = State.PASSED
    sentences: tuple[str, ...] = ()
    runs: int = 1

    @classmethod
    def failed(cls, scenario: str, *sentences: str) -> Outcome:
        """Return the outcome of a run that went wrong."""
        return cls(scenario, State.FAILED, sentences)

    @classmethod
    def skipped(cls, scenario: str, reason: str) -> Outcome:
        """Return the outcome of what can not run here; it counts as no run."""
        return cls(scenario, State.SKIPPED, (reason,), 0)

    def with_run(self, other: Outcome) -> Outcome:
        """Return both as one. What ran at all was not skipped."""
        if State.SKIPPED in (self.state, other.state):
            return self if other.state is State.SKIPPED and self.state is not State.SKIPPED else other
        worse = State.FAILED if State.FAILED in (self.state, other.state) else State.PASSED
        sentences = tuple(dict.fromkeys((*self.sentences, *other.sentences)))
        return Outcome(self.scenario, worse, sentences, self.runs + other.runs)


@dataclass(frozen=True)
class Conditions:
    """What a run was made on; figures of different ones are not mixed."""

    versions: tuple[tuple[str, str], ...]
    """Program and what it says of its version."""
    cores: int
    memory: int
    """Bytes."""
    tier: str
    changes: tuple[str, ...] = ()
    """What the lab changed in the cluster, a line each."""

    def differences(self, other: Conditions) -> list[str]:
        """Return what differs, a line each."""
        ours, theirs = _flat(self), _flat(other)
        names = dict.fromkeys((*ours, *theirs))
        return [
            f"{name}: {ours.get(name, 'none')}, and {theirs.get(name, 'none')}"
            for name in names
            if ours.get(name) != theirs.get(name)
        ]


@dataclass(frozen=True)
class Report:
    """What one or more runs of the lab gave."""

    conditions: Conditions
    outcomes: tuple[Outcome, ...] = ()
    results: tuple[Result, ...] = ()
    runs: int = 1

    @classmethod
    def of(cls, conditions: Conditions, outcomes: Iterable[Outcome], measures: Iterable[Measure]) -> Report:
        """Return the report of one run of the lab. The same scenario may be in it several times."""
        report = cls(conditions)
        for outcome in outcomes:
            report = report._with_outcome(outcome)
        for measure in measures:
            report = report._with_measure(measure)
        return report

    def merged(self, later: Report) -> Report:
        """Return both as one: a scenario that is in both has the runs of both.

        Raises ReportError where they were not made on the same machine, versions and cluster.
        """
        if differences := self.conditions.differences(later.conditions):
            raise ReportError(
                "the runs can not be compared:\n" + "\n".join(f"  {one}" for one in differences)
            )
        report = replace(self, runs=self.runs + later.runs)
        for outcome in later.outcomes:
            report = report._with_outcome(outcome)
        for result in later.results:
            for value in result.values:
                series = result.series if value == result.series_of else ()
                told = (result.unit, result.limit, result.at_most, result.note)
                report = report._with_measure(Measure(result.scenario, result.name, value, *told, series))
        return report

    def _with_outcome(self, new: Outcome) -> Report:
        if all(one.scenario != new.scenario for one in self.outcomes):
            return replace(self, outcomes=(*self.outcomes, new))
        both = (one.with_run(new) if one.scenario == new.scenario else one for one in self.outcomes)
        return replace(self, outcomes=tuple(both))

    def _with_measure(self, new: Measure) -> Report:
        key = (new.scenario, new.name)
        if all((one.scenario, one.name) != key for one in self.results):
            empty = Result(new.scenario, new.name, new.unit, new.limit, new.at_most, new.note, ())
            return replace(self, results=(*self.results, empty.with_run(new)))
        both = (one.with_run(new) if (one.scenario, one.name) == key else one for one in self.results)
        return replace(self, results=tuple(both))

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence for each scenario that failed and each value over twice its limit; empty if all is well."""
        said = [
            f"{one.scenario}: {sentence}"
            for one in self.outcomes
            if one.state is State.FAILED
            for sentence in one.sentences or ("it failed",)
        ]
        for one in self.results:
            if one.failed and one.limit is not None:
                word = "at most" if one.at_most else "at least"
                limit, worst = shown(one.limit, one.unit), shown(one.worst, one.unit)
                said.append(f"{one.scenario}: {one.name}: {worst}, where {word} {limit} is promised")
        return tuple(said)

    def write(self, path: Path) -> None:
        """Write the JSON file, and its folder where it lacks; a reader sees the old one or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(self.text(), "utf-8")
        new.replace(path)

    def text(self) -> str:
        """Return the JSON text, with a line for each outcome and each result."""
        members = (f"{json.dumps(name)}: {_lines(value)}" for name, value in _document(self).items())
        return "{\n" + ",\n".join(members) + "\n}\n"

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read a file that `write` wrote. Raises ReportError where it is none, OSError where it can not be read."""
        try:
            return _report(json.loads(path.read_text("utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReportError(f"{path}: this is no report of the lab: {error!r}") from error


def shown(value: float, unit: str) -> str:
    """Return a value with its unit as a person reads it: `2.13 s`, `1,000 sessions`. Only 0 is shown as 0."""
    digits = 2 if unit == "s" and abs(value) >= 0.1 else 4
    if value == int(value):
        text = f"{int(value):,}"
    elif abs(value) < 0.0001:
        text = "less than 0.0001"
    else:
        text = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def _flat(conditions: Conditions) -> dict[str, str]:
    flat = dict(conditions.versions)
    flat |= {"cores": str(conditions.cores), "memory": f"{conditions.memory} bytes", "tier": conditions.tier}
    return flat | {"changes": "; ".join(conditions.changes)}


def _document(report: Report) -> dict[str, Any]:
    conditions = report.conditions
    return {
        "versions": dict(conditions.versions),
        "machine": {"cores": conditions.cores, "memory": conditions.memory},
        "cluster": {"tier": conditions.tier, "changes": list(conditions.changes)},
        "runs": report.runs,
        "outcomes": [
            {
                "scenario": one.scenario,
                "runs": one.runs,
                "state": one.state.value,
                "sentences": list(one.sentences),
            }
            for one in report.outcomes
        ],
        "results": [_result_document(one) for one in report.results],
    }


def _lines(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n " + ",\n ".join(map(_line, value)) + "\n]"
    return _line(value)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _result_document(one: Result) -> dict[str, Any]:
    return {
        "scenario": one.scenario,
        "name": one.name,
        "unit": one.unit,
        "limit": None if one.limit is None else float(one.limit),
        "at_most": one.at_most,
        "note": one.note,
        "values": [float(value) for value in one.values],
        "series": [{"label": each.label, "points": [list(at) for at in each.points]} for each in one.series],
        "series_of": one.series_of,
        "median": float(one.median),
        "worst": float(one.worst),
        "reached": one.reached,
        "failed": one.failed,
    }


def _report(document: dict[str, Any]) -> Report:
    machine, cluster = document["machine"], document["cluster"]
    versions = tuple((str(name), str(said)) for name, said in document["versions"].items())
    changes = tuple(map(str, cluster["changes"]))
    conditions = Conditions(
        versions, int(machine["cores"]), int(machine["memory"]), str(cluster["tier"]), changes
    )
    outcomes = tuple(
        Outcome(one["scenario"], State(one["state"]), tuple(one["sentences"]), int(one["runs"]))
        for one in document["outcomes"]
    )
    return Report(conditions, outcomes, tuple(map(_result, document["results"])), int(document["runs"]))


def _result(one: dict[str, Any]) -> Result:
    series = tuple(
        Series(each["label"], tuple((float(at), float(rate)) for at, rate in each["points"]))
        for each in one["series"]
    )
    values = tuple(map(float, one["values"]))
    if not values:
        raise ValueError(f"{one['name']} has no values")
    limit = None if one["limit"] is None else float(one["limit"])
    told = (one["unit"], limit, bool(one["at_most"]), one["note"])
    return Result(one["scenario"], one["name"], *told, values, series, one["series_of"])
