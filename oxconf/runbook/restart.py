"""The order of restarts after a change: what users notice least comes first, and one host at a time."""

from collections.abc import Iterator

from oxconf.artifacts._server import unit_name
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.topology import database_hosts, is_writer, ox_hosts
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook.database import START_SECONDS, synced
from oxconf.runbook.front import new_sessions, session_on
from oxconf.runbook.ox import LOG
from oxconf.runbook.recover import peers
from oxconf.runbook.replication import slave_comes
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

WEB = "each web server"
NODE = "the OX node"

FOLDER = "/etc/apache2"
BALANCERS = ProxyAjp.path


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
        done.append(State(server.name, Holds.RESTARTED))


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
        if deployment.database.semi_sync and len(database_hosts(deployment)) < 3:
            loses += " Writes wait for it: nobody else answers the master."
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
        gives=(State(server.name, Holds.RESTARTED),),
        log=product.log(deployment),
    )


def others(deployment: Deployment) -> bool:
    """Whether there is more than one database server."""
    return len(database_hosts(deployment)) > 1


def around(plan: Plan, step: Step, node: Host | None = None) -> Iterator[Step]:
    """Yield a step on an OX node, between taking it out of the balancers and putting it back.

    `node` is the host of a step that is for one alone; otherwise the scripts are told its name.
    """
    deployment = plan.deployment
    webs = tuple(
        each.host.name for each in plan.hosts if any(isinstance(one, ProxyAjp) for one in each.artifacts)
    )
    # A node that is alone, or has no users, has nobody to send elsewhere.
    alone = len(deployment.with_role(Role.GROUPWARE)) < 2 or (node and not node.has(Role.GROUPWARE))
    if not webs or alone:
        yield step
        return
    yield _drain(deployment, webs, step.host, node)
    yield step
    yield _admit(webs, step.host, node)


def _called(node: Host | None) -> tuple[str, str, str]:
    """Return how the slug of a step ends, the words of its script, and the lines that find the file of the node."""
    suffix, words, name = ("", "NAME of the OX node", '"${words# }"')
    if node:
        suffix, words, name = f"-{node.name}", "", node.name
    return suffix, words, f"node={name}\nfile={FOLDER}/conf-available/oxconf-drain-$node.conf\n"


def _drain(deployment: Deployment, webs: tuple[str, ...], part: str, node: Host | None) -> Step:
    """Return the step that lets no new sessions come to a node.

    SOURCE: the manual of mod_proxy, `status=+N`: the member takes the sessions alone that name its route. Of a member
    that stands twice Apache takes the first, and warns of the other's parameters (mod_proxy.c, AH01150): so the line
    with that word stands in a file of its own, which is read before the installed one and is in nobody's archive.
    """
    suffix, words, find = _called(node)
    member = f"ajp://$address:{deployment.ox.ajp_port}"
    return Step(
        host=WEB,
        on=webs,
        slug=f"drain{suffix}",
        title=f"Send no new sessions to {node.name if node else 'the node'}",
        why="Sessions that are there stay there; everybody else goes to the other nodes. No installed file changes; "
        "Apache's log has warnings of ignored parameters until the node is admitted.",
        words=words,
        before=(
            Test(
                "Apache takes the files that are there",
                "  apache2ctl -t",
                "apache2ctl -t says what is wrong; put that right first.",
            ),
        ),
        command=f"""\
{find}address=$(address_of "$node" {peers(ox_hosts(deployment))})
awk -v member="{member}" '
  /^<\\/?Proxy[ >]/ {{ print }}
  $1 == "BalancerMember" && $2 == member {{ print $0, "status=+N" }}' {BALANCERS} >"$file.new"
route=$(sed -n 's/.* route=\\([^ ]*\\) .*/\\1/p' "$file.new" | head -n 1)
[ -n "$route" ] || stop "{BALANCERS} has no member {member}"
mv "$file.new" "$file"
a2enconf -q "oxconf-drain-$node"
apache2ctl -t
systemctl reload apache2.service""",
        after=(
            Test(
                "no new session reaches the node",
                f"  elsewhere() {{\n    ! {{ {new_sessions(deployment)}; }} |\n"
                f'      grep -iE "{session_on("$route")}"\n  }}\n  wait_for 10 elsewhere',
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"The step admit{suffix}.",
        gives=(State(part, Holds.OUT),),
        log="journalctl -u apache2, and /var/log/apache2/error.log",
    )


def _admit(webs: tuple[str, ...], part: str, node: Host | None) -> Step:
    suffix, words, find = _called(node)
    return Step(
        host=WEB,
        on=webs,
        slug=f"admit{suffix}",
        title=f"Send new sessions to {node.name if node else 'the node'} again",
        why="What the step before wrote goes away; the installed file holds alone again.",
        words=words,
        # The file goes last: as long as it is there, the step is not done.
        done=f'{find}[ ! -e "$file" ]',
        command=f"""\
{find}a2disconf -q "oxconf-drain-$node"
apache2ctl -t
systemctl reload apache2.service
rm "$file\"""",
        after=(
            Test(
                "the file of the drain is gone",
                f'  [ ! -e "$file" ] && [ ! -L "{FOLDER}/conf-enabled/oxconf-drain-$node.conf" ]',
            ),
        ),
        repeat=Repeat.SKIPS,
        undo=f"The step drain{suffix}.",
        needs=(State(part, Holds.OX),),
        ends=(State(part, Holds.OUT),),
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


def answers_no_more(deployment: Deployment) -> Test:
    """Return how to see that Open-Xchange is gone from the host where the script runs."""
    port = deployment.ox.ajp_port
    return Test(
        f"nobody answers on port {port} any more",
        f'  ! answers "$(address_of "$me" {peers(ox_hosts(deployment))})" {port}',
    )


def answers_again(deployment: Deployment) -> Test:
    """Return how to see that Open-Xchange is back on the host where the script runs."""
    port = deployment.ox.ajp_port
    return Test(
        f"Open-Xchange answers on port {port}",
        f'  wait_for 300 answers "$(address_of "$me" {peers(ox_hosts(deployment))})" {port}',
    )
