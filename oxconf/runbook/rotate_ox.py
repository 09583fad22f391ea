"""New passwords of Open-Xchange: of its database account, and of its administrator."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import ox_hosts, read_endpoint, write_endpoint
from oxconf.plan import Plan
from oxconf.runbook.ox import ADMIN, DATABASE, LOG, SBIN, first
from oxconf.runbook.restart import NODE, answers_again, around
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test


def configdb(plan: Plan, need: State) -> Iterator[Step]:
    """Yield how the registered databases and then the nodes come to use the new password."""
    deployment = plan.deployment
    yield _registered(deployment, need)
    yield from around(plan, _renew(deployment, State(first(deployment).name, Holds.RENEWED)))


def _registered(deployment: Deployment, need: State) -> Step:
    host = first(deployment)
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    names = [DATABASE]
    if (read.address, read.port) != (write.address, write.port):
        names.append(f"{DATABASE}_slave")
    return Step(
        host=host.name,
        slug="registered",
        title="Change the password of the registered databases",
        why="Each schema is reached by what configdb says of it, password included.",
        before=(
            Test(
                "the administration answers",
                f"  {SBIN}/listdatabase {ADMIN}",
                f"Look at {LOG}.",
            ),
        ),
        command=f"{SBIN}/listdatabase {ADMIN}\n"
        + "\n".join(
            f'{SBIN}/changedatabase {ADMIN} --name {name} --dbuser {DATABASE_USER} --dbpasswd "$configdb_password"'
            for name in names
        )
        + f"\n{SBIN}/listdatabase {ADMIN}\nsay 'Nothing but the password may have changed between the two lists.'",
        repeat=Repeat.HARMLESS,
        undo="The same step with the old password in the secrets file.",
        needs=(need,),
        gives=(State(host.name, Holds.RENEWED),),
        log=LOG,
        secrets=("configdb", "master"),
    )


def _renew(deployment: Deployment, need: State) -> Step:
    return Step(
        host=NODE,
        on=tuple(host.name for host in ox_hosts(deployment)),
        slug="renew",
        title="Install the new files, and restart Open-Xchange",
        why="It reads the password when it starts. Take the other OX nodes after this one, in the same way.",
        loses="Sessions on this node end, unless the session storage of this release keeps them.",
        command="sh install.sh ${yes:+--yes}\nox restart",
        after=(answers_again(deployment),),
        repeat=Repeat.HARMLESS,
        undo="The same step with the old password in the secrets file.",
        needs=(need,),
        gives=(State(NODE, Holds.RENEWED), State(NODE, Holds.OX)),
        log=LOG,
    )


def master(plan: Plan) -> Phase:
    """Return how the administrator's password changes on each node."""
    deployment = plan.deployment
    step = Step(
        host=NODE,
        on=tuple(host.name for host in ox_hosts(deployment)),
        slug="master",
        title="Change the password of oxadminmaster on this node",
        why="Its hash stands in mpasswd, which oxinstaller wrote. Take the other OX nodes in the same way.",
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
        needs=tuple(State(host.name, Holds.OX) for host in ox_hosts(deployment)),
        gives=(State(NODE, Holds.RENEWED), State(NODE, Holds.OX)),
        log=LOG,
        secrets=("master",),
    )
    return Phase("Open-Xchange", "One node after the other.", tuple(around(plan, step)))
