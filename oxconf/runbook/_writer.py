"""Where statements are given that are for all database servers."""

from oxconf.deployment.model import Mode
from oxconf.deployment.topology import database_hosts
from oxconf.plan import Plan
from oxconf.runbook._product import has_address
from oxconf.runbook.step import Test

MASTER = "the master"


def written_on(plan: Plan) -> tuple[str, tuple[str, ...], tuple[Test, ...]]:
    """Return where statements for all servers are given: the host or its part, who may play it, and what shows it."""
    deployment = plan.deployment
    servers = database_hosts(deployment)
    if deployment.database.mode is not Mode.REPLICATION:
        return servers[0].name, (), ()
    address = deployment.database.write_address
    test = Test(
        f"this server is the master: it has the write address {address}",
        has_address(address),
        "Take this step on the server that has it.",
    )
    return MASTER, tuple(server.name for server in servers), (test,)
