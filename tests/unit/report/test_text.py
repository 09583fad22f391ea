"""Findings as a person reads them."""

from oxconf.evidence import Place
from oxconf.report.text import count, show
from oxconf.rules import Finding, Severity


def finding(places: int, severity: Severity = Severity.ERROR) -> Finding:
    at = tuple(Place(f"ox{n}", "/etc/hosts", n) for n in range(1, places + 1))
    return Finding("OX999", "example-differs", severity, "it differs", at, "Make it the same.")


def test_six_places_are_shown_and_the_others_counted() -> None:
    lines = show([finding(8)]).splitlines()

    assert lines == [
        "error OX999 example-differs: it differs",
        "  at ox1:/etc/hosts:1",
        *(f"  and ox{n}:/etc/hosts:{n}" for n in range(2, 7)),
        "  and 2 more places; --format json lists all",
        "  Make it the same.",
    ]
    assert "and 1 more place;" in show([finding(7)])
    assert "more place" not in show([finding(6)])


def test_findings_are_counted_by_severity() -> None:
    warning = finding(1, Severity.WARNING)

    assert count([]) == "no findings"
    assert count([warning]) == "1 warning"
    assert count([warning, finding(1), warning, finding(1)]) == "2 errors, 2 warnings"
