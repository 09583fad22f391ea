"""The steps of a database server: from what was there before to one that serves, alone or as a node of Galera."""

import shlex
from collections.abc import Iterable

from attrs import evolve

from oxconf.artifacts._server import unit_name
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.ports import GALERA_PORT
from oxconf.deployment.topology import database_hosts, is_writer
from oxconf.runbook import _product as product
from oxconf.runbook import semi_sync
from oxconf.runbook.saved import MARK
from oxconf.runbook.sql import accounts as sql_accounts
from oxconf.runbook.sql import accounts_sql
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

JOIN_SECONDS = 6 * 3600
"""OURS: a full state transfer of a large cluster takes hours; the unit has the same patience."""

START_SECONDS = 300


def _any_answers(servers: Iterable[Host]) -> str:
    """Return shell that succeeds when one of these nodes listens for its group."""
    return " || ".join(f"answers {server.address} {GALERA_PORT}" for server in servers)


def stop(deployment: Deployment, host: Host) -> Step:
    """Return the step that stops the server that the package has started."""
    unit = unit_name(deployment)
    return Step(
        host=host.name,
        slug="stop",
        title="Stop the database server",
        why="Its settings change the form of the data folder, and Galera must not start by itself.",
        command=f"systemctl stop {unit}",
        done=f"  [ -e {MARK} ]",
        after=(Test(f"{unit} is stopped", f"  ! systemctl is-active --quiet {unit}"),),
        repeat=Repeat.SKIPS,
        undo=f"systemctl start {unit}",
        needs=(State(host.name, Holds.SAVED),),
        gives=(State(host.name, Holds.STOPPED),),
        log=product.log(deployment),
    )


def datadir(deployment: Deployment, host: Host) -> Step:
    """Return the step that moves the data folder away and makes a new one."""
    data = product.DATA
    return Step(
        host=host.name,
        slug="datadir",
        title="Make a new data folder",
        why="Sizes and character set take effect when it is made; old binary logs would confuse the server.",
        before=(
            Test(
                f"{data} is no disk of its own, or an empty one",
                f'  ! mountpoint -q {data} || [ -z "$(ls -A {data})" ]',
                "A mount point can not be renamed. The step save has saved its databases: mount the disk elsewhere, "
                f"move away what is on it, lost+found too, and mount it at {data} again.",
            ),
            Test(
                "the server reads the files of this archive",
                "  [ -e /etc/mysql/ox.conf.d/ox.cnf ] && grep -qs ox.conf.d /etc/mysql/my.cnf",
                "Run the step install first.",
            ),
        ),
        loses=f"The databases in {data} leave this server. They stay on the disk, under another name.",
        command=f"""\
when=$(date +%Y%m%d-%H%M%S)
for log in /var/log/mysql/*bin.[0-9]* /var/log/mysql/*bin.index; do
  [ -e "$log" ] || continue
  install -d -o mysql -g adm -m 2750 "/var/log/mysql/before-$when"
  mv "$log" "/var/log/mysql/before-$when/"
done
if [ -d {data} ] && ! mountpoint -q {data}; then
  mv {data} "{data}.$when"
  say "The data of before: {data}.$when"
fi
install -d -o mysql -g mysql -m 0700 {data}
install -d -o mysql -g adm -m 2750 /var/log/mysql
{product.initialise(deployment)}
mark datadir""",
        done=f"  [ -e {MARK} ] && [ -d {data}/mysql ]",
        after=(
            Test(
                "the data folder has the server's own tables, and they belong to mysql",
                f'  [ -d {data}/mysql ] && [ "$(stat -c %U {data}/mysql)" = mysql ]',
            ),
        ),
        repeat=Repeat.SKIPS,
        undo=f"Stop the server, move {data} away, then the folder of before to its place, and the logs of "
        f"/var/log/mysql/before-* back into /var/log/mysql; remove {MARK}.",
        needs=(
            State(host.name, Holds.STOPPED),
            State(host.name, Holds.SAVED),
            State(host.name, Holds.ENABLED),
        ),
        gives=(State(host.name, Holds.DATADIR),),
        log=product.log(deployment),
    )


def start(deployment: Deployment, host: Host) -> Step:
    """Return the step that starts a server that is no node of Galera."""
    unit = unit_name(deployment)
    alone = ""
    tests: tuple[Test, ...] = ()
    if deployment.database.semi_sync and is_writer(deployment, host):
        # The accounts come before the slaves.
        alone = (
            f"\nwait_for {START_SECONDS} sql --execute='SELECT 1' || stop 'the server does not start'\n"
            f"sql --execute='{semi_sync.alone(deployment)}'"
        )
        tests = (semi_sync.nobody_is_waited_for(deployment),)
    return Step(
        host=host.name,
        slug="start-database",
        title="Start the database server",
        why="It starts with the new settings and the new data folder.",
        command=f"systemctl enable {unit}\nsystemctl start {unit}{alone}",
        after=(Test("the server answers", f"  wait_for {START_SECONDS} sql --execute='SELECT 1'"), *tests),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {unit}",
        needs=(State(host.name, Holds.DATADIR),),
        gives=(State(host.name, Holds.SERVING),),
        ends=(State(host.name, Holds.STOPPED),),
        log=product.log(deployment),
    )


def bootstrap(deployment: Deployment, host: Host) -> Step:
    """Return the step that begins the Galera cluster: once in its life."""
    others = [server for server in database_hosts(deployment) if server is not host]
    peers = _any_answers(others)
    data = product.DATA
    return Step(
        host=host.name,
        slug="bootstrap",
        title="Begin the Galera cluster",
        why="The first node has nobody to join. A second bootstrap would be a second cluster beside the first.",
        before=(
            Test(
                f"no other node answers on port {GALERA_PORT}",
                f"  ! {{ {peers}; }}",
                f"One of {listed([server.name for server in others])} is in a cluster already: this node joins it "
                f"instead, with systemctl start {unit_name(deployment)}.",
            ),
            Test(
                "this node may begin",
                f"  [ ! -e {data}/grastate.dat ] || grep -q '^safe_to_bootstrap: 1' {data}/grastate.dat",
                "It was in a cluster and was not the last to leave it: see the runbook recover.",
            ),
        ),
        loses="This begins a new cluster on this node. Take it once in the cluster's life.",
        command=f"{product.bootstrap(deployment)}\nsystemctl enable {unit_name(deployment)}",
        done='  [ "$(status wsrep_cluster_status)" = Primary ]',
        after=(Test("the node is Synced and Primary", synced()),),
        repeat=Repeat.SKIPS,
        undo=f"{product.stop_bootstrapped(deployment)}, as long as no other node has joined.",
        needs=tuple(State(server.name, Holds.DATADIR) for server in (host, *others)),
        gives=(State(host.name, Holds.SERVING),),
        ends=(State(host.name, Holds.STOPPED),),
        log=product.log(deployment),
    )


def synced(seconds: int = START_SECONDS) -> str:
    """Return shell that waits until this node is Synced and Primary."""
    both = '"$(status wsrep_local_state_comment) $(status wsrep_cluster_status)"'
    return f"  synced() {{ [ {both} = 'Synced Primary' ]; }}\n  wait_for {seconds} synced"


def join(deployment: Deployment, host: Host, present: tuple[Host, ...]) -> Step:
    """Return the step that lets a node join those that are there already, and waits for its copy of the data."""
    return evolve(
        _join(deployment, host.name),
        why="It takes a full copy of the data. One node after the other: each copy occupies a donor.",
        before=(
            Test(
                _MEMBER,
                f"  {_any_answers(present)}",
                f"Start {listed([server.name for server in present])} first, and look at firewalls between the hosts.",
            ),
        ),
        needs=(
            State(host.name, Holds.DATADIR),
            *(State(server.name, Holds.SERVING) for server in present),
            State(present[0].name, Holds.ACCOUNTS),
        ),
        gives=(State(host.name, Holds.SERVING), State(host.name, Holds.ACCOUNTS)),
        ends=(State(host.name, Holds.STOPPED),),
    )


def join_anywhere(deployment: Deployment, part: str, servers: tuple[Host, ...], need: State) -> Step:
    """Return the step by which any node joins a cluster that is there; `part` is what the node is called."""
    words = " ".join(f"{server.name}={server.address}" for server in servers)
    return evolve(
        _join(deployment, part),
        on=tuple(server.name for server in servers),
        before=(
            Test(
                _MEMBER,
                f"  peer_answers {GALERA_PORT} {words}",
                "Start another node first, and look at firewalls between the hosts.",
            ),
        ),
        needs=(need,),
    )


_MEMBER = f"a node of the cluster answers on port {GALERA_PORT}"


def _join(deployment: Deployment, host: str) -> Step:
    unit = unit_name(deployment)
    return Step(
        host=host,
        slug="join",
        title="Join the Galera cluster",
        why="It takes what it lacks from the others; without data of its own that is a full copy.",
        command=f"systemctl enable {unit}\nsystemctl start {unit}",
        after=(Test("the node is Synced and Primary", synced(JOIN_SECONDS)),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {unit}",
        gives=(State(host, Holds.SERVING),),
        log=f"{product.log(deployment)}; on the donor {product.DATA}/innobackup.backup.log or mariabackup.backup.log",
    )


def restart_first(deployment: Deployment, host: Host) -> Step:
    """Return the step that restarts the bootstrapped node the ordinary way."""
    unit = unit_name(deployment)
    others = [server for server in database_hosts(deployment) if server is not host]
    peers = _any_answers(others)
    return Step(
        host=host.name,
        slug="restart-first",
        title="Restart the first node the ordinary way",
        why="It then joins like every other one, and systemd knows it as running. It is never bootstrapped again.",
        before=(
            Test(
                f"another node answers on port {GALERA_PORT}",
                f"  {peers}",
                "Without another node this would end the cluster: let the others join first.",
            ),
        ),
        command=f"{product.stop_bootstrapped(deployment)}\nsystemctl start {unit}",
        after=(Test("the node is Synced and Primary", synced()),),
        repeat=Repeat.HARMLESS,
        undo="There is nothing to undo.",
        needs=tuple(State(server.name, Holds.SERVING) for server in database_hosts(deployment)),
        gives=(State(host.name, Holds.DATABASE),),
        log=product.log(deployment),
    )


def accounts(deployment: Deployment, host: Host) -> Step:
    """Return the step that makes root's password and every account."""
    return Step(
        host=host.name,
        slug="accounts",
        title="Make the accounts of the database",
        why="What mysql_secure_installation asks, and each account by address: names are not resolved.",
        command="sql <runbook/accounts.sql",
        sql=accounts_sql(deployment),
        after=(
            Test("root logs in with /root/.my.cnf", '  "$client" --execute="SELECT 1"'),
            Test("every account is there", _all_there(deployment)),
        ),
        repeat=Repeat.HARMLESS,
        undo="DROP USER, for each account in runbook/accounts.sql.",
        needs=(State(host.name, Holds.SERVING),),
        gives=(
            State(host.name, Holds.ACCOUNTS),
            *((State(host.name, Holds.DATABASE),) if deployment.database.mode is Mode.STANDALONE else ()),
        ),
        log=product.log(deployment),
    )


def _all_there(deployment: Deployment) -> str:
    """Return shell that succeeds when the server knows every account."""
    wanted = dict.fromkeys(f"{account.user}@{account.client}" for account in sql_accounts(deployment))
    return (
        "  known=$(sql --execute=\"SELECT CONCAT(User, '@', Host) FROM mysql.user\")\n"
        f"  for account in {' '.join(map(shlex.quote, wanted))}; do\n"
        '    printf \'%s\\n\' "$known" | grep -qxF -e "$account" || return 1\n'
        "  done"
    )


def checks(deployment: Deployment, host: Host) -> tuple[Test, ...]:
    """Return what verify.sh looks at on a database server."""
    tests = [
        Test("the server answers", "  sql --execute='SELECT 1'", f"Look at: {product.log(deployment)}"),
        Test(
            "the server reads ox.cnf",
            '  [ "$(variable max_connections)" = '
            "\"$(sed -n 's/^max_connections = //p' /etc/mysql/ox.conf.d/ox.cnf)\" ]",
            "The block in /etc/mysql/my.cnf must be the last; restart the server.",
        ),
        Test(
            "the unit starts with the host",
            f"  systemctl is-enabled --quiet {unit_name(deployment)}",
            f"systemctl enable {unit_name(deployment)}",
        ),
        Test(
            "nobody logs in without a name or a password",
            "  ! \"$client\" --no-defaults --protocol=tcp --host=127.0.0.1 --user=nobody --execute='SELECT 1'",
            "Run the step accounts.",
        ),
    ]
    if deployment.database.mode is Mode.GALERA:
        size = len(database_hosts(deployment)) + len(deployment.with_role(Role.ARBITRATOR))
        wanted = {
            "wsrep_cluster_size": str(size),
            "wsrep_cluster_status": "Primary",
            "wsrep_local_state": "4",
            "wsrep_local_state_comment": "Synced",
            "wsrep_ready": "ON",
        }
        tests += [
            Test(
                f"{name} is {value}",
                f'  [ "$(status {name})" = {value} ]',
                f"Look at: {product.log(deployment)}",
            )
            for name, value in wanted.items()
        ]
    return tuple(tests)
