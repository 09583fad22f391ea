"""An OX node comes, goes, or is replaced; and oxinstaller is called again. From documentation: no OX was at hand."""

from collections.abc import Iterator

from attrs import evolve

from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.model import Role
from oxconf.deployment.topology import database_hosts, ox_hosts
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import _product as product
from oxconf.runbook import hosts
from oxconf.runbook._writer import has_accounts, written_on
from oxconf.runbook.leftover import drop_accounts
from oxconf.runbook.nodes import BESIDE, LATER, PLAN
from oxconf.runbook.ox import LOG, OWNED, SBIN, first
from oxconf.runbook.restart import NODE, answers_again, answers_no_more, around
from oxconf.runbook.sql import accounts_sql
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

NEW = "the new OX node"
OTHERS = "each other OX node"
LEAVING = "the OX node that leaves"


def add(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which an OX node comes."""
    return Runbook(
        "add-ox",
        "Add an OX node",
        PLAN
        + "Name the new node last in the file, or give every node its `route`: the routes are the places there.",
        (
            Phase(
                "Those that it needs",
                "Its database account, its right to the filestore, its place in health checks and packet filters, and "
                "its name everywhere.",
                (_accounts(plan), *_others(plan, but_new=True)),
            ),
            Phase(
                "The new node",
                "It finds the cluster registered, and joins it.",
                (_set_up(plan, replaced=False),),
            ),
            Phase("In front", LATER + "Then users come to it.", tuple(_in_front(plan))),
            Phase("Verify", "On every host; it changes nothing.", tuple(_verify(plan, State(NEW, Holds.OX)))),
        ),
        setup.standing(Holds.PACKAGES, Holds.FILES, Holds.ACCOUNTS),
    )


def replace(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which a new machine takes the place of an OX node."""
    return Runbook(
        "replace-ox",
        "Replace an OX node",
        "For a new machine with the old name and address: the cluster file does not change. All that a node has of its "
        "own is configuration; users' data are in the database and in the filestore.",
        (
            Phase(
                "The node", "It finds the cluster registered, and joins it.", (_set_up(plan, replaced=True),)
            ),
            Phase("Verify", "On every host; it changes nothing.", tuple(_verify(plan, State(NEW, Holds.OX)))),
        ),
        setup.standing(Holds.PACKAGES, Holds.FILES, Holds.ACCOUNTS),
    )


def remove(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which an OX node leaves."""
    leave = Step(
        host=LEAVING,
        on=tuple(host.name for host in ox_hosts(plan.deployment)),
        slug="leave",
        title="Stop Open-Xchange",
        why="Its users have had the time that you gave them; the rest logs in again, on another node.",
        loses="Sessions on this node end.",
        command="ox stop\nox disable",
        after=(answers_no_more(plan.deployment),),
        repeat=Repeat.HARMLESS,
        undo="ox enable; ox start, which are systemctl for the units of Open-Xchange.",
        gives=(State(LEAVING, Holds.OUT),),
        log=LOG,
    )
    drain, *rest = around(plan, leave)
    return Runbook(
        "remove-ox",
        "Remove an OX node",
        PLAN + "The first two phases are in the archives from before, the others in the new ones.",
        (
            *(
                (Phase("No new sessions", "Give those who are there the time that you can.", (drain,)),)
                if rest
                else ()
            ),
            Phase("It leaves", "It has no new archive.", (leave,)),
            Phase(
                "In front",
                "The balancers forget it.",
                # The node does not come back, but the file of its drain goes.
                (*_in_front(plan), *(evolve(each, needs=(), ends=()) for each in rest[1:])),
            ),
            Phase("The others", "They forget it too.", tuple(_others(plan))),
            drop_accounts(plan, LEAVING),
            Phase(
                "Verify",
                LATER + "Then on every host; it changes nothing.",
                tuple(_verify(plan, State(LEAVING, Holds.FORGOTTEN))),
            ),
        ),
        setup.standing(Holds.PACKAGES, Holds.FILES),
    )


def reconfigure(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook by which oxinstaller is called again."""
    return Runbook(
        "reconfigure",
        "Call oxinstaller again",
        "When something changes that only oxinstaller writes: the mail servers, the heap, the name of the cluster. It "
        "writes its own configdb.properties and ajp.properties each time, so those of the archive are put back at "
        "once. Take one node after the other.",
        (Phase("One OX node", "Then the next one.", tuple(around(plan, _reconfigured(plan)))),),
        setup.standing(Holds.PACKAGES, Holds.FILES),
    )


def _reconfigured(plan: Plan) -> Step:
    nodes = [each for each in plan.hosts if each.host.runs_ox]
    owned = [one.path for one in nodes[0].artifacts if one.path.startswith(OWNED)]
    return Step(
        host=NODE,
        on=tuple(each.host.name for each in nodes),
        slug="reconfigure",
        title="Call oxinstaller, put back what is ours, restart",
        why="A node that restarts between the two would talk to the database in oxinstaller's way.",
        before=(
            Test(
                "Open-Xchange is installed", f"  [ -x {SBIN}/oxinstaller ]", "Take the setup's step packages."
            ),
        ),
        loses="Settings that somebody made by hand in files of oxinstaller go; sessions on this node end.",
        command=f"""\
kept=/var/backups/oxconf
install -d -m 0700 "$kept"
cp -a {OWNED.rstrip("/")} "$kept/oxinstaller-$(date +%Y%m%d-%H%M%S)"
sh rootfs{OxInstaller.path}
sh install.sh ${{yes:+--yes}} --replace {" ".join(owned)}
mark oxinstaller
ox restart""",
        after=(answers_again(plan.deployment),),
        repeat=Repeat.HARMLESS,
        undo="The folder of before is in /var/backups/oxconf; copy it back and restart Open-Xchange.",
        gives=(State(NODE, Holds.CONFIGURED), State(NODE, Holds.OX)),
        log=LOG,
    )


def _accounts(plan: Plan) -> Step:
    host, on, tests = written_on(plan)
    return Step(
        host=host,
        on=on,
        slug="accounts",
        title="Make the database account of the new address",
        why="Accounts are given by address. Those that exist stay as they are.",
        before=tests,
        command='sql <"$here/accounts.sql"',
        sql=accounts_sql(plan.deployment),
        after=(has_accounts(plan.deployment),),
        repeat=Repeat.HARMLESS,
        undo="DROP USER, for the account of the new address.",
        needs=(State(database_hosts(plan.deployment)[0].name, Holds.ACCOUNTS),),
        gives=(State(NEW, Holds.ACCOUNTS),),
        log=product.log(plan.deployment),
    )


def _set_up(plan: Plan, *, replaced: bool) -> Step:
    deployment = plan.deployment
    nodes = ox_hosts(deployment)
    return Step(
        host=NEW,
        on=tuple(host.name for host in nodes),
        slug="set-up",
        title="Take the setup's own steps",
        why="A new node is set up as on the first day. configdb and the registration are there: they are left out, "
        f"also on {first(deployment).name}, which made them.",
        loses="If this host still runs Open-Xchange, its sessions end." if replaced else "",
        command="setup_steps user packages oxinstaller install enable filestore mount probe start-ox start\n"
        f"setup_steps {BESIDE}",
        after=(answers_again(deployment),),
        repeat=Repeat.HARMLESS,
        undo="The runbook remove-ox.",
        needs=() if replaced else (State(NEW, Holds.ACCOUNTS),),
        gives=tuple(State(NEW, holds) for holds in (Holds.PACKAGES, Holds.FILES, Holds.ENABLED, Holds.OX)),
        log=LOG,
    )


def _is_in_front(each: HostPlan) -> bool:
    """Whether a host is a web server, and nothing that an OX node needs before it starts."""
    serves = each.host.has(Role.DATABASE, Role.FILESTORE, Role.DIRECTOR, Role.MAXSCALE)
    return not serves and any(isinstance(one, ProxyAjp) for one in each.artifacts)


def _in_front(plan: Plan) -> Iterator[Step]:
    return (hosts.refresh(plan.deployment, each) for each in plan.hosts if _is_in_front(each))


def _others(plan: Plan, *, but_new: bool = False) -> Iterator[Step]:
    """Yield how everybody else gets new files. With `but_new`, any OX node may be the one that is not set up yet."""
    others = [each for each in plan.hosts if not _is_in_front(each)]
    maybe_new = [each for each in others if but_new and _may_be_new(each)]
    yield from (hosts.refresh(plan.deployment, each) for each in others if each not in maybe_new)
    if maybe_new:
        yield hosts.refresh(plan.deployment, *maybe_new, part=OTHERS)


def _may_be_new(each: HostPlan) -> bool:
    return each.host.runs_ox and not each.host.has(Role.DATABASE, Role.FILESTORE)


def _verify(plan: Plan, need: State) -> Iterator[Step]:
    for each in plan.hosts:
        if each.host.runs_ox or any(isinstance(one, ProxyAjp) for one in each.artifacts):
            yield hosts.verify(each, (need,))
