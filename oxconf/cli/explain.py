"""`oxconf explain`: what is known of a rule."""

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from oxconf.cli._common import fail, format_option
from oxconf.deployment.mistakes import LONGEST_WORD, listed, quoted

if TYPE_CHECKING:
    from oxconf.rules import Rule

_CODE = re.compile(r"[o0]?x?-?([0-9][0-9o]+)")
"""What somebody may write for a code."""


@click.command(
    epilog="""\b
Examples:
  oxconf explain
  oxconf explain OX104
  oxconf explain OX1xx
  oxconf explain route-duplicate --format json
"""
)
@click.argument("code", required=False, metavar="[CODE]")
@format_option
def explain(code: str | None, form: str) -> None:
    """Explain a rule: what happens to users, what to do, who says so.

    CODE is as in a finding, OX104 or route-duplicate. OX1xx lists a family of rules; without CODE all are listed.
    """
    from oxconf.report import rules as report
    from oxconf.rules import FAMILIES, RULES

    if code is None:
        _show(RULES, report.index(RULES), form)
        return
    word = code.strip().lower()
    for family in FAMILIES:
        if word in (family.lower(), f"{family.lower()}xx"):
            rules = tuple(rule for rule in RULES if rule.family == family)
            _show(rules, report.section(family, rules), form)
            return
    for rule in RULES:
        if word in (rule.code.lower(), rule.name):
            _show((rule,), report.page(rule), form)
            return
    fail(f"no rule is called {quoted(code)}; {_instead(word, RULES)}`oxconf explain` lists all rules")


def _show(rules: "tuple[Rule, ...]", text: str, form: str) -> None:
    from oxconf.report import rules as report

    click.echo(report.show(rules) if form == "json" else text)


def _instead(word: str, rules: "tuple[Rule, ...]") -> str:
    """Return which rules there are instead, empty where none is called alike."""
    if digits := _CODE.fullmatch(word):
        code = f"OX{digits[1].replace('o', '0')}"
        meant = [rule for rule in rules if rule.code == code]
        if not meant:
            family = code[:3]
            return f"the codes of {family}xx are {listed(rule.code for rule in rules if rule.family == family)}; "
    else:
        names = {rule.name: rule for rule in rules}
        meant = [names[each] for each in get_close_matches(word[:LONGEST_WORD], names, n=1)]
    return "".join(f"did you mean {rule.code}, {rule.name}? " for rule in meant)
