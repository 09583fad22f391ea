"""A new password for each purpose, in an order in which nobody is locked out."""

from collections.abc import Iterator

from attrs import fields, has

from oxconf.artifacts._server import is_mariadb, since
from oxconf.deployment.model import Deployment, Mode
from oxconf.deployment.secrets import PURPOSES, Secret
from oxconf.deployment.topology import database_hosts, maxscale_hosts
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import _product as product
from oxconf.runbook import hosts, maxscale, rotate_ox, rotate_vrrp
from oxconf.runbook._writer import written_on
from oxconf.runbook.nodes import refresh_ox
from oxconf.runbook.passwords import (
    backup_is_let_in,
    both_sql,
    lets_in,
    none_has_two,
    of_purpose,
    only_sql,
    takes_both,
)
from oxconf.runbook.replication import login, slave_comes
from oxconf.runbook.sql import Account, quoted
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

BEGIN = (
    "Change the password in the secrets file first, and nothing else; render, and copy the new archives to the hosts. "
    "Then take these steps, in the new archives. "
)

UNDO = "The same steps with the old password in the secrets file."

LOCALLY = ("sst", "clustercheck", "maintenance")
"""Accounts of a server that only programs on its own host log in to."""

UNFINISHED = (
    "these accounts take two passwords already, and the new one is not seen among them: $others. If this step has run "
    "with the same password before, go on: the next steps try it. Otherwise finish the change before this one, with "
    "its step only-new"
)


def rotations(plan: Plan, setup: Runbook) -> Iterator[Runbook]:
    """Yield one runbook for each password that the cluster has."""
    for purpose in PURPOSES:
        phases = tuple(_phases(plan, purpose.name))
        if phases:
            yield Runbook(
                f"rotate-{purpose.name}",
                f"A new {purpose.text}",
                BEGIN + _about(plan.deployment, purpose.name),
                phases,
                setup.standing(Holds.PACKAGES, Holds.FILES, Holds.OX),
            )
    guards = tuple(maxscale.new_password(host) for host in plan.hosts if maxscale.runs(host))
    if guards:
        yield Runbook(
            "rotate-maxscale-admin",
            "A new password of MaxScale's administration",
            "It is in no archive: each host makes its own, and keeps it where maxctrl finds it. Nothing of "
            "Open-Xchange uses it.",
            (Phase("MaxScale", "One host after the other.", guards),),
            setup.standing(Holds.GUARDED),
        )


def _both_at_once(deployment: Deployment, purpose: str) -> bool:
    """Whether the accounts of a purpose can take two passwords for everybody who uses them.

    MaxScale looks up one password of an account, the first, before it lets OX in. MariaDB has the socket as the other
    way of root.
    """
    return takes_both(deployment) and not (
        (purpose == "configdb" and maxscale_hosts(deployment))
        or (purpose == "root" and is_mariadb(deployment))
    )


def _about(deployment: Deployment, purpose: str) -> str:
    if purpose == "vrrp":
        return (
            "Two hosts with different passwords do not hear each other, and both take the address. So one host alone "
            "runs keepalived while the password changes: for that minute the address stays where it is, without a "
            "standby."
        )
    if purpose == "master":
        return (
            "Each OX node has its own copy. A node takes the old password until its step and the new one afterwards: "
            "whoever provisions through it changes over in that moment."
        )
    if _both_at_once(deployment, purpose):
        about = "The accounts take the old password and the new one until everybody uses the new one: none is refused."
        if purpose == "configdb":
            about += (
                " See that the first node which has restarted works, before you take the next: its driver is asked "
                "twice, and a driver that can not do that shows itself there, while all others still run."
            )
        return about
    one = "MaxScale looks" if maxscale_hosts(deployment) else "This server looks"
    return {
        "configdb": f"{one} at one password of an account. The new files are installed first, then the "
        "accounts change, then Open-Xchange restarts everywhere. Connections that are open stay open; from the change "
        "until its restart a node can open no new one, and requests that need one fail. Take it at a quiet hour.",
        "backup": "From the change until its step a backup can not begin; one that runs goes on.",
        "root": "root of the system logs in over the socket without the password. Nothing that runs uses it."
        if since(deployment, mariadb="10.4")
        else "From the change until the new files are installed nobody logs in as root by /root/.my.cnf: mind a backup "
        "that runs. Nothing of Open-Xchange uses it.",
        "maxscale": "From the change until its step a MaxScale can open no new connection of its monitor, and may take "
        "a server for away. Take it at a quiet hour.",
        "replication": "A slave stays connected while the password changes. One that loses its connection between the "
        "two steps comes back with the second.",
    }.get(
        purpose,
        "The account belongs to each server alone, and changes there together with the file that names it. A check in "
        "that moment, of less than a second, is refused; HAProxy needs several before it acts.",
    )


def _phases(plan: Plan, purpose: str) -> Iterator[Phase]:
    deployment = plan.deployment
    if purpose == "vrrp":
        yield from rotate_vrrp.phases(plan)
        return
    if purpose == "master":
        yield from rotate_ox.master(plan)
        return
    concerned = of_purpose(deployment, purpose)
    if not concerned:
        return
    both, alone = _both_at_once(deployment, purpose), _alone(deployment, purpose)
    if both:
        yield Phase(
            "Both passwords", "From here on either of them is right.", (_both(plan, purpose, concerned),)
        )
    elif not alone:
        if purpose == "configdb":
            yield Phase("Files", "They are read at the next start.", tuple(refresh_ox(plan)))
        yield Phase(
            "The accounts", "From here on the new password is right.", (_only(plan, purpose, concerned, ()),)
        )
    host, _, _ = written_on(plan)
    after = () if alone else (State(host, Holds.BOTH if both else Holds.CHANGED),)
    users = tuple(_users(plan, purpose, after))
    yield Phase("Whoever uses it", "One after the other.", users)
    ends = tuple(given for step in users for given in step.gives if given.holds is Holds.RENEWED)
    if both:
        last = _only(plan, purpose, concerned, ends)
        yield Phase("The new password alone", "When nobody uses the old one any more.", (last,))
        ends = (State(host, Holds.CHANGED),)
    names = {name for step in users for name in step.hosts if step.slug == "renew"}
    yield hosts.verified(plan, names, ends)


def _users(plan: Plan, purpose: str, after: tuple[State, ...]) -> Iterator[Step]:
    """Yield how everybody who uses a password comes to use the new one."""
    if purpose == "configdb":
        yield from rotate_ox.configdb(plan, after)
    elif purpose == "replication":
        yield _slave(plan, after)
    else:
        first = database_hosts(plan.deployment)[0]
        # Whoever has it in a file; the writer last.
        holders = [each for each in plan.hosts if _holds(each, purpose)]
        for each in sorted(holders, key=lambda each: each.host is first):
            if purpose == "maxscale":
                yield _restart_maxscale(plan.deployment, each, after)
            else:
                yield _renew(plan, each, purpose, after)


def _holds(host: HostPlan, purpose: str) -> bool:
    """Whether a file of the host has the password."""
    return any(_has(artifact, purpose) for artifact in host.artifacts)


def _has(part: object, purpose: str) -> bool:
    if isinstance(part, Secret):
        return part.purpose == purpose
    if isinstance(part, tuple):
        return any(_has(each, purpose) for each in part)
    kind = type(part)
    return has(kind) and any(_has(getattr(part, each.name), purpose) for each in fields(kind))


def _alone(deployment: Deployment, purpose: str) -> bool:
    """Whether each server of Galera changes its own account, as one password for all would stop all at once."""
    return deployment.database.mode is Mode.GALERA and purpose in LOCALLY and not takes_both(deployment)


def _shown(purpose: str, concerned: tuple[Account, ...]) -> tuple[Test, ...]:
    """Return how the server that the accounts are changed on shows that the new password is right, if it can."""
    return (lets_in(purpose, concerned[0].user),) if purpose in (*LOCALLY, "root") else ()


def _both(plan: Plan, purpose: str, concerned: tuple[Account, ...]) -> Step:
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    shown = _shown(purpose, concerned)
    return Step(
        host=host,
        on=on,
        slug="both",
        title="Let the accounts take both passwords",
        why="Whoever still has the old one, and whoever has the new one already, gets in.",
        before=tests,
        done=shown[0].shell if shown else "",
        command='sql <"$here/both.sql"'
        if is_mariadb(deployment)
        else f'others=$(sql <"$here/both.sql")\n[ -z "$others" ] || stop "{UNFINISHED}"',
        sql="\n".join(both_sql(deployment, each) for each in concerned),
        after=shown,
        repeat=Repeat.SKIPS if shown else Repeat.HARMLESS,
        undo=UNDO,
        gives=(State(host, Holds.BOTH),),
        log=product.log(deployment),
        secrets=(purpose,) if shown else (),
    )


def _only(plan: Plan, purpose: str, concerned: tuple[Account, ...], needs: tuple[State, ...]) -> Step:
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    shown = _shown(purpose, concerned)
    # root may not get in with the option file any more, to take the step again.
    done = shown[0].shell if purpose == "root" and not needs else ""
    return Step(
        host=host,
        on=on,
        slug="only-new",
        title="Let the accounts take the new password alone",
        why="The old one is worth nothing any more.",
        before=tests,
        done=done,
        loses="Whoever still uses the old password is refused from here on.",
        command='sql <"$here/only-new.sql"',
        sql="\n".join(only_sql(deployment, each) for each in concerned) + "\n",
        after=(*shown, *none_has_two(deployment, concerned)),
        repeat=Repeat.SKIPS if done else Repeat.HARMLESS,
        undo=UNDO,
        needs=needs,
        gives=(State(host, Holds.CHANGED),),
        ends=(State(host, Holds.BOTH),) if needs else (),
        log=product.log(deployment),
        secrets=(purpose,) if shown else (),
    )


def _restart_maxscale(deployment: Deployment, plan: HostPlan, needs: tuple[State, ...]) -> Step:
    return Step(
        host=plan.host.name,
        slug="renew",
        title="Install the new file, and restart MaxScale",
        why="It reads the password when it starts. Take one host after the other.",
        loses="Connections of OX through this MaxScale are closed; requests in that moment fail.",
        command="sh install.sh ${yes:+--yes}\nsystemctl restart maxscale.service",
        # Its monitor logs in with the password.
        after=maxscale.leads(deployment),
        repeat=Repeat.HARMLESS,
        undo="The same step with the old password in the secrets file.",
        needs=(State(plan.host.name, Holds.PACKAGES), *needs),
        gives=(State(plan.host.name, Holds.RENEWED), State(plan.host.name, Holds.FILES)),
        log=maxscale.LOG,
    )


def _renew(plan: Plan, host: HostPlan, purpose: str, needs: tuple[State, ...]) -> Step:
    """Return the step by which one database server gets the file, and what follows from it on this server."""
    deployment = plan.deployment
    lines = []
    concerned = of_purpose(deployment, purpose)
    # Only here: the others still have the old file.
    if _alone(deployment, purpose):
        lines.append("SET SESSION wsrep_on = OFF;")
        lines += [only_sql(deployment, each) for each in concerned]
    before: tuple[Test, ...] = ()
    if purpose == "sst":
        value = quoted("sstuser:" + deployment.password("sst").reveal())
        lines.append(f"SET GLOBAL wsrep_sst_auth = {value};")
        before = (
            Test(
                "the node is Synced: it gives no copy to another one just now",
                '  [ "$(status wsrep_local_state_comment)" = Synced ]',
                "Wait until the state transfer is over.",
            ),
        )
    shown = _shown(purpose, concerned)
    return Step(
        host=host.host.name,
        slug="renew",
        title="Install the new file" + (", and let the server know" if lines else ""),
        why="Without a restart." if lines else "It is read anew each time that somebody uses it.",
        before=before,
        command="sh install.sh ${yes:+--yes}" + ('\nsql <"$here/renew.sql"' if lines else ""),
        sql="\n".join(lines) + "\n" if lines else "",
        after=shown or (backup_is_let_in(deployment),),
        repeat=Repeat.HARMLESS,
        undo=UNDO,
        needs=(State(host.host.name, Holds.PACKAGES), *needs),
        gives=(State(host.host.name, Holds.RENEWED), State(host.host.name, Holds.FILES)),
        log=product.log(deployment),
        secrets=(purpose,) if shown else (),
    )


def _slave(plan: Plan, needs: tuple[State, ...]) -> Step:
    deployment = plan.deployment
    return Step(
        host="each slave",
        on=tuple(server.name for server in database_hosts(deployment)),
        slug="renew",
        title="Follow the master with the new password",
        why="The slave keeps it in its own tables; it takes a second.",
        before=(
            Test(
                "this server is a slave",
                f'  [ -n "$(column {product.slave_column(deployment, "Master_Host")} '
                f"'{product.show_slave(deployment)}')\" ]",
                "The master needs no such step.",
            ),
        ),
        command=f"sql --execute='{product.stop_slave(deployment)}'\nsql <\"$here/renew.sql\"",
        sql=f"{login(deployment)}{product.start_slave(deployment)};\n",
        after=(slave_comes(deployment, 60),),
        repeat=Repeat.HARMLESS,
        undo=UNDO,
        needs=needs,
        gives=(State("each slave", Holds.RENEWED),),
        log=product.log(deployment),
    )
