"""All runbooks of a cluster: the setup, and what comes after it."""

from collections.abc import Iterator

from oxconf.deployment.model import Mode
from oxconf.plan import Plan
from oxconf.runbook.promote import promote
from oxconf.runbook.recover import recover
from oxconf.runbook.setup import setup
from oxconf.runbook.step import Runbook


def runbooks(plan: Plan) -> tuple[Runbook, ...]:
    """Return the runbooks that apply to the cluster, the setup first."""
    first = setup(plan)
    return (first, *_day_two(plan, first))


def _day_two(plan: Plan, first: Runbook) -> Iterator[Runbook]:
    mode = plan.deployment.database.mode
    if mode is Mode.GALERA:
        yield recover(plan, first)
    if mode is Mode.REPLICATION:
        yield promote(plan, first)
