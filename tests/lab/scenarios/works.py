"""A cluster that nothing happens to: what the tutorial promises, looked at from outside."""

from __future__ import annotations

from lab.stage import Scenario, Stage
from oxconf.deployment.model import Deployment, Mode

WSREP = {
    "wsrep_cluster_status": "Primary",
    "wsrep_local_state": "4",
    "wsrep_local_state_comment": "Synced",
    "wsrep_ready": "ON",
}
"""What the tutorial's own check shows of a node that is well."""


def boot(stage: Stage) -> None:
    """Look at the cluster that the runbook has made."""
    stage.measured("from empty hosts to verified", stage.cluster.booted)
    stage.measured("hosts", len(stage.cluster.hosts), "hosts")


def wsrep(stage: Stage) -> None:
    """Ask every node what the tutorial asks."""
    servers = stage.cluster.with_role("database")
    for server in servers:
        rows = dict(line.split("\t") for line in server.sql("SHOW STATUS LIKE 'wsrep_%'").splitlines())
        for name, value in {**WSREP, "wsrep_cluster_size": str(len(servers))}.items():
            stage.holds(rows.get(name) == value, f"{server.name}: {name} is {rows.get(name)}, not {value}")


def is_galera(deployment: Deployment) -> str:
    """Say why a scenario of Galera can not run."""
    return "" if deployment.database.mode is Mode.GALERA else "the cluster's database is not Galera"


SCENARIOS = (
    Scenario("boot", "from empty hosts to a cluster of which every check passes", boot),
    Scenario("wsrep", "the tutorial's checks of Galera, on every node", wsrep, is_galera),
)
