"""`oxconf explain`: what is known of a rule."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from oxconf.cli._common import fail
from oxconf.deployment.mistakes import LONGEST_WORD, quoted

if TYPE_CHECKING:
    from oxconf.rules import Rule


@click.command(
    epilog="""\b
Examples:
  oxconf explain
  oxconf explain OX104
  oxconf explain route-duplicate --format json
"""
)
@click.argument("code", required=False, metavar="[CODE]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json is one document on standard output.",
)
def explain(code: str | None, form: str) -> None:
    """Explain a rule: what happens to users, what to do, who says so.

    CODE is as in a finding, OX104 or route-duplicate. Without it all rules are listed.
    """
    from oxconf.report import rules as report
    from oxconf.rules import RULES

    rules = RULES
    if code is not None:
        word = code.strip().lower()
        rules = tuple(rule for rule in RULES if word in _words(rule))
        if not rules:
            fail(f"no rule is called {quoted(code)}; {_near(word, RULES)}`oxconf explain` lists all rules")
    if form == "json":
        click.echo(report.show(rules))
    else:
        click.echo(report.index(rules) if code is None else report.page(rules[0]))


def _words(rule: "Rule") -> tuple[str, ...]:
    return rule.code.lower(), rule.name


def _near(word: str, rules: "tuple[Rule, ...]") -> str:
    """Return the question whether another rule is meant, empty where none is called alike."""
    known = {each: rule for rule in rules for each in _words(rule)}
    close = get_close_matches(word[:LONGEST_WORD], known, n=1)
    return "".join(f"did you mean {known[each].code}, {known[each].name}? " for each in close)
