"""The steps that make a slave of a second server: dump, load, follow."""

from oxconf.artifacts._server import dump_program, is_mariadb
from oxconf.artifacts.write_address import UNIT
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.topology import MYSQL_PORT, database_hosts, is_writer
from oxconf.runbook import _product as product
from oxconf.runbook import semi_sync
from oxconf.runbook._product import has_address
from oxconf.runbook.sql import quoted
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

DUMP = "/root/oxconf-master.sql"
"""Where the master's dump lies, on the master and on each slave; nobody but root reads it."""


def slaves(deployment: Deployment) -> tuple[Host, ...]:
    """Return the servers that follow the master."""
    return tuple(server for server in database_hosts(deployment) if not is_writer(deployment, server))


def dump_all(deployment: Deployment) -> str:
    """Return the commands that dump a master with its position."""
    # MariaDB writes the position as SET GLOBAL gtid_slave_pos, MySQL as SET GLOBAL gtid_purged.
    position = "--set-gtid-purged=ON"
    if is_mariadb(deployment):
        # The table numbers its rows for the server that wrote them: rows of a master that was a slave once would be
        # in the way of the new slave's own, which then stops.
        position = "--master-data --gtid --ignore-table=mysql.gtid_slave_pos"
    return f"""\
umask 077
{dump_program(deployment)} --all-databases --triggers --routines --events --single-transaction \\
  --flush-privileges {position} >{DUMP}.part
tail -n 1 {DUMP}.part | grep -q '^-- Dump completed' || stop '{DUMP}.part is not complete'
mv {DUMP}.part {DUMP}"""


def load_dump(deployment: Deployment) -> str:
    """Return the commands that make this server what the dump is, and let nobody write to it from then on."""
    # MySQL's super_read_only refuses the load as well; read_only stays on, so others still write nothing.
    opened = (
        "sql --execute='SET GLOBAL super_read_only = OFF'\n" if product.root_may_not_write(deployment) else ""
    )
    if deployment.database.semi_sync:
        # A server that was a master has the other parts in its file.
        opened = f"sql --execute='{semi_sync.as_slave(deployment)}'\n{opened}"
    # The load stays out of this server's own binary log: its transactions have their ids already.
    return f"""\
sql --execute='{product.stop_slave(deployment)}' 2>/dev/null || true
sql --execute='{product.reset_binlog(deployment)}'
{opened}sql --init-command='SET SESSION sql_log_bin = 0' <{DUMP}
sql --execute='{product.close(deployment)}'"""


def dump(deployment: Deployment, host: Host) -> Step:
    """Return the step that closes the master for writing and dumps it."""
    copies = "\n".join(f"say '  scp {DUMP} {slave.address}:{DUMP}'" for slave in slaves(deployment))
    return Step(
        host=host.name,
        slug="dump",
        title="Close the master for writing, and dump it for the slaves",
        why="The slaves begin with the same data and the position that belongs to it.",
        loses="Until the step reopen nobody can write to this server.",
        command=f"""\
sql --execute='SET GLOBAL read_only = ON'
{dump_all(deployment)}
say 'Copy it to each slave, to the same place, for instance with:'
{copies}""",
        after=(Test("the dump is there", f"  [ -s {DUMP} ]"),),
        repeat=Repeat.HARMLESS,
        undo=f"The step reopen; rm {DUMP}, which holds the hashes of all passwords.",
        needs=(State(host.name, Holds.ACCOUNTS),),
        gives=(State(host.name, Holds.DUMPED),),
        log=product.log(deployment),
    )


def follow(deployment: Deployment, host: Host, master: Host) -> Step:
    """Return the step that loads the dump and lets this server follow the master."""
    return Step(
        host=host.name,
        slug="follow",
        title=f"Load the dump of {master.name} and follow it",
        why="The position comes with the dump; from then on the slave asks for what is missing by transaction id.",
        before=(
            Test(
                f"the dump of {master.name} is here and complete",
                f"  tail -n 1 {DUMP} | grep -q '^-- Dump completed'",
                f"Copy it: scp {DUMP} {host.address}:{DUMP}, on {master.name} after its step dump.",
            ),
            Test(
                f"{master.name} answers",
                f"  answers {master.address} {MYSQL_PORT}",
                f"Start the server of {master.name}, and look at firewalls between the hosts.",
            ),
        ),
        loses="What this server holds is replaced by the dump.",
        command=f"""\
{load_dump(deployment)}
sql <runbook/follow.sql
rm {DUMP}""",
        sql=_change_master(deployment, master),
        done=slave_runs(deployment),
        after=(slave_comes(deployment, 60),),
        repeat=Repeat.SKIPS,
        undo=f"{product.stop_slave(deployment)}, and make the data folder anew.",
        needs=(State(host.name, Holds.SERVING), State(master.name, Holds.DUMPED)),
        gives=(State(host.name, Holds.REPLICATING), State(host.name, Holds.ACCOUNTS)),
        log=product.log(deployment),
    )


def _words(deployment: Deployment) -> tuple[str, str, str]:
    """Return the statement that points a slave to its master, how its words begin, and how it finds its place."""
    if product.modern_words(deployment):
        return "CHANGE REPLICATION SOURCE TO", "SOURCE", "SOURCE_AUTO_POSITION = 1"
    if is_mariadb(deployment):
        return "CHANGE MASTER TO", "MASTER", "MASTER_USE_GTID = slave_pos"
    return "CHANGE MASTER TO", "MASTER", "MASTER_AUTO_POSITION = 1"


def login(deployment: Deployment) -> str:
    """Return the statement by which a slave knows its account; whom it follows is not said."""
    change, prefix, _ = _words(deployment)
    password = quoted(deployment.password("replication").reveal())
    # Without TLS a password of MySQL 8 goes encrypted with the master's key alone, for which the slave has to ask.
    key = f",\n  GET_{prefix}_PUBLIC_KEY = 1" if product.modern_words(deployment) else ""
    return f"{change}\n  {prefix}_USER = 'repl',\n  {prefix}_PASSWORD = {password}{key}{_retry(deployment, prefix)};\n"


def _retry(deployment: Deployment, prefix: str) -> str:
    """Return how often a slave asks for a master that is gone, where the writes of the master wait for it."""
    if not deployment.database.semi_sync:
        return ""
    often = f",\n  {prefix}_CONNECT_RETRY = {semi_sync.RETRY_SECONDS}"
    # MariaDB has no word for it, and does not give up for days.
    return often if is_mariadb(deployment) else f"{often},\n  {prefix}_RETRY_COUNT = {semi_sync.RETRIES}"


def point(deployment: Deployment, address: str) -> str:
    """Return the statement that points a slave, which knows its account, to a master."""
    change, prefix, position = _words(deployment)
    return f"{change} {prefix}_HOST = '{address}', {position}"


def _change_master(deployment: Deployment, master: Host) -> str:
    return (
        f"{login(deployment)}{point(deployment, str(master.address))};\n{product.start_slave(deployment)};\n"
    )


def reopen(deployment: Deployment, host: Host) -> Step:
    """Return the step that lets the master be written to again."""
    opened = "sql --execute='SET GLOBAL read_only = OFF'"
    waiting: tuple[Test, ...] = ()
    if deployment.database.semi_sync:
        answers = semi_sync.slave_answers(deployment)
        opened = (
            f"slave_answers() {{\n{answers.shell}\n}}\nslave_answers || stop 'no slave answers this master'\n"
            f"sql --execute='{semi_sync.wait(deployment)}'\n{opened}"
        )
        waiting = (semi_sync.waiting(deployment),)
    return Step(
        host=host.name,
        slug="reopen",
        title="Open the master for writing",
        why="The slaves have the dump and catch up with what follows.",
        command=f"{opened}\nrm -f {DUMP}",
        after=(Test("the server can be written to", '  [ "$(variable read_only)" = 0 ]'), *waiting),
        repeat=Repeat.HARMLESS,
        undo="SET GLOBAL read_only = ON",
        needs=tuple(State(slave.name, Holds.REPLICATING) for slave in slaves(deployment)),
        gives=tuple(State(server.name, Holds.DATABASE) for server in database_hosts(deployment)),
        ends=(State(host.name, Holds.DUMPED),),
        log=product.log(deployment),
    )


def hold_address(deployment: Deployment, host: Host) -> Step:
    """Return the step that gives the write address to the master."""
    address = deployment.database.write_address
    return Step(
        host=host.name,
        slug="write-address",
        title="Take the write address",
        why="Open-Xchange writes to it; a person moves it, and never a health check.",
        command=f"systemctl start {UNIT}",
        after=(Test("this host has the address", has_address(address)),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {UNIT}",
        needs=(State(host.name, Holds.DATABASE), State(host.name, Holds.ENABLED)),
        gives=(State(host.name, Holds.STARTED),),
        log=f"journalctl -u {UNIT}",
    )


def slave_runs(deployment: Deployment) -> str:
    """Return shell that succeeds when both threads of the slave run."""
    io = product.slave_column(deployment, "Slave_IO_Running")
    applier = product.slave_column(deployment, "Slave_SQL_Running")
    show = f"'{product.show_slave(deployment)}'"
    return f'  [ "$(column {io} {show}) $(column {applier} {show})" = "Yes Yes" ]'


def slave_comes(deployment: Deployment, seconds: int) -> Test:
    """Return the test that waits until the slave runs."""
    return Test(
        "the slave runs",
        f"  slave_runs() {{\n  {slave_runs(deployment)}\n  }}\n  wait_for {seconds} slave_runs",
    )


def checks(deployment: Deployment, host: Host) -> tuple[Test, ...]:
    """Return what verify.sh looks at on a server of a replicating cluster."""
    if is_writer(deployment, host):
        address = deployment.database.write_address
        return (
            Test(
                "the master can be written to",
                '  [ "$(variable read_only)" = 0 ]',
                "Is this still the master? If so: SET GLOBAL read_only = OFF",
            ),
            Test(
                f"this host has the write address {address}",
                has_address(address),
                f"systemctl start {UNIT}; look at: journalctl -u {UNIT}",
            ),
            *((semi_sync.waiting(deployment),) if deployment.database.semi_sync else ()),
        )
    behind = product.slave_column(deployment, "Seconds_Behind_Master")
    show = product.show_slave(deployment)
    return (
        Test("the slave runs", slave_runs(deployment), f"{show}: look at Last_IO_Error and Last_SQL_Error"),
        Test(
            "the slave is less than a minute behind",
            f"  column {behind} '{show}' | grep -qE '^[0-5]?[0-9]$'",
            f"{show}: it catches up, or something is slow; reads from it are that old.",
        ),
        Test(
            "the slave can not be written to",
            '  [ "$(variable read_only)" = 1 ]',
            "SET GLOBAL read_only = ON",
        ),
        *((semi_sync.answering(deployment),) if deployment.database.semi_sync else ()),
    )
