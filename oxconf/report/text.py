"""Findings as text: what is wrong, every place, what to do."""

from collections.abc import Iterable

from oxconf.rules._rule import Finding, Severity

SHOWN = 6
"""Places of one finding that a person is shown."""


def show(findings: Iterable[Finding]) -> str:
    """Return one paragraph for each finding."""
    return "\n\n".join(_paragraph(finding) for finding in findings)


def count(findings: Iterable[Finding]) -> str:
    """Return `2 errors, 1 warning`."""
    severities = [finding.severity for finding in findings]
    parts = []
    for severity in Severity:
        number = severities.count(severity)
        if number:
            parts.append(f"{number} {severity.value}{'' if number == 1 else 's'}")
    return ", ".join(parts) or "no findings"


def _paragraph(finding: Finding) -> str:
    lines = [f"{finding.severity.value} {finding.code} {finding.name}: {finding.message}"]
    lines += [f"  {'and' if index else 'at'} {place}" for index, place in enumerate(finding.places[:SHOWN])]
    more = len(finding.places) - SHOWN
    if more > 0:
        lines.append(f"  and {more} more place{'' if more == 1 else 's'}; --format json lists all")
    lines.append(f"  {finding.remedy}")
    return "\n".join(lines)
