"""Findings as text: what is wrong, every place, what to do."""

from collections.abc import Iterable

from oxconf.rules._rule import Finding, Severity


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
    lines += [f"  {'at' if index == 0 else 'and'} {place}" for index, place in enumerate(finding.places)]
    lines.append(f"  {finding.remedy}")
    return "\n".join(lines)
