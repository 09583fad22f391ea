"""Rules as a person and a program read them."""

import json
from collections.abc import Iterator

import pytest

from oxconf.evidence import Evidence
from oxconf.report.rules import WIDTH, document, index, page, section, show
from oxconf.rules import FAMILIES, RULES, Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    return iter(())


def rule(code: str, name: str, title: str, severity: Severity = Severity.ERROR, **texts: str) -> Rule:
    words = {"why": "Nobody can log in.", "remedy": "Make it the same.", "source": "a manual", "daemons": "-"}
    return Rule(code=code, name=name, severity=severity, title=title, check=check, **(words | texts))


ROUTE = rule(
    "OX104",
    "route-duplicate",
    "Two OX nodes have the same session route",
    why=(
        "The route in a session id says which node has the session. With two of them the web server chooses either, "
        "and every other request reaches a node that does not know the session."
    ),
    remedy="Write connectiontimeout=2 ping=2 behind each BalancerMember of the file; then run apache2ctl graceful-stop",
    daemons="apache2 -t: Syntax OK.",
)
WARNING = rule(
    "OX410", "late", "Now and then a server is asked so late that a user waits for it", Severity.WARNING
)

PAGE = """\
OX104 route-duplicate: error
Two OX nodes have the same session route

What happens:
  The route in a session id says which node has the session. With two of them
  the web server chooses either, and every other request reaches a node that
  does not know the session.

What to do:
  Write connectiontimeout=2 ping=2 behind each BalancerMember of the file; then
  run apache2ctl graceful-stop

What the daemons say:
  apache2 -t: Syntax OK.

Source:
  a manual

Family: OX1xx, routing and sessions"""


def test_the_page_of_a_rule() -> None:
    assert page(ROUTE) == PAGE


def test_a_severity_that_depends_on_deploy_says_so() -> None:
    placeholder = Rule(
        code="OX801",
        name="placeholder",
        severity=Severity.WARNING,
        deploy=Severity.ERROR,
        title="A placeholder",
        why="-",
        remedy="-",
        source="-",
        daemons="-",
        check=check,
    )

    assert page(placeholder).startswith("OX801 placeholder: warning, under --deploy error\n")
    (plain,) = document([placeholder])["rules"]
    assert (plain["severity"], plain["deploy"]) == ("warning", "error")


def test_the_list_has_every_family_with_its_rules() -> None:
    assert index([ROUTE, WARNING]).split("\n\n")[:5] == [
        "OX0xx Files and settings as such",
        "OX1xx Routing and sessions\n  OX104  error    Two OX nodes have the same session route",
        "OX2xx Database access",
        "OX3xx Replication and Galera",
        "OX4xx Balancers and floating addresses\n"
        "  OX410  warning  Now and then a server is asked so late that a user waits for\n"
        "                  it",
    ]


def test_a_family_is_its_part_of_the_list() -> None:
    assert section("OX1", [ROUTE, WARNING]) == (
        "OX1xx Routing and sessions\n  OX104  error    Two OX nodes have the same session route"
    )


def test_the_document_is_the_same_for_one_rule_and_for_all() -> None:
    assert json.loads(show([ROUTE])) == {
        "version": 1,
        "rules": [
            {
                "code": "OX104",
                "name": "route-duplicate",
                "family": "OX1",
                "family_title": "Routing and sessions",
                "severity": "error",
                "deploy": "error",
                "title": ROUTE.title,
                "why": ROUTE.why,
                "remedy": ROUTE.remedy,
                "daemons": ROUTE.daemons,
                "source": "a manual",
            }
        ],
    }
    assert [plain["code"] for plain in document(RULES)["rules"]] == [each.code for each in RULES]


@pytest.mark.parametrize("each", RULES, ids=lambda each: each.code)
def test_no_page_is_wider_than_a_terminal(each: Rule) -> None:
    assert max(map(len, page(each).splitlines())) <= WIDTH
    assert each.family in FAMILIES
