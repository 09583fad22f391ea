"""The accounts of a host that has left the cluster."""

from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook._writer import written_on
from oxconf.runbook.sql import LOCAL, LOOPBACK, accounts, quoted
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test

_GONE = "  gone=${words# }\n"


def drop_accounts(plan: Plan, leaving: str) -> Phase:
    """Return the phase that drops what the database knows of a host that has left; `leaving` is its part."""
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    ours = [account for account in accounts(deployment) if account.client not in (LOCAL, LOOPBACK)]
    users = tuple(dict.fromkeys(account.user for account in ours))
    clients = " ".join(dict.fromkeys(account.client for account in ours))
    rows = f"FROM mysql.user WHERE Host = '$gone' AND User IN ({', '.join(map(quoted, users))})"
    step = Step(
        host=host,
        on=on,
        slug="drop-accounts",
        title="Drop the accounts of the old address",
        why="Whoever gets that address next would need only the password.",
        words="ADDRESS of the host that left",
        before=(
            *tests,
            Test(
                "the word is an IPv4 address",
                _GONE + "  case $gone in *[!0-9.]*) return 1 ;; esac",
                "See --help.",
            ),
            Test(
                "the cluster has no account for this address any more",
                _GONE + f'  ! echo {clients} | grep -qwF -- "$gone"',
                "Render the cluster without that host first, and take this step from the new archive.",
            ),
        ),
        loses="The accounts that the programs of oxconf had from this address are dropped: "
        f"{', '.join(users)}.",
        command=_GONE.lstrip()
        + f"sql --execute=\"SELECT CONCAT('DROP USER ', QUOTE(User), '@', QUOTE(Host), ';') {rows}\" |\n"
        + "  tee /dev/stderr | sql",
        after=(
            Test(
                "no such account is left",
                _GONE + f'  [ "$(sql --execute="SELECT COUNT(*) {rows}")" = 0 ]',
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo="Take the accounts.sql of the archives from before once more.",
        needs=(State(leaving, Holds.OUT),),
        gives=(State(leaving, Holds.FORGOTTEN),),
        log=product.log(deployment),
    )
    return Phase("Its accounts", "Connections that are open stay open, so it comes last.", (step,))
