"""All runbooks of a cluster: the setup, and what comes after it."""

from collections.abc import Iterator

from oxconf.deployment.model import Mode
from oxconf.plan import Plan
from oxconf.runbook import nodes, ox_nodes
from oxconf.runbook.failback import failback
from oxconf.runbook.promote import promote
from oxconf.runbook.recover import recover
from oxconf.runbook.rehearse import rehearse
from oxconf.runbook.restart import restart
from oxconf.runbook.restore import restore
from oxconf.runbook.rotate import rotations
from oxconf.runbook.setup import setup
from oxconf.runbook.step import Runbook


def runbooks(plan: Plan) -> tuple[Runbook, ...]:
    """Return the runbooks that apply to the cluster, the setup first."""
    first = setup(plan)
    return (first, *_day_two(plan, first))


def _day_two(plan: Plan, first: Runbook) -> Iterator[Runbook]:
    mode = plan.deployment.database.mode
    yield restart(plan, first)
    if mode is Mode.GALERA:
        yield recover(plan, first)
    if mode is Mode.REPLICATION:
        yield promote(plan, first)
    back = failback(plan, first)
    if back:
        yield back
    if mode is not Mode.STANDALONE:
        yield nodes.add(plan, first)
        yield nodes.replace(plan, first)
        yield nodes.remove(plan, first)
    yield rehearse(plan)
    again = restore(plan, first)
    if again:
        yield again
    yield ox_nodes.add(plan, first)
    yield ox_nodes.replace(plan, first)
    yield ox_nodes.remove(plan, first)
    yield ox_nodes.reconfigure(plan, first)
    yield from rotations(plan, first)
