"""Where statements are given that are for all database servers."""

from oxconf.deployment.model import Deployment, Mode
from oxconf.deployment.topology import database_hosts
from oxconf.plan import Plan
from oxconf.runbook._product import has_address
from oxconf.runbook.sql import accounts, quoted
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


def has_accounts(deployment: Deployment) -> Test:
    """Return the test that the database server has every account of the cluster."""
    wanted = dict.fromkeys((account.user, account.client) for account in accounts(deployment))
    names = ", ".join(f"({quoted(user)}, {quoted(client)})" for user, client in wanted)
    return Test(
        "every account is there",
        f'  [ "$(sql --execute="SELECT COUNT(*) FROM mysql.user WHERE (User, Host) IN ({names})")" = {len(wanted)} ]',
    )
