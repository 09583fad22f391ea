"""What is known of each rule, for people and for programs."""

import json
from collections.abc import Iterable
from textwrap import fill
from typing import Any

from oxconf.rules import FAMILIES
from oxconf.rules._rule import Rule

VERSION = 1
"""Version of the document's form."""

WIDTH = 80
INDENT = "  "
HANGING = " " * 18
"""Below the titles of the list."""
MORE = (
    "`oxconf explain` takes a code of these for the whole page, a rule's name as well (route-duplicate), and OX1xx for "
    "a family alone."
)


def page(rule: Rule) -> str:
    """Return everything about one rule, for a terminal of 80 columns."""
    parts = (
        ("What happens", rule.why),
        ("What to do", rule.remedy),
        ("What the daemons say", rule.daemons),
        ("Source", rule.source),
    )
    head = f"{rule.code} {rule.name}: {_severity(rule)}\n{_wrapped(rule.title)}"
    body = (f"{heading}:\n{_wrapped(text, INDENT)}" for heading, text in parts)
    return "\n\n".join((head, *body, f"Family: {rule.family}xx, {FAMILIES[rule.family].lower()}"))


def index(rules: Iterable[Rule]) -> str:
    """Return the list of rules, family by family."""
    rules = tuple(rules)
    return "\n\n".join((*(section(family, rules) for family in FAMILIES), _wrapped(MORE)))


def section(family: str, rules: Iterable[Rule]) -> str:
    """Return the part of the list about one family, such as `OX1`."""
    lines = (
        _wrapped(f"{INDENT}{rule.code}  {rule.severity.value:<7}  {rule.title}", "", HANGING)
        for rule in rules
        if rule.family == family
    )
    return "\n".join((f"{family}xx {FAMILIES[family]}", *lines))


def document(rules: Iterable[Rule]) -> dict[str, Any]:
    """Return rules as plain values.

    `{"version": 1, "rules": [{"code", "name", "family", "family_title", "severity", "deploy", "title", "why",
    "remedy", "daemons", "source"}]}`; `deploy` is the severity under `check --deploy`.
    """
    return {
        "version": VERSION,
        "rules": [
            {
                "code": rule.code,
                "name": rule.name,
                "family": rule.family,
                "family_title": FAMILIES[rule.family],
                "severity": rule.severity.value,
                "deploy": (rule.deploy or rule.severity).value,
                "title": rule.title,
                "why": rule.why,
                "remedy": rule.remedy,
                "daemons": rule.daemons,
                "source": rule.source,
            }
            for rule in rules
        ],
    }


def show(rules: Iterable[Rule]) -> str:
    """Return the document as text."""
    return json.dumps(document(rules), indent=2, ensure_ascii=False)


def _severity(rule: Rule) -> str:
    if rule.deploy is None or rule.deploy is rule.severity:
        return rule.severity.value
    return f"{rule.severity.value}, under --deploy {rule.deploy.value}"


def _wrapped(text: str, indent: str = "", hanging: str | None = None) -> str:
    # What a person copies from here stays in one piece: options have hyphens, paths are long.
    return fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
