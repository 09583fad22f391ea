"""The order of restarts after a change: what users notice least comes first, and one host at a time."""

from collections.abc import Iterator

from oxconf.artifacts._server import unit_name
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.topology import database_hosts, is_writer, ox_hosts
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook.database import START_SECONDS, synced
from oxconf.runbook.ox import LOG
from oxconf.runbook.recover import peers
from oxconf.runbook.replication import slave_comes
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

WEB = "each web server"
NODE = "the OX node"

BALANCERS = "/etc/apache2/conf-available/proxy_ajp.conf"


def restart(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook."""
    deployment = plan.deployment
    phases = [
        Phase(
            "Database servers",
            "One at a time, the one that takes the writes last. Take only those whose files have changed in a way that "
            "needs it: `sh install.sh` says so.",
            tuple(_databases(deployment)),
        )
    ]
    phases.append(
        Phase(
            "Open-Xchange",
            "For one OX node after the other. Users who are logged in there keep their node while it is drained; give "
            "them the time that you can. Who is left when it restarts logs in again.",
            tuple(around(plan, _restart_ox(deployment))),
        )
    )
    return Runbook(
        "restart",
        "Restart after a change, in an order that users notice least",
        "Not every change needs it. For those that do, one host at a time: wait until it is back before the next one.",
        tuple(phases),
        setup.standing(Holds.SERVING, Holds.FILES, Holds.OX),
    )


def _databases(deployment: Deployment) -> Iterator[Step]:
    first, *others = database_hosts(deployment)
    done: list[State] = []
    for server in (*others, first):
        yield _restart_database(deployment, server, tuple(done))
        done.append(State(server.name, Holds.RENEWED))


def _restart_database(deployment: Deployment, server: Host, done: tuple[State, ...]) -> Step:
    unit, writer = unit_name(deployment), is_writer(deployment, server)
    mode = deployment.database.mode
    before: tuple[Test, ...] = ()
    after = Test("the server answers", f"  wait_for {START_SECONDS} sql --execute='SELECT 1'")
    loses = "Until the server is back nobody can read or write."
    if mode is Mode.GALERA:
        size = len(database_hosts(deployment)) + len(deployment.with_role(Role.ARBITRATOR))
        before = (
            Test(
                f"all {size} members of the cluster are here, and this one is Synced",
                f'  [ "$(status wsrep_cluster_size) $(status wsrep_local_state_comment)" = "{size} Synced" ]',
                "Bring the others back first: with one more away the cluster may stop.",
            ),
        )
        after = Test("the node is Synced and Primary", synced())
        loses = "Connections to this node end; new ones go to the others."
        if writer:
            loses = "The writes move to another node and back: requests in that moment fail, twice."
    elif mode is Mode.REPLICATION and not writer:
        after = slave_comes(deployment, START_SECONDS)
        loses = "Reads that go to this slave fail until it is back."
    elif mode is Mode.REPLICATION:
        loses = (
            "Until the server is back nobody can write. Where that is too long, promote a slave first "
            "(the runbook promote), and restart this one as a slave."
        )
    return Step(
        host=server.name,
        slug="restart",
        title="Restart the database server",
        why="It takes the writes, so it is the last."
        if writer and others(deployment)
        else "The others serve meanwhile."
        if others(deployment)
        else "It is the only one.",
        before=before,
        loses=loses,
        command=f"systemctl restart {unit}",
        after=(after,),
        repeat=Repeat.HARMLESS,
        undo="There is nothing to undo.",
        needs=(State(server.name, Holds.SERVING), *done),
        gives=(State(server.name, Holds.RENEWED),),
        log=product.log(deployment),
    )


def others(deployment: Deployment) -> bool:
    """Whether there is more than one database server."""
    return len(database_hosts(deployment)) > 1


def around(plan: Plan, *steps: Step) -> Iterator[Step]:
    """Yield steps on an OX node, between taking it out of the balancers and putting it back."""
    webs = tuple(
        each.host.name for each in plan.hosts if any(isinstance(one, ProxyAjp) for one in each.artifacts)
    )
    if not webs:
        yield from steps
        return
    yield _weigh(plan.deployment, webs, out=True)
    yield from steps
    yield _weigh(plan.deployment, webs, out=False)


def _weigh(deployment: Deployment, webs: tuple[str, ...], *, out: bool) -> Step:
    """Return the step that lets no new sessions come to a node, or lets them come again.

    SOURCE: the manual of mod_proxy, `status=+N`: the member takes the sessions alone that name its route.
    """
    nodes = ox_hosts(deployment)
    member = f"BalancerMember ajp://$address:{deployment.ox.ajp_port}"
    marked = f"^ *{member} .* status=+N$"
    change = f"s|^\\( *{member} .*\\)$|\\1 status=+N|" if out else f"s|^\\( *{member} .*\\) status=+N$|\\1|"
    count = f'"$(grep -c "{marked}" {BALANCERS} || true)"'
    return Step(
        host=WEB,
        on=webs,
        slug="drain" if out else "admit",
        title="Send no new sessions to the node" if out else "Send new sessions to the node again",
        why="Sessions that are there stay there; everybody else goes to the other nodes."
        if out
        else "Its name in the balancers is as the archive has it, so the next install.sh finds nothing foreign.",
        words="NAME of the OX node",
        before=(
            Test(
                "Apache takes the files that are there",
                "  apache2ctl -t",
                "apache2ctl -t says what is wrong; put that right first.",
            ),
        ),
        command=f"""\
address=$(address_of "${{words# }}" {peers(nodes)})
[ {count} {"=" if out else "!="} 0 ] || {{ say 'It is so already.'; exit 0; }}
sed -i "{change}" {BALANCERS}
apache2ctl -t
systemctl reload apache2.service""",
        after=(
            Test(
                "the balancers send it no new sessions" if out else "the balancers send it new sessions",
                f"  [ {count} {'!=' if out else '='} 0 ]",
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo="The step admit." if out else "The step drain.",
        needs=() if out else (State(NODE, Holds.OX),),
        gives=(State(NODE, Holds.OUT),) if out else (),
        ends=() if out else (State(NODE, Holds.OUT),),
        log="journalctl -u apache2",
    )


def _restart_ox(deployment: Deployment) -> Step:
    return Step(
        host=NODE,
        on=tuple(host.name for host in ox_hosts(deployment)),
        slug="restart-ox",
        title="Restart Open-Xchange",
        why="It reads its files when it starts.",
        loses="Sessions on this node end, unless the session storage of this release keeps them.",
        command="ox restart",
        after=(answers_again(deployment),),
        repeat=Repeat.HARMLESS,
        undo="There is nothing to undo.",
        gives=(State(NODE, Holds.OX),),
        log=LOG,
    )


def answers_again(deployment: Deployment) -> Test:
    """Return how to see that Open-Xchange is back on the host where the script runs."""
    port = deployment.ox.ajp_port
    return Test(
        f"Open-Xchange answers on port {port}",
        f'  wait_for 300 answers "$(address_of "$me" {peers(ox_hosts(deployment))})" {port}',
    )
