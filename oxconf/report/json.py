"""Findings as one JSON document."""

import json
from collections.abc import Iterable
from typing import Any

from oxconf.rules._rule import Finding, Severity

VERSION = 1
"""Version of the document's form."""


def document(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the document as plain values.

    `{"version": 1, "errors": 1, "warnings": 0, "findings": [{"code", "name", "severity", "message", "places":
    [{"host", "path", "line"}], "remedy"}]}`; line 0 means the file as a whole.
    """
    findings = tuple(findings)
    return {
        "version": VERSION,
        "errors": sum(finding.severity is Severity.ERROR for finding in findings),
        "warnings": sum(finding.severity is Severity.WARNING for finding in findings),
        "findings": [
            {
                "code": finding.code,
                "name": finding.name,
                "severity": finding.severity.value,
                "message": finding.message,
                "places": [
                    {"host": place.host, "path": place.path, "line": place.line} for place in finding.places
                ],
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
    }


def show(findings: Iterable[Finding]) -> str:
    """Return the document as text."""
    return json.dumps(document(findings), indent=2, ensure_ascii=False)
