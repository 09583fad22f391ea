"""What several runs say together, kept and read back."""

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab.results import Conditions, Measure, Outcome, Report, ReportError, Result, Series, State, shown

HERE = Conditions(
    (("mariadbd", "10.11.19"), ("kernel", "6.1")), 2, 4 << 30, "1m", ("memory: 32G becomes 400M",)
)
GAP = "writes again after kill -9 of the writer"


def gap(value: float, series: tuple[Series, ...] = ()) -> Measure:
    return Measure("writer-killed", GAP, value, "s", 2.5, series=series)


def result(*values: float, limit: float | None = 2.5, at_most: bool = True) -> Result:
    measures = [Measure("any", "any", value, "s", limit, at_most) for value in values]
    (only,) = Report.of(HERE, [], measures).results
    return only


@pytest.mark.parametrize(
    ("values", "limit", "median", "worst", "reached", "failed"),
    [
        ((2.0, 2.4, 2.6), 2.5, 2.4, 2.6, True, False),
        ((2.6, 2.4, 2.6), 2.5, 2.6, 2.6, False, False),
        ((2.0, 5.0, 2.0), 2.5, 2.0, 5.0, True, False),
        ((2.0, 5.1, 2.0), 2.5, 2.0, 5.1, True, True),
        ((0, 0, 0), 0, 0, 0, True, False),
        ((0, 1, 0), 0, 0, 1, True, True),
        ((70, 90), None, 80, 90, True, False),
    ],
)
def test_the_median_keeps_the_limit_and_no_run_is_over_twice(
    values: tuple[float, ...], limit: float | None, median: float, worst: float, reached: bool, failed: bool
) -> None:
    one = result(*values, limit=limit)

    assert (one.median, one.worst, one.reached, one.failed) == (median, worst, reached, failed)


def test_a_limit_from_below_is_turned_round() -> None:
    assert (
        result(0.4, 0.2, limit=0.1, at_most=False).worst,
        result(0.4, limit=0.1, at_most=False).reached,
    ) == (0.2, True)
    assert not result(0.09, limit=0.1, at_most=False).reached
    assert not result(0.05, limit=0.1, at_most=False).failed
    assert result(0.04, limit=0.1, at_most=False).failed


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_never_is_no_measure(value: float) -> None:
    with pytest.raises(ValueError, match="is no measure"):
        gap(value)


@pytest.mark.parametrize("order", list(itertools.permutations([1.0, 2.0, 9.0])))
def test_the_series_of_a_run_in_the_middle_are_kept(order: tuple[float, ...]) -> None:
    measures = [gap(value, (Series("writes", ((0.0, value),)),)) for value in order]
    (only,) = Report.of(HERE, [], measures).results

    assert only.series_of in (1.0, 2.0)
    assert only.series == (Series("writes", ((0.0, only.series_of),)),)


def test_outcomes_of_runs_are_one() -> None:
    passed, failed = Outcome("a"), Outcome.failed("a", "it broke")
    skipped = Outcome.skipped("a", "keepalived is not installed")

    assert passed.with_run(passed) == Outcome("a", runs=2)
    assert passed.with_run(failed) == failed.with_run(passed) == Outcome("a", State.FAILED, ("it broke",), 2)
    assert skipped.with_run(passed) == passed.with_run(skipped) == passed
    assert skipped.with_run(skipped) == skipped
    assert failed.with_run(skipped) == failed


def report(*values: float) -> Report:
    outcomes = [Outcome("writer-killed"), Outcome.skipped("lvs", "the kernel has no ip_vs")]
    return Report.of(HERE, outcomes, [gap(value) for value in values])


def test_runs_are_merged() -> None:
    both = report(2.0).merged(report(3.0))

    assert both.runs == 2
    assert [(one.name, one.values) for one in both.results] == [(GAP, (2.0, 3.0))]
    assert [(one.scenario, one.state, one.runs) for one in both.outcomes] == [
        ("writer-killed", State.PASSED, 2),
        ("lvs", State.SKIPPED, 0),
    ]


def test_another_scenario_comes_after_the_others() -> None:
    later = Report.of(HERE, [Outcome("merge")], [Measure("merge", "gap", 1, "s")])

    assert [one.scenario for one in report(2.0).merged(later).results] == ["writer-killed", "merge"]


def test_runs_of_other_versions_are_not_mixed() -> None:
    other = Conditions((("mariadbd", "10.11.20"), ("kernel", "6.1")), 2, 4 << 30, "1m", HERE.changes)

    with pytest.raises(ReportError) as caught:
        report(2.0).merged(Report.of(other, [], []))

    assert str(caught.value) == "the runs can not be compared:\n  mariadbd: 10.11.19, and 10.11.20"


def test_what_failed_is_said() -> None:
    bad = Report.of(
        HERE,
        [Outcome.failed("merge", "row 7 is lost")],
        [gap(5.1), Measure("merge", "split", 0.01, "", 0.1, False)],
    )

    assert bad.failures == (
        "merge: row 7 is lost",
        f"writer-killed: {GAP}: 5.1 s, where at most 2.5 s is promised",
        "merge: split: 0.01, where at least 0.1 is promised",
    )
    assert report(2.0, 4.9).failures == ()


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
figures = st.floats(-1e12, 1e12)
measures = st.builds(
    Measure,
    scenario=words,
    name=words,
    value=figures,
    unit=st.sampled_from(("s", "requests")),
    limit=st.none() | st.floats(0, 100),
    at_most=st.booleans(),
    note=st.text(st.characters(codec="utf-8"), max_size=20),
    series=st.lists(st.builds(Series, words, st.lists(st.tuples(figures, figures)).map(tuple))).map(tuple),
)


@given(st.lists(measures, max_size=6), st.lists(words, max_size=3))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, some: list[Measure], failed: list[str]
) -> None:
    path = tmp_path_factory.mktemp("report") / "lab" / "results.json"
    one = Report.of(HERE, [Outcome.failed(name, "why") for name in failed], some)

    one.write(path)

    assert Report.read(path) == one
    assert Report.read(path).text() == path.read_text("utf-8")
    assert [each.name for each in path.parent.iterdir()] == ["results.json"]


def test_the_shape_is_the_documented_one() -> None:
    document = json.loads(report(2.0).text())

    assert list(document) == ["versions", "machine", "cluster", "runs", "outcomes", "results"]
    assert document["results"][0]["median"] == 2.0
    assert document["results"][0]["reached"] is True


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"versions": 1}', "\xff"])
def test_another_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(ReportError, match=r"results\.json: this is no report of the lab"):
        Report.read(path)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.1299, "s", "2.13 s"),
        (2, "s", "2 s"),
        (1000, "sessions", "1,000 sessions"),
        (0.20591, "", "0.2059"),
        (0.001, "s", "0.001 s"),
        (3e-9, "", "less than 0.0001"),
        (2.0001, "s", "2 s"),
        (0, "writes", "0 writes"),
    ],
)
def test_a_value_is_read_with_its_unit(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text
