"""A new password for each purpose, in an order in which nobody is locked out.

Where the server can, an account takes the old password and the new one for a while. MySQL has that since 8.0.14.
MariaDB has no word for it, but since 10.4 an account may have several ways to log in, and the same plugin may stand
there twice with two passwords: a client that fails the first is asked again for the second. Tried with MariaDB 10.11,
its client and its Connector/J 2.7; the Connector/J of MySQL, which Open-Xchange brings, was not at hand.
"""

from collections.abc import Iterator

from oxconf.artifacts._server import is_mariadb, since
from oxconf.deployment.model import Deployment, Mode
from oxconf.deployment.secrets import PURPOSES
from oxconf.deployment.topology import database_hosts, maxscale_hosts
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import _product as product
from oxconf.runbook import maxscale, rotate_ox, rotate_vrrp
from oxconf.runbook._writer import written_on
from oxconf.runbook.nodes import refresh_ox
from oxconf.runbook.replication import login, slave_comes
from oxconf.runbook.sql import LOCAL, Account, accounts, alter, quoted, root_password
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

BEGIN = (
    "Change the password in the secrets file first, and nothing else; render, and copy the new archives to the hosts. "
    "Then take these steps, in the new archives. "
)

LOCALLY = ("sst", "clustercheck", "maintenance")
"""Accounts of a server that only programs on its own host log in to."""


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


def takes_both(deployment: Deployment) -> bool:
    """Whether an account of this server can take two passwords for a while.

    The numbers name a series: of MySQL 8.0 the releases before 8.0.14 can not.
    """
    return since(deployment, mariadb="10.4", mysql="8.0")


def _both_at_once(deployment: Deployment, purpose: str) -> bool:
    """Whether the accounts of a purpose can take two passwords for everybody who uses them.

    MaxScale looks up one password of an account, the first, before it lets OX in.
    """
    return takes_both(deployment) and not (purpose == "configdb" and maxscale_hosts(deployment))


def of_purpose(deployment: Deployment, purpose: str) -> tuple[Account, ...]:
    """Return the accounts that have the password of a purpose, root's included."""
    if purpose == "root":
        return (
            Account(
                user="root",
                client=LOCAL,
                password=deployment.password("root"),
                privileges="ALL PRIVILEGES",
                why="the administrator",
            ),
        )
    return tuple(each for each in accounts(deployment) if each.password.purpose == purpose)


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
    if _both_at_once(deployment, purpose) and not (purpose == "root" and is_mariadb(deployment)):
        about = "The accounts take the old password and the new one until everybody uses the new one: none is refused."
        if purpose == "configdb":
            about += (
                " See that the first node which has restarted works, before you take the next: its driver is asked "
                "twice, and a driver that can not do that shows itself there, while all others still run."
            )
        return about
    return {
        "configdb": "This server knows one password for an account. The new files are installed first, then the "
        "accounts change, then Open-Xchange restarts everywhere. Connections that are open stay open; from the change "
        "until its restart a node can open no new one, and requests that need one fail. Take it at a quiet hour.",
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
        yield rotate_ox.master(plan)
        return
    concerned = of_purpose(deployment, purpose)
    if not concerned:
        return
    both = _both_at_once(deployment, purpose)
    host, _, _ = written_on(plan)
    if both:
        yield Phase("Both passwords", "From here on either of them is right.", (_both(plan, concerned),))
    elif purpose == "configdb":
        yield Phase("Files", "They are read at the next start.", tuple(refresh_ox(plan)))
    elif not _alone(deployment, purpose):
        yield Phase("The accounts", "From here on the new password is right.", (_only(plan, concerned, ()),))
    after = State(host, Holds.BOTH if both else Holds.CHANGED)
    if purpose == "configdb":
        if not both:
            yield Phase(
                "The accounts", "From here on the new password is right.", (_only(plan, concerned, ()),)
            )
        steps = tuple(rotate_ox.configdb(plan, after))
        users = ("the OX node", *_hosts(steps))
    elif purpose == "replication":
        steps = (_slave(plan, after),)
        users = _hosts(steps)
    elif purpose == "maxscale":
        steps = tuple(_restart_maxscale(each, after) for each in plan.hosts if maxscale.runs(each))
        users = _hosts(steps)
    else:
        steps = tuple(
            _renew(plan, each, purpose, (after,) if both or not _alone(deployment, purpose) else ())
            for each in _holders(plan)
        )
        users = _hosts(steps)
    yield Phase("Whoever uses it", "One after the other.", steps)
    if both:
        needs = tuple(State(user, Holds.RENEWED) for user in users if _renews(steps, user))
        yield Phase(
            "The new password alone",
            "When nobody uses the old one any more.",
            (_only(plan, concerned, needs),),
        )


def _renews(steps: tuple[Step, ...], host: str) -> bool:
    return any(State(host, Holds.RENEWED) in step.gives for step in steps)


def _hosts(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.host for step in steps))


def _holders(plan: Plan) -> Iterator[HostPlan]:
    """Yield the database servers, the writer last."""
    first, *others = database_hosts(plan.deployment)
    for server in (*others, first):
        yield plan.of(server)


def _alone(deployment: Deployment, purpose: str) -> bool:
    """Whether each server of Galera changes its own account, as one password for all would stop all at once."""
    return deployment.database.mode is Mode.GALERA and purpose in LOCALLY and not takes_both(deployment)


def both_sql(deployment: Deployment, account: Account) -> str:
    """Return the statements by which an account takes the new password and those that it has already.

    Taking them again changes nothing.
    """
    who = f"{quoted(account.user)}@{quoted(account.client)}"
    row = f"User = {quoted(account.user)} AND Host = {quoted(account.client)}"
    new = quoted(account.password.reveal())
    if not is_mariadb(deployment):
        change = quoted(f"ALTER USER {who} IDENTIFIED BY {new} RETAIN CURRENT PASSWORD")
        return (
            f"SET @change = IF((SELECT JSON_CONTAINS_PATH(COALESCE(User_attributes, '{{}}'), 'one', "
            f"'$.additional_password') FROM mysql.user WHERE {row}), 'DO 1', {change});\n"
            "PREPARE change_user FROM @change;\nEXECUTE change_user;\nDEALLOCATE PREPARE change_user;\n"
        )
    native = " OR mysql_native_password USING "
    change = quoted(f"ALTER USER {who} IDENTIFIED VIA mysql_native_password USING ")
    # The account may have two already, of a change that was never finished: all of them stay.
    return f"""\
SET @new = PASSWORD({new});
SET @now = (SELECT Priv FROM mysql.global_priv WHERE {row});
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT({change},
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT({quoted(native)}, QUOTE(@second))),
  {quoted(native)}, QUOTE(@new)));
EXECUTE IMMEDIATE @change;
"""


def _both(plan: Plan, concerned: tuple[Account, ...]) -> Step:
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    # With MariaDB root comes in over the socket, and its account has that way as its first.
    skip = is_mariadb(deployment) and concerned[0].user == "root"
    return Step(
        host=host,
        on=on,
        slug="both",
        title="Let the accounts take both passwords",
        why="root comes in over the socket all the time, so its password can simply change."
        if skip
        else "Whoever still has the old one, and whoever has the new one already, gets in.",
        before=tests,
        command='sql <"$here/both.sql"',
        sql=root_password(deployment)
        if skip
        else "\n".join(both_sql(deployment, each) for each in concerned),
        repeat=Repeat.HARMLESS,
        undo="The same steps with the old password in the secrets file.",
        gives=(State(host, Holds.BOTH),),
        log=product.log(deployment),
    )


def _only(plan: Plan, concerned: tuple[Account, ...], needs: tuple[State, ...]) -> Step:
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    return Step(
        host=host,
        on=on,
        slug="only-new",
        title="Let the accounts take the new password alone",
        why="The old one is worth nothing any more.",
        before=tests,
        loses="Whoever still uses the old password is refused from here on.",
        command='sql <"$here/only-new.sql"',
        sql=root_password(deployment)
        if concerned[0].user == "root"
        else "\n".join(alter(deployment, each) for each in concerned),
        repeat=Repeat.HARMLESS,
        undo="The same steps with the old password in the secrets file.",
        needs=needs,
        gives=(State(host, Holds.CHANGED),),
        ends=(State(host, Holds.BOTH),) if needs else (),
        log=product.log(deployment),
    )


def _restart_maxscale(plan: HostPlan, need: State) -> Step:
    return Step(
        host=plan.host.name,
        slug="renew",
        title="Install the new file, and restart MaxScale",
        why="It reads the password when it starts. Take one host after the other.",
        loses="Connections of OX through this MaxScale are closed; requests in that moment fail.",
        command="sh install.sh ${yes:+--yes}\nsystemctl restart maxscale.service",
        after=(Test("MaxScale runs", "  systemctl is-active --quiet maxscale.service"),),
        repeat=Repeat.HARMLESS,
        undo="The same step with the old password in the secrets file.",
        needs=(State(plan.host.name, Holds.PACKAGES), need),
        gives=(State(plan.host.name, Holds.RENEWED), State(plan.host.name, Holds.FILES)),
        log=maxscale.LOG,
    )


def _renew(plan: Plan, host: HostPlan, purpose: str, needs: tuple[State, ...]) -> Step:
    """Return the step by which one database server gets the file, and what follows from it on this server."""
    deployment = plan.deployment
    lines = []
    # Only here: the others still have the old file.
    if _alone(deployment, purpose):
        lines.append("SET SESSION wsrep_on = OFF;")
        lines += [alter(deployment, each) for each in of_purpose(deployment, purpose)]
    if purpose == "sst":
        value = quoted("sstuser:" + deployment.password("sst").reveal())
        lines.append(f"SET GLOBAL wsrep_sst_auth = {value};")
    before: tuple[Test, ...] = ()
    if deployment.database.mode is Mode.GALERA:
        before = (
            Test(
                "the node is Synced: it gives no copy to another one just now",
                '  [ "$(status wsrep_local_state_comment)" = Synced ]',
                "Wait until the state transfer is over.",
            ),
        )
    return Step(
        host=host.host.name,
        slug="renew",
        title="Install the new file" + (", and let the server know" if lines else ""),
        why="Without a restart." if lines else "It is read anew each time that somebody uses it.",
        before=before,
        command="sh install.sh ${yes:+--yes}" + ('\nsql <"$here/renew.sql"' if lines else ""),
        sql="\n".join(lines) + "\n" if lines else "",
        repeat=Repeat.HARMLESS,
        undo="The same steps with the old password in the secrets file.",
        needs=(State(host.host.name, Holds.PACKAGES), *needs),
        gives=(State(host.host.name, Holds.RENEWED), State(host.host.name, Holds.FILES)),
        log=product.log(deployment),
    )


def _slave(plan: Plan, need: State) -> Step:
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
        undo="The same steps with the old password in the secrets file.",
        needs=(need,),
        gives=(State("each slave", Holds.RENEWED),),
        log=product.log(deployment),
    )
