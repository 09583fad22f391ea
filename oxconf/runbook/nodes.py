"""A database server comes, goes, or is replaced; and the writes of Galera go back to the writer."""

from collections.abc import Iterator

from oxconf.artifacts._server import unit_name
from oxconf.artifacts.nftables_conf import NftablesConf
from oxconf.deployment.model import Deployment, Firewall, Mode, Role
from oxconf.deployment.ports import GALERA_PORT
from oxconf.deployment.span import SECOND, check_interval
from oxconf.deployment.topology import MYSQL_PORT, database_hosts, has_clustercheck, ox_hosts, runs_haproxy
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import _product as product
from oxconf.runbook import hosts
from oxconf.runbook._product import lacks_address
from oxconf.runbook._writer import has_accounts, written_on
from oxconf.runbook.database import START_SECONDS, join_anywhere, synced
from oxconf.runbook.leftover import drop_accounts
from oxconf.runbook.recover import peers
from oxconf.runbook.replication import DUMP, dump_all, load_dump, login, point, slave_comes
from oxconf.runbook.saved import MARK
from oxconf.runbook.sql import accounts_sql
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

NEW = "the new server"
OTHERS = "each other server"
LEAVING = "the server that leaves"
PLAN = (
    "Change cluster.toml first, see with `oxconf diff OLD NEW` what follows from it, then render and copy the new "
    "archives to the hosts. "
)
LATER = (
    "Where a step `install` has named the restart of a database server or of Open-Xchange, take the runbook restart "
    "for it, one host at a time. "
)
BESIDE = "maxscale-admin backup munin firewall"
"""The setup's steps of what runs beside the others on a host, as far as it has them; the packet filter last."""

CHECKS = 5
"""OURS: after the time of so many checks, whoever asks clustercheck believes that nobody answers: it asks twice."""


def add(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which a server comes to those that are there."""
    return Runbook(
        "add-database",
        "Add a database server",
        PLAN
        + "Name the new server last in the file: the server ids of replication are the places there. These steps "
        "are in the new archives.",
        (
            Phase("The new server", "On its own, before anybody knows it.", (_prepare(plan, fresh=False),)),
            Phase(
                "The others get to know it",
                "A packet filter lets it in from now on. The list of peers is read at a server's next start.",
                (_accounts(plan), *_meet(plan)),
            ),
            Phase("It joins", "It copies all data from one of the others.", tuple(_joins(plan))),
            Phase("Those who use it", "", tuple(_users(plan, besides=_meeting(plan)))),
            Phase(
                "Verify",
                LATER + "Then on every host; it changes nothing.",
                tuple(_verify(plan, State(NEW, Holds.DATABASE))),
            ),
        ),
        setup.standing(Holds.PACKAGES, Holds.ENABLED, Holds.ACCOUNTS, Holds.FILES, Holds.OX),
    )


def replace(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which a server whose data are gone or wrong gets them anew."""
    return Runbook(
        "replace-database",
        "Replace a database server, or give it its data anew",
        "For a server whose disk is lost, or whose data are not to be trusted, and for a new machine with the old name "
        "and address. The cluster file does not change. A master that is gone is replaced as a slave: promote another "
        "one first.",
        (
            Phase("The server", "Its data folder is made anew.", (_prepare(plan, fresh=True),)),
            Phase("It joins", "It copies all data from one of the others.", tuple(_joins(plan))),
            Phase(
                "Verify",
                "On every host; it changes nothing.",
                tuple(_verify(plan, State(NEW, Holds.DATABASE))),
            ),
        ),
        setup.standing(Holds.PACKAGES, Holds.ENABLED, Holds.ACCOUNTS, Holds.FILES, Holds.OX),
    )


def remove(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which a server leaves."""
    galera = plan.deployment.database.mode is Mode.GALERA
    users = Phase(
        "Those who use it",
        "They get the new files, and do not ask it any more.",
        tuple(_users(plan, besides=_staying(plan))),
    )
    leaves = Phase("It leaves", "Its data stay on its disk.", (_leave(plan),))
    return Runbook(
        "remove-database",
        "Remove a database server",
        PLAN
        + "The server that leaves has no new archive: its step is in the one that it was installed from. "
        + (
            "It leaves before the others get their new files: until then they agree on who takes the writes. Where it "
            "is the writer, name as `writer` in the same change the server that comes next in the file: that one takes "
            "the writes when it leaves, and nobody moves them once more."
            if galera
            else "The master does not leave: promote another server first."
        ),
        (
            *((leaves, users) if galera else (users, leaves)),
            Phase(
                "The others forget it",
                "A server reads the list of its peers at its next start; that can wait.",
                tuple(hosts.refresh(plan.deployment, each) for each in _staying(plan)),
            ),
            # Servers of Galera log in to each other nowhere.
            *(() if galera else (drop_accounts(plan, LEAVING),)),
            Phase(
                "Verify",
                LATER + "Then on every host; it changes nothing.",
                tuple(_verify(plan, State(LEAVING, Holds.OUT if galera else Holds.FORGOTTEN))),
            ),
        ),
        setup.standing(Holds.PACKAGES, Holds.ENABLED, Holds.ACCOUNTS, Holds.FILES, Holds.OX, Holds.SERVING),
    )


def _servers(plan: Plan) -> tuple[str, ...]:
    return tuple(server.name for server in database_hosts(plan.deployment))


def _prepare(plan: Plan, *, fresh: bool) -> Step:
    deployment = plan.deployment
    known = peers(database_hosts(deployment))
    galera = deployment.database.mode is Mode.GALERA
    tests = (
        Test(
            "another server serves",
            f"  peer_answers {GALERA_PORT if galera else 3306} {known}",
            "No data can come from nowhere: see the runbook recover."
            if galera
            else "Start the master first.",
        ),
        Test(
            "this server is in no working cluster" if galera else "this server is not the master",
            '  [ "$(status wsrep_cluster_status)" != Primary ]'
            if galera
            else lacks_address(deployment.database.write_address),
            f"Stop it first: systemctl stop {unit_name(deployment)}"
            if galera
            else "Promote another server first, with the runbook promote.",
        ),
    )
    return Step(
        host=NEW,
        on=_servers(plan),
        slug="prepare",
        title="Take the setup's own steps, up to an empty data folder",
        why="User, packages, files and data folder of a new server are those of the first day.",
        before=tests,
        loses=f"The data of this server in {product.DATA} are moved away; they stay on its disk under another name."
        if fresh
        else "",
        command=("" if fresh else "setup_steps user packages save stop install enable datadir")
        or f"setup_steps user packages save\nrm -f {MARK}\nsetup_steps stop install enable datadir",
        after=(
            Test(
                "the data folder is new",
                f"  [ -e {MARK} ] && [ -d {product.DATA}/mysql ]",
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"Stop the server and move the old folder back to {product.DATA}.",
        gives=tuple(
            State(NEW, holds) for holds in (Holds.PACKAGES, Holds.FILES, Holds.ENABLED, Holds.DATADIR)
        ),
        log=product.log(deployment),
    )


def _accounts(plan: Plan) -> Step:
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    if deployment.database.mode is Mode.GALERA:
        # The first in the file may be the new one.
        host, on = "a server of before", _servers(plan)
        tests = (Test("this node is Synced and Primary", synced(1), "Take this step on one that is."),)
    return Step(
        host=host,
        on=on,
        slug="accounts",
        title="Make the accounts of the new addresses",
        why="Accounts are given by address. Those that exist stay as they are.",
        before=tests,
        command='sql <"$here/accounts.sql"',
        sql=accounts_sql(deployment),
        after=(has_accounts(deployment),),
        repeat=Repeat.HARMLESS,
        undo="DROP USER, for the accounts of the new addresses.",
        gives=(State(NEW, Holds.ACCOUNTS),),
        log=product.log(deployment),
    )


def _joins(plan: Plan) -> Iterator[Step]:
    deployment = plan.deployment
    servers = database_hosts(deployment)
    ready = State(NEW, Holds.DATADIR)
    if deployment.database.mode is Mode.GALERA:
        step = join_anywhere(deployment, NEW, servers, ready)
        yield step
        yield _start_rest(plan, State(NEW, Holds.SERVING))
        return
    host, on, tests = written_on(plan)
    unit = unit_name(deployment)
    yield Step(
        host=host,
        on=on,
        slug="dump",
        title="Dump the master for the new slave",
        why="One snapshot with the position that belongs to it; everybody goes on reading and writing.",
        before=tests,
        command=f"{dump_all(deployment)}\nsay 'Copy {DUMP} to the new slave, to the same place.'",
        after=(Test("the dump is there", f"  [ -s {DUMP} ]"),),
        repeat=Repeat.HARMLESS,
        undo=f"rm {DUMP}, which holds the hashes of all passwords.",
        gives=(State(host, Holds.DUMPED),),
        log=product.log(deployment),
    )
    yield Step(
        host=NEW,
        on=_servers(plan),
        slug="follow",
        title="Load the dump, and follow the master",
        why="The position comes with the dump; what happened since then is asked for by transaction id.",
        words="NAME of the master",
        before=(
            Test(
                "the dump of the master is here and complete",
                f"  tail -n 1 {DUMP} | grep -q '^-- Dump completed'",
                f"Copy it from the master, {DUMP}, to the same place.",
            ),
        ),
        loses="What this server holds is replaced by the dump.",
        command=f"""\
master=$(address_of "${{words# }}" {peers(servers)})
[ "${{words# }}" != "$me" ] || stop 'a server does not follow itself'
answers "$master" {MYSQL_PORT} || stop 'the master does not let this server in{_filtered(deployment)}'
systemctl enable {unit}
systemctl start {unit}
wait_for {START_SECONDS} sql --execute='SELECT 1' || stop 'the server does not start'
{load_dump(deployment)}
sql <"$here/follow.sql"
sql --execute="{point(deployment, "$master")}; {product.start_slave(deployment)}"
rm {DUMP}""",
        sql=login(deployment),
        after=(slave_comes(deployment, START_SECONDS),),
        repeat=Repeat.HARMLESS,
        undo=f"{product.stop_slave(deployment)}, and make the data folder anew.",
        needs=(ready, State(host, Holds.DUMPED)),
        gives=(State(NEW, Holds.REPLICATING),),
        log=product.log(deployment),
    )
    yield _start_rest(plan, State(NEW, Holds.REPLICATING))


def _filtered(deployment: Deployment) -> str:
    """Return what opens the packet filter of a master that gets its new files only later, as it runs OX as well."""
    if deployment.network.firewall is Firewall.NONE:
        return ""
    return f": if it runs Open-Xchange too, take nft -f rootfs{NftablesConf.path} there, in its new archive"


def _start_rest(plan: Plan, need: State) -> Step:
    return Step(
        host=NEW,
        on=_servers(plan),
        slug="start-rest",
        title="Start what stands beside the server",
        why="These are the setup's own steps, as far as this host has them.",
        command=f"setup_steps filestore start {BESIDE}",
        repeat=Repeat.HARMLESS,
        undo="systemctl stop, for the units that it names.",
        needs=(need,),
        gives=(State(NEW, Holds.DATABASE),),
    )


def _staying(plan: Plan) -> tuple[HostPlan, ...]:
    """Return the hosts of the servers and the arbitrator, but for those that run Open-Xchange as well."""
    return tuple(
        each for each in plan.hosts if each.host.has(Role.DATABASE, Role.ARBITRATOR) and not each.host.runs_ox
    )


def _meeting(plan: Plan) -> tuple[HostPlan, ...]:
    """Return the hosts that must know a server before it joins.

    A host that runs Open-Xchange as well would send it reads at once. In Galera a health check keeps them away; in
    replication nothing does while the new slave loads its dump, so such a host has to wait.
    """
    if plan.deployment.database.mode is not Mode.GALERA:
        return _staying(plan)
    return tuple(each for each in plan.hosts if each.host.has(Role.DATABASE, Role.ARBITRATOR))


def _meet(plan: Plan) -> Iterator[Step]:
    """Yield how they get to know it. Any server may be the new one, which has these files already."""
    servers = tuple(each for each in _meeting(plan) if each.host.has(Role.DATABASE))
    if servers:
        yield hosts.refresh(plan.deployment, *servers, part=OTHERS)
    for each in _meeting(plan):
        if each not in servers:
            yield hosts.refresh(plan.deployment, each)


def _users(plan: Plan, besides: tuple[HostPlan, ...]) -> Iterator[Step]:
    """Yield how everybody else gets new files: what leads OX to the servers, OX, then those who need it least."""
    order = (plan.deployment.with_role(Role.DIRECTOR, Role.MAXSCALE), ox_hosts(plan.deployment))
    leading = [plan.of(host) for some in order for host in some]
    for each in (*leading, *(other for other in plan.hosts if other not in leading)):
        if each not in besides:
            yield hosts.refresh(plan.deployment, each)


def refresh_ox(plan: Plan) -> Iterator[Step]:
    """Yield how the OX nodes get their new files, one after the other."""
    return (hosts.refresh(plan.deployment, plan.of(host)) for host in ox_hosts(plan.deployment))


def _verify(plan: Plan, need: State) -> Iterator[Step]:
    for each in plan.hosts:
        if each.host.has(Role.DATABASE) or runs_haproxy(plan.deployment, each.host):
            yield hosts.verify(each, (need,))


def _leave(plan: Plan) -> Step:
    deployment = plan.deployment
    unit = unit_name(deployment)
    silent, back = "", ""
    if deployment.database.mode is Mode.GALERA:
        test = Test(
            "at least three members stay: four are here now",
            '  [ "$(status wsrep_cluster_size)" -ge 4 ]',
            "Two members are no majority when one of them fails: add a server or an arbitrator first.",
        )
        if has_clustercheck(deployment):
            # Whoever asks it turns away before the server stops, and all of them to the same one.
            seconds = CHECKS * check_interval(deployment).value // SECOND
            silent = f"systemctl disable --now clustercheck.socket\nsleep {seconds}\n"
            back = "; systemctl enable --now clustercheck.socket"
    else:
        test = Test(
            "this server is not the master",
            lacks_address(deployment.database.write_address),
            "Promote another server first, with the runbook promote.",
        )
    return Step(
        host=LEAVING,
        on=_servers(plan),
        slug="leave",
        title="Leave",
        why="A server that stops in an orderly way is missed by nobody: the others count anew.",
        before=(test,),
        loses="Connections to this server end. " + _moves(deployment) + "Its data stay on its disk.",
        command=f"{silent}systemctl disable {unit}\nsystemctl stop {unit}",
        done=f"  ! systemctl is-active --quiet {unit} && ! systemctl is-enabled --quiet {unit}",
        after=(Test(f"{unit} is stopped", f"  ! systemctl is-active --quiet {unit}"),),
        repeat=Repeat.SKIPS,
        undo=f"systemctl enable --now {unit}{back}",
        gives=(State(LEAVING, Holds.OUT),),
        log=product.log(deployment),
    )


def _moves(deployment: Deployment) -> str:
    if deployment.database.mode is not Mode.GALERA:
        return ""
    return "If it is the writer, the writes move to the next one: requests in that moment fail. "
