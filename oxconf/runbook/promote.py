"""A slave becomes the master: planned, or because the master is gone. In the other direction it is the way back."""

from textwrap import indent

from oxconf.artifacts._server import is_mariadb, since, unit_name
from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.artifacts.write_address import UNIT
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.topology import MYSQL_PORT, database_hosts
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook import hosts, semi_sync
from oxconf.runbook._product import has_address, lacks_address
from oxconf.runbook.recover import example, peers
from oxconf.runbook.replication import login, point, slave_comes, slave_runs
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

OLD = "the old master"
NEW = "the new master"
SLAVES = "each other slave"

SECONDS = 60


def promote(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook."""
    deployment = plan.deployment
    servers = database_hosts(deployment)
    own = [each for each in plan.hosts if each.host.has(Role.DATABASE)]
    others = (_repoint(deployment, servers),) if len(servers) > 2 else ()
    follower = State(SLAVES if others else OLD, Holds.REPLICATING)
    waits = semi_sync.wait_again(deployment, NEW, _names(servers), follower)
    return Runbook(
        "promote",
        "Make a slave the master, planned or after the master's loss",
        "Planned, it is taken at a quiet hour: nothing is lost, and nobody can write for as long as the steps take. "
        f"The planned way back is the same with the parts exchanged. {semi_sync.lost(deployment)} The old master is "
        "fenced before anything else: by its step, or by its switch when it does not answer any more. Then name the "
        "new master as `writer` in the [database] table of the cluster file, render, and copy the new archives: the "
        "last phase takes them. `oxconf diff` names what changes: the servers' parts, and the order of the servers in "
        "the HAProxy of each OX host. Until then a restart would bring back the old parts.",
        (
            Phase(
                "Fence the old master",
                "If its host answers, take the step there, even if the server is dead: the write address may still be "
                "on it. If not: switch the host off, and see that nothing switches it on again. Then go on.",
                (_fence(deployment, servers),),
            ),
            Phase(
                "Promote",
                "The slave that has most, on its own host. It takes the address, and then lets everybody write.",
                (_compare(deployment, servers), _take_over(deployment, servers), *others),
            ),
            *(waits if others else ()),
            Phase(
                "The old master comes back",
                "When it runs again, as a slave. Had it more than the new master got, it says so and is not taken: its "
                "data are kept for somebody to look at, and it is replaced with the runbook replace-database.",
                (_come_back(deployment, servers),),
            ),
            *(() if others else waits),
            Phase(
                "The new archives",
                "On every host, the database servers first; where nothing changes the step finds nothing to do. The "
                "restart of the servers that it names can wait: their files say what is so already.",
                (
                    *(
                        hosts.refresh(deployment, each, needs=(State(NEW, Holds.DATABASE),))
                        for each in (*own, *(one for one in plan.hosts if one not in own))
                    ),
                    *(hosts.verify(each, (State(NEW, Holds.DATABASE),)) for each in own),
                ),
            ),
        ),
        setup.standing(Holds.PACKAGES, Holds.ENABLED),
    )


def _names(servers: tuple[Host, ...]) -> tuple[str, ...]:
    return tuple(server.name for server in servers)


def _note(deployment: Deployment) -> str:
    """Return the commands that write down this server's position and say it."""
    return f"""\
install -d -m 0700 "$state"
sql --execute='SELECT {product.position(deployment)}' | tr -d '\\n' >"$state/position"
say "  $me=$(cat "$state/position")\""""


def _ask() -> str:
    """Return the shell function that asks the server at an address, as its slaves do."""
    return f"""\
ask() {{
  MYSQL_PWD=$replication_password "$client" --no-defaults --host="$1" --port={MYSQL_PORT} --user=repl \\
    --connect-timeout=5 --batch --skip-column-names --raw --execute="$2" | tr -d '\\n'
}}"""


_ANSWERS = "sql --execute='SELECT 1' >/dev/null 2>&1"


def _fence(deployment: Deployment, servers: tuple[Host, ...]) -> Step:
    unit = unit_name(deployment)
    closes, silent, kill_first = _ANSWERS, "does not answer", ""
    if deployment.database.semi_sync:
        closes = f"{_ANSWERS} && {semi_sync.closes(deployment)}"
        silent = "does not answer, or its writes wait for a slave"
        # MySQL 8.0 that stops in order tells those who wait that their writes are saved.
        kill_first = f"systemctl kill --signal=KILL {unit} || true\n  "
    kill = (
        f"SELECT CONCAT('KILL ', ID, ';') FROM information_schema.PROCESSLIST WHERE USER = '{DATABASE_USER}'"
    )
    return Step(
        host=OLD,
        on=_names(servers),
        slug="fence",
        title="Take no more writes",
        why="Two servers that both take writes can not be brought together again.",
        loses="From here on nobody can write to the database, until the new master has the address.",
        # The connections are ended while the address is still here: without it their clients would wait for an answer.
        command=f"""\
systemctl disable {UNIT}
if {closes}; then
  sql --execute='{product.close(deployment)}'
  sql --execute="{kill}" | sql --force 2>/dev/null || true
  systemctl stop {UNIT}
  say 'Its position, for the new master:'
{indent(_note(deployment), "  ")}
else
  # It would come back as one that takes writes.
  systemctl disable {unit}
  {kill_first}timeout {SECONDS} systemctl stop {unit} || systemctl kill --signal=KILL {unit}
  systemctl stop {UNIT}
  say "The server here {silent}: it was stopped, and does not start with the host. For the new master:"
  say "  $me=lost"
fi""",
        after=(
            Test(
                "the server takes no writes, or is stopped and does not start with the host",
                f"  if {_ANSWERS}; then\n"
                '    [ "$(variable read_only)" = 1 ]\n'
                "  else\n"
                f"    ! systemctl is-active --quiet {unit} && ! systemctl is-enabled --quiet {unit}\n"
                "  fi",
            ),
            Test(
                "the write address is gone from here",
                lacks_address(deployment.database.write_address),
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl enable --now {unit}; SET GLOBAL read_only = OFF; systemctl enable --now {UNIT}; as long as "
        "nobody else has become the master.",
        gives=(State(OLD, Holds.FENCED),),
        log=product.log(deployment),
    )


def _master(deployment: Deployment) -> str:
    """Return the shell expression for the address of the master that this slave follows."""
    host = product.slave_column(deployment, "Master_Host")
    return f"$(column {host} '{product.show_slave(deployment)}')"


def _wait(deployment: Deployment) -> str:
    """Return the commands that wait until everything is applied: all of a living master, else all that came from it."""
    if is_mariadb(deployment):
        received = f"$(column Gtid_IO_Pos '{product.show_slave(deployment)}')"
        wait = f"SELECT MASTER_GTID_WAIT('$target', {SECONDS})"
    else:
        received = f"$(sql --execute='{product.show_slave(deployment)}' --vertical | retrieved)"
        wait = f"SELECT WAIT_FOR_EXECUTED_GTID_SET('$target', {SECONDS})"
        if not since(deployment, mysql="5.7"):
            # It counts the transactions; NULL where the SQL thread stands still, -1 when the time is over.
            wait = f"SELECT WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS('$target', {SECONDS}) < 0"
    return f"""\
if [ -n "$master" ] && answers "$master" {MYSQL_PORT}; then
  target=$(ask "$master" 'SELECT {product.position(deployment)}')
else
  target={received}
fi
[ "$(sql --execute="{wait}")" = 0 ] || stop "this slave has not reached $target within {SECONDS} seconds; try again"\
"""


def _compare(deployment: Deployment, servers: tuple[Host, ...]) -> Step:
    retrieved = (
        ""
        if is_mariadb(deployment)
        else "# A set of ids goes over several lines.\n"
        "retrieved() { sed -n '/Retrieved_Gtid_Set:/,/Executed_Gtid_Set:/p' | sed '$d; s/^.*: *//' | tr -d ' \\n'; }\n"
    )
    return Step(
        host="each slave",
        on=_names(servers),
        slug="compare",
        title="Apply what has arrived, and say the position",
        why="Which slave has most is not a matter of opinion: the ids of its transactions say it.",
        before=(
            Test(
                "this server is a slave",
                f'  [ -n "{_master(deployment)}" ]',
                "It follows nobody: is it the master?",
            ),
        ),
        command=f"""\
{_ask()}
{retrieved}master={_master(deployment)}
{_wait(deployment)}
say 'Write this down for the step take-over:'
{_note(deployment)}""",
        after=(Test("the position is written down", '  [ -s "$state/position" ]'),),
        repeat=Repeat.HARMLESS,
        undo="There is nothing to undo.",
        needs=(State(OLD, Holds.FENCED),),
        gives=(State(NEW, Holds.POSITION),),
        log=product.log(deployment),
        secrets=("replication",),
    )


def _covers(deployment: Deployment) -> str:
    """Return the shell function that says whether one position holds all of another."""
    if not is_mariadb(deployment):
        return """\
covers() {
  [ "$(sql --execute="SELECT GTID_SUBSET('$2', '$1')")" = 1 ]
}"""
    return """\
# Positions of MariaDB: domain-server-number, one for each domain, with commas.
covers() {
  for theirs in $(printf '%s' "$2" | tr , ' '); do
    found=
    for mine in $(printf '%s' "$1" | tr , ' '); do
      [ "${mine%%-*}" != "${theirs%%-*}" ] || [ "${mine##*-}" -lt "${theirs##*-}" ] || found=1
    done
    [ -n "$found" ] || return 1
  done
}"""


def _take_over(deployment: Deployment, servers: tuple[Host, ...]) -> Step:
    stop, forget = product.stop_slave(deployment), product.forget_master(deployment)
    opened = "SET GLOBAL read_only = OFF"
    if deployment.database.semi_sync:
        opened = f"{semi_sync.as_master(deployment)}; {opened}"
    return Step(
        host=NEW,
        on=_names(servers),
        slug="take-over",
        title="Become the master, and take the write address",
        why="The slave that has everything the others have: they can all go on from it.",
        words="NAME=POSITION, or NAME=lost, for each other server",
        # On the second server: the first is the master of before.
        example=example(
            (servers[1], servers[0], *servers[2:]),
            "0-1-4711" if is_mariadb(deployment) else "5ee99582-bb8d-11e2-b8e3-23de375c1d30:1-4711",
        ),
        before=(
            Test(
                "the step compare was taken here",
                '  [ -s "$state/position" ]',
                "Take it on every slave that is there.",
            ),
            Test(
                "the master of before takes no writes, or does not answer",
                f"""\
  master={_master(deployment)}
  [ -n "$master" ] || return 1
  answers "$master" {MYSQL_PORT} || return 0
  [ "$(MYSQL_PWD=$replication_password "$client" --no-defaults --host="$master" --user=repl --batch \\
    --skip-column-names --execute='SELECT @@global.read_only')" = 1 ]""",
                "Fence it first: its step fence, or its switch.",
            ),
        ),
        loses="This server becomes the master. If the old one does not answer but lives, both may be written to: it "
        "must be switched off. What a lost server alone had is lost.",
        command=f"""\
{_covers(deployment)}
own=$(cat "$state/position")
for name in {" ".join(_names(servers))}; do
  [ "$name" != "$me" ] || continue
  theirs=$(given "$name")
  case $theirs in
    '') stop "the position of $name is missing: name it as $name=POSITION, or as $name=lost if it is gone" ;;
    lost) say "What $name alone had is lost." ;;
    *[!0-9A-Fa-f:,-]*) stop "$theirs is no position" ;;
    *) covers "$own" "$theirs" || stop "$name has more ($theirs) than this server ($own): promote that one" ;;
  esac
done
# It does not start while somebody else has the address, so nothing is opened before that is sure.
systemctl start {UNIT}
systemctl enable {UNIT}
sql --execute='{stop}; {forget}; {opened}'
rm "$state/position\"""",
        done=f'  [ "$(variable read_only)" = 0 ] && [ -z "{_master(deployment)}" ]',
        after=(
            Test("the server can be written to", '  [ "$(variable read_only)" = 0 ]'),
            Test(
                "this host has the write address",
                has_address(deployment.database.write_address),
            ),
        ),
        repeat=Repeat.SKIPS,
        undo="Promote the other server: what was written meanwhile is here.",
        needs=(State(OLD, Holds.FENCED), State(NEW, Holds.POSITION)),
        gives=(State(NEW, Holds.DATABASE),),
        ends=(State(NEW, Holds.POSITION),),
        log=f"journalctl -u {UNIT}, and {product.log(deployment)}",
        secrets=("replication",),
    )


def _follow(deployment: Deployment, servers: tuple[Host, ...]) -> str:
    """Return the commands by which this server follows the master that the words name."""
    return f"""\
master=$(address_of "${{words# }}" {peers(servers)})
[ "${{words# }}" != "$me" ] || stop 'a server does not follow itself'
answers "$master" {MYSQL_PORT} || stop "${{words# }} does not answer on port {MYSQL_PORT}"
sql --execute='{product.stop_slave(deployment)}' 2>/dev/null || true"""


def _seen(deployment: Deployment) -> tuple[Test, ...]:
    return (
        slave_comes(deployment, SECONDS),
        Test("the server takes no writes", '  [ "$(variable read_only)" = 1 ]'),
    )


def _repoint(deployment: Deployment, servers: tuple[Host, ...]) -> Step:
    return Step(
        host=SLAVES,
        on=_names(servers),
        slug="repoint",
        title="Follow the new master",
        why="By the ids of transactions it finds its place there by itself.",
        words="NAME of the new master",
        command=f"""\
{_follow(deployment, servers)}
sql --execute="{point(deployment, "$master")}; {product.start_slave(deployment)}\"""",
        after=_seen(deployment),
        repeat=Repeat.HARMLESS,
        undo="The same step with another name.",
        needs=(State(NEW, Holds.DATABASE),),
        gives=(State(SLAVES, Holds.REPLICATING),),
        log=product.log(deployment),
    )


def _come_back(deployment: Deployment, servers: tuple[Host, ...]) -> Step:
    unit = unit_name(deployment)
    if is_mariadb(deployment):
        own = "sql --execute='SET GLOBAL gtid_slave_pos = @@global.gtid_current_pos'"
    else:
        own = """\
mine=$(sql --raw --execute='SELECT @@global.gtid_executed' | tr -d '\\n')
theirs=$(ask "$master" 'SELECT @@global.gtid_executed')
extra=$(sql --execute="SELECT GTID_SUBTRACT('$mine', '$theirs')")
[ -z "$extra" ] ||
  stop "this server has transactions that the new master never got, $extra: see them, then take the runbook \
replace-database\""""
    slave = f"sql --execute='{semi_sync.as_slave(deployment)}'\n" if deployment.database.semi_sync else ""
    error = product.slave_column(deployment, "Last_IO_Error").replace("Last_Replica", "Last")
    return Step(
        host=OLD,
        on=_names(servers),
        slug="come-back",
        title="Come back as a slave",
        why="It has everything up to the promotion, and gets what came after it.",
        words="NAME of the new master",
        command=f"""\
{_ask()}
systemctl disable {UNIT}
systemctl stop {UNIT}
systemctl enable {unit}
systemctl start {unit}
wait_for {SECONDS} sql --execute='SELECT 1' || stop 'the server does not start'
{slave}sql --execute='{product.close(deployment)}'
{_follow(deployment, servers)}
{own}
sql <"$here/come-back.sql"
sql --execute="{point(deployment, "$master")}; {product.start_slave(deployment)}"
slave_runs() {{
{slave_runs(deployment)}
}}
# 1236, and 13114 from MySQL 8.0 on: the master says that it does not have what this server wants to go on from.
settled() {{
  slave_runs || column Last_IO_Errno '{product.show_slave(deployment)}' | grep -qxE '1236|13114'
}}
wait_for {SECONDS} settled || true
if ! slave_runs; then
  column {error} '{product.show_slave(deployment)}' >&2
  sql --execute='{product.stop_slave(deployment)}'
  stop 'it can not follow: if it has transactions that the new master never got, take the runbook replace-database'
fi""",
        sql=login(deployment),
        after=_seen(deployment),
        repeat=Repeat.HARMLESS,
        undo=f"{product.stop_slave(deployment)}",
        needs=(State(NEW, Holds.DATABASE),),
        gives=(State(OLD, Holds.REPLICATING),),
        log=product.log(deployment),
        secrets=("replication",),
    )
