"""The page of a report: everything is in it, nothing is loaded, nobody needs good eyes or a wide screen."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lab import page, plots, words
from lab.results import Measure, Outcome, Report, Series

SVG = "{http://www.w3.org/2000/svg}"
KEPT = Path(__file__).parents[2] / "data" / "lab-results.json"
VOID = {"meta"}


@pytest.fixture
def report() -> Report:
    return Report.read(KEPT)


class Elements(HTMLParser):
    """The elements of a page; every one that begins has to end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_the_kept_file_is_what_is_written(report: Report) -> None:
    assert report.text() == KEPT.read_text("utf-8")


def test_every_measure_and_outcome_has_its_row(report: Report) -> None:
    found = [row.cells for row in words.rows(report)]

    assert (
        "writer-killed", "writes again after kill -9 of the writer", "at most 2.5 s", "2.11 s", "2.31 s", "5", "kept"
    ) in found  # fmt: skip
    verdicts = {(row.scenario, row.event.split(" ")[0]): row.verdict.value for row in words.rows(report)}
    assert verdicts["writer-stopped", "writes"] == "missed"
    assert verdicts["writer-hung", "writes"] == "failed"
    assert verdicts["boot", "every"] == "no limit"
    assert verdicts["route-mismatch", "OX1"] == "failed"
    assert verdicts["lvs", "the"] == "skipped"
    assert {one.scenario for one in report.outcomes} == {cells[0] for cells in found}


def test_a_scenario_that_failed_keeps_its_measures_and_says_so(report: Report) -> None:
    failed = Report.of(
        report.conditions, [Outcome.failed("merge", "row 7 is lost")], [Measure("merge", "gap", 1, "s", 5)]
    )

    assert [(row.event, row.verdict.value) for row in words.rows(failed)] == [
        ("gap", "kept"),
        ("row 7 is lost", "failed"),
    ]


def test_a_scenario_without_measures_has_passed(report: Report) -> None:
    (row,) = words.rows(Report.of(report.conditions, [Outcome("soap")], []))

    assert (row.scenario, row.event, row.verdict.value) == ("soap", "its checks", "passed")


def test_the_page_is_whole_and_loads_nothing(report: Report) -> None:
    text = page.page(report)
    elements = Elements(text)

    names = {name for name, _ in elements.found}
    assert not names & {"script", "link", "img", "iframe", "object", "image", "use"}
    assert "url(" not in text
    assert "@import" not in text
    assert elements.of("html") == [{"lang": "en"}]
    assert all(each.get("scope") in ("col", "row") for each in elements.of("th"))
    assert len(elements.of("caption")) == len(elements.of("table")) == 2
    ids = [each["id"] for _, each in elements.found if "id" in each]
    wide = [each for each in elements.of("div") if each.get("class") == "wide"]
    assert [each["aria-labelledby"] for each in wide] == ids
    assert all(each["tabindex"] == "0" for each in wide)
    for row in words.rows(report):
        for cell in (*row.cells, row.note):
            assert page.escape(cell) in text
    assert page.page(report) == text


def test_any_text_is_shown_as_it_is(report: Report) -> None:
    odd = "<script>x</script> & \"y\" 'z'"
    conditions = replace(report.conditions, versions=((odd, odd),), tier=odd, changes=(odd,))
    series = (Series(odd, ((-0.1, 1.0), (0.0, 0.0), (0.1, 1.0))),)
    text = page.page(
        Report.of(
            conditions, [Outcome.failed(odd, odd)], [Measure(odd, odd, 1, "s", 2, note=odd, series=series)]
        )
    )

    assert "script" not in {name for name, _ in Elements(text).found}


def test_a_report_of_nothing_is_a_page(report: Report) -> None:
    text = page.page(Report(report.conditions))

    Elements(text)
    assert "nothing was measured" in text
    assert "<svg" not in text


def percent(text: str) -> float:
    assert text.endswith("%")
    return float(text[:-1])


def test_bars_lie_beside_their_limits(report: Report) -> None:
    root = ElementTree.fromstring(plots.gaps(report))

    drawn = [one for one in report.results if one.unit == "s" and one.limit]
    bars = root.findall(f"{SVG}rect")
    limits = [percent(each.attrib["x1"]) for each in root.findall(f"{SVG}line[@class='limit']")]
    assert [bar.attrib["class"] for bar in bars] == ["kept", "missed", "failed", "kept", "kept"]
    for one, bar, limit in zip(drawn, bars, limits, strict=True):
        end = percent(bar.attrib["x"]) + percent(bar.attrib["width"])
        assert (end <= limit) == (one.median <= one.limit)
    assert "writes again after SIGSTOP of the writer: 2.8 s, worst 6.4 s" in (
        root.findtext(f"{SVG}desc") or ""
    )


def test_one_run_that_never_ends_makes_the_others_no_smaller(report: Report) -> None:
    def bars(worst: float) -> list[str]:
        some = [Measure("a", "a", 2, "s", 2.5), Measure("b", "b", worst, "s", 2.5)]
        root = ElementTree.fromstring(plots.gaps(Report.of(report.conditions, [], some)))
        return [bar.attrib["width"] for bar in root.findall(f"{SVG}rect")]

    assert bars(6) == bars(600)


def test_the_rate_is_drawn_around_the_fault(report: Report) -> None:
    (killed, *_), drawn = [one for one in report.results if one.series], [*plots.with_rates(report)]
    root = ElementTree.fromstring(plots.rates(killed))

    assert [one.name for one in drawn] == [one.name for one in report.results if one.series]
    (line,) = root.iter(f"{SVG}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert len(points) == len(killed.series[0].points)
    silent = [time for time, depth in points if depth == 5]
    assert (min(silent), max(silent)) == (pytest.approx(3), pytest.approx(4.9))
    (fault,) = root.findall(f"{SVG}line[@class='fault']")
    assert percent(fault.attrib["x1"]) == pytest.approx(0.5 + 99 * 3 / 10.9, abs=0.1)
    assert "none for 2 s at the longest" in (root.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize("values", [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)])
def test_a_flat_rate_is_drawn(report: Report, values: tuple[float, ...]) -> None:
    series = Series("writes", tuple(zip((-0.1, 0.0, 0.1), values, strict=True)))
    (one,) = Report.of(report.conditions, [], [Measure("a", "a", 1, "s", series=(series,))]).results

    ElementTree.fromstring(plots.rates(one))
    assert plots.rates(replace(one, series=())) == ""


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("own", "plot"), [(page.LIGHT, plots.LIGHT), (page.DARK, plots.DARK)], ids=["light", "dark"]
)
def test_the_colours_have_the_contrast_of_wcag_aa(own: str, plot: str) -> None:
    colours = dict(re.findall(r"--([\w-]+):(#\w+)", f"{own};{plot}"))

    for text in ("fg", "dim", "good", "missed", "bad"):
        assert contrast(colours[text], colours["bg"]) >= 4.5, text
    assert contrast(colours["fg"], colours["head"]) >= 4.5
    for shape in ("lab-kept", "lab-missed", "lab-failed"):
        assert contrast(colours[shape], colours["bg"]) >= 3, shape
