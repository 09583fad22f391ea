"""`oxconf explain` as a person uses it."""

import json

import pytest
from click.testing import CliRunner, Result

from oxconf.cli import oxconf
from oxconf.rules import FAMILIES, RULES

ROUTE_DUPLICATE = """\
OX104 route-duplicate: error
Two OX nodes have the same session route

What happens:
  The route in a session id says which node has the session. With two of them
  the web server chooses either, and every other request reaches a node that
  does not know the session.

What to do:
  Give each node a route of its own (OX1, OX2, ...), in AJP_JVM_ROUTE and in its
  BalancerMember.

What the daemons say:
  apache2 -t: Syntax OK. OX starts.

Source:
  ajp.properties and server.properties as shipped: the route is unique for each
  node

Family: OX1xx, routing and sessions
"""


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(oxconf, ["explain", *arguments])


@pytest.mark.parametrize("code", ["OX104", "ox104", "route-duplicate", "Route-Duplicate", " OX104 "])
def test_a_rule_is_found_by_code_and_by_name(code: str) -> None:
    result = explain(code)

    assert (result.exit_code, result.stdout, result.stderr) == (0, ROUTE_DUPLICATE, "")


def test_without_a_code_all_rules_are_listed_by_family() -> None:
    result = explain()
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert [line[6:] for line in lines if line.startswith("OX")] == list(FAMILIES.values())
    assert [line.split()[0] for line in lines if line.startswith("  OX")] == [rule.code for rule in RULES]
    assert max(map(len, lines)) <= 80
    assert "a rule's name as well (route-duplicate)" in result.stdout.split("\n\n")[-1].replace("\n", " ")


@pytest.mark.parametrize("code", ["OX1", "ox1", "OX1xx", "ox1XX"])
def test_a_family_is_listed_alone(code: str) -> None:
    own = [rule.code for rule in RULES if rule.family == "OX1"]
    result = explain(code)
    lines = result.stdout.splitlines()

    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0] == "OX1xx Routing and sessions"
    assert [line.split()[0] for line in lines if line.startswith("  OX")] == own
    document = json.loads(explain(code, "--format", "json").stdout)
    assert [rule["code"] for rule in document["rules"]] == own


@pytest.mark.parametrize("code", ["OX905", "OX90", "ox9050", "0X905", "905"])
def test_an_unknown_code_of_a_family_names_those_that_there_are(code: str) -> None:
    *most, last = [rule.code for rule in RULES if rule.family == "OX9"]
    result = explain(code)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f'no rule is called "{code}"; the codes of OX9xx are {", ".join(most)} and {last}; '
        "`oxconf explain` lists all rules\n"
    )


def test_json_is_one_document() -> None:
    one, all_ = (
        json.loads(explain("ox104", "--format", "json").stdout),
        json.loads(explain("--format", "json").stdout),
    )

    assert [rule["code"] for rule in one["rules"]] == ["OX104"]
    assert [rule["code"] for rule in all_["rules"]] == [rule.code for rule in RULES]
    assert one["version"] == all_["version"] == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("rout-duplicate", "did you mean OX104, route-duplicate? "),
        ("0X104", "did you mean OX104, route-duplicate? "),
        ("OX1O4", "did you mean OX104, route-duplicate? "),
        ("104", "did you mean OX104, route-duplicate? "),
        ("OX-104", "did you mean OX104, route-duplicate? "),
        ("nothing alike", ""),
        ("x" * 1000, ""),
        ("", ""),
        ("a\x1b[31m\n", ""),
    ],
)
def test_an_unknown_code_is_bad_input(code: str, message: str) -> None:
    result = explain(code, "--format", "json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith('no rule is called "')
    assert result.stderr.endswith(f'"; {message}`oxconf explain` lists all rules\n')
    assert len(result.stderr.splitlines()) == 1
    assert len(result.stderr) < 200


def test_check_says_where_to_read_on_once() -> None:
    runner = CliRunner()
    texts = runner.invoke(oxconf, ["check", "--tier", "1m"])
    document = runner.invoke(oxconf, ["check", "--tier", "1m", "--format", "json"])

    assert texts.stderr.splitlines()[-1].endswith("; oxconf explain OX801 says more")
    assert texts.stderr.count("explain") == 1
    assert "explain" not in document.stderr
