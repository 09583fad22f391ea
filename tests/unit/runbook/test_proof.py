"""Each step of the setup looks at what it needs from earlier ones of its own host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import Plan, make_plan
from oxconf.runbook.setup import setup
from oxconf.runbook.step import Holds, Repeat, Step

DEPLOYMENTS = sorted((Path(__file__).parents[2] / "clusters" / "deployments").glob("*.toml"))


def steps(plan: Plan) -> tuple[Step, ...]:
    return setup(plan).steps


def plan_of(text: str) -> Plan:
    return make_plan(load_text(text))


@pytest.fixture(params=DEPLOYMENTS, ids=lambda path: path.stem)
def plan(request: pytest.FixtureRequest) -> Plan:
    return plan_of(request.param.read_text())


def unseen(plan: Plan) -> Iterator[tuple[str, str, Holds]]:
    """What a step needs from an earlier one of its host without a test for it."""
    taken: list[Step] = []
    for step in steps(plan):
        for need in step.needs:
            givers = [each for each in taken if need in each.gives and each.host == step.host == need.host]
            says = {test.says for test in step.before}
            if givers and not {test.says for test in givers[-1].after} <= says:
                yield step.host, step.slug, need.holds
            if not givers and need.host == step.host and step.repeat is not Repeat.LOOKS:
                yield step.host, step.slug, need.holds
        if step.repeat is not Repeat.LOOKS:
            taken.append(step)


def test_whatever_a_step_needs_on_its_own_host_it_looks_at(plan: Plan) -> None:
    # The last look has its own tests, and changes nothing.
    assert [each for each in unseen(plan) if each[1] != "verify"] == []


def test_every_step_says_how_to_see_that_it_worked(plan: Plan) -> None:
    # What only asks systemd to read its units leaves nothing to be seen; verify.sh is a test itself.
    silent = {step.command for step in steps(plan) if not step.after}
    assert silent <= {"systemctl daemon-reload", "say 'This host needs none.'", "sh runbook/verify.sh"}
