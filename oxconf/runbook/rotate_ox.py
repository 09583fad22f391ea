"""New passwords of Open-Xchange: of its database account, and of its administrator."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.topology import ox_hosts, read_endpoint, write_endpoint
from oxconf.plan import Plan
from oxconf.runbook import hosts
from oxconf.runbook.ox import ADMIN, DATABASE, LOG, SBIN, first
from oxconf.runbook.passwords import as_open_xchange, open_xchange_is_let_in
from oxconf.runbook.restart import answers_again, around
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test

EVERY = "every OX node"
OTHERS = "every other OX node"


def configdb(plan: Plan, needs: tuple[State, ...]) -> Iterator[Step]:
    """Yield how one node, then the registered databases, and then the other nodes come to use the new password.

    The administration reaches configdb with the password that it read when it started: so its node comes first.
    """
    deployment = plan.deployment
    leader = first(deployment)
    yield from around(plan, _renew(deployment, leader.name, (leader,), needs), leader)
    yield _registered(deployment, State(leader.name, Holds.RENEWED))
    others = tuple(host for host in ox_hosts(deployment) if host is not leader)
    if others:
        registered = State(leader.name, Holds.REREGISTERED)
        yield from around(plan, _renew(deployment, OTHERS, others, (registered,)))


def _registered(deployment: Deployment, need: State) -> Step:
    host = first(deployment)
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    names = [DATABASE]
    if (read.address, read.port) != (write.address, write.port):
        names.append(f"{DATABASE}_slave")
    listed = f"{SBIN}/listdatabase {ADMIN}"
    return Step(
        host=host.name,
        slug="registered",
        title="Change the password of the registered databases",
        why="Each schema is reached by what configdb says of it, password included.",
        before=(
            Test(
                "the administration answers, and reaches configdb",
                f"  wait_for 120 {listed}",
                f"Look at {LOG}.",
            ),
        ),
        command=f"{listed}\n"
        + "\n".join(
            f'{SBIN}/changedatabase {ADMIN} --name {name} --dbuser {DATABASE_USER} --dbpasswd "$configdb_password"'
            for name in names
        )
        + f"\n{listed}\nsay 'Nothing but the password may have changed between the two lists.'",
        # SOURCE: configdb.sql of appsuite-middleware.
        after=tuple(
            Test(
                f"configdb has the new password of {name}",
                f'  [ "$({as_open_xchange(write.address, write.port)} --batch --raw --skip-column-names \\\n'
                f'    --execute="SELECT password FROM configdb.db_pool WHERE name = \'{name}\'")" = '
                '"$configdb_password" ]',
            )
            for name in names
        ),
        repeat=Repeat.HARMLESS,
        undo="The same step with the old password in the secrets file.",
        needs=(need,),
        gives=(State(host.name, Holds.REREGISTERED),),
        log=LOG,
        secrets=("configdb", "master"),
    )


def _renew(deployment: Deployment, host: str, nodes: tuple[Host, ...], needs: tuple[State, ...]) -> Step:
    several = host == OTHERS and len(nodes) > 1
    return Step(
        host=host,
        on=tuple(node.name for node in nodes) if host == OTHERS else (),
        slug="renew",
        title="Install the new files, and restart Open-Xchange",
        why="It reads the password when it starts." + (" One node after the other." if several else ""),
        # Before the node has lost anything.
        before=open_xchange_is_let_in(deployment),
        loses="Sessions on this node end, unless the session storage of this release keeps them.",
        command="sh install.sh ${yes:+--yes}\nox restart",
        after=(answers_again(deployment),),
        repeat=Repeat.HARMLESS,
        undo="The same step with the old password in the secrets file.",
        needs=needs,
        gives=(State(host, Holds.RENEWED), State(host, Holds.OX)),
        log=LOG,
        secrets=("configdb",),
    )


def master(plan: Plan) -> Iterator[Phase]:
    """Yield how the administrator's password changes on each node."""
    deployment = plan.deployment
    nodes = tuple(host.name for host in ox_hosts(deployment))
    step = Step(
        host=EVERY,
        on=nodes,
        slug="renew",
        title="Change the password of oxadminmaster on this node",
        why="Its hash stands in mpasswd, which oxinstaller wrote. One node after the other.",
        before=(
            Test(
                "generatempasswd is there", f"  [ -x {SBIN}/generatempasswd ]", "Install open-xchange-admin."
            ),
        ),
        loses="Who still has the old password can not administer through this node any more. Sessions on it end.",
        command=f"""\
cp -p /opt/open-xchange/etc/mpasswd "/opt/open-xchange/etc/mpasswd.before-$(date +%Y%m%d-%H%M%S)"
{SBIN}/generatempasswd {ADMIN}
sh install.sh ${{yes:+--yes}}
ox restart""",
        after=(
            answers_again(deployment),
            Test("the new password is taken", f"  wait_for 120 {SBIN}/listserver {ADMIN}"),
        ),
        repeat=Repeat.HARMLESS,
        undo="Move the kept mpasswd back, and restart Open-Xchange.",
        needs=tuple(State(name, Holds.OX) for name in nodes),
        gives=(State(EVERY, Holds.RENEWED), State(EVERY, Holds.OX)),
        log=LOG,
        secrets=("master",),
    )
    yield Phase("Open-Xchange", "One node after the other.", tuple(around(plan, step)))
    yield hosts.verified(plan, nodes, (State(EVERY, Holds.RENEWED),))
