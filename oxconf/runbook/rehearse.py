"""A rehearsal of the restore: into a second server on a data folder of its own, which the live one never notices."""

from oxconf.artifacts._server import is_mariadb
from oxconf.deployment.topology import database_hosts
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook.restore import look
from oxconf.runbook.step import Phase, Repeat, Runbook, Step, Test

SCRATCH = "/var/lib/oxconf-rehearsal"
"""On the disk that /var/lib has; the live data folder is beside it and is not touched.

Not below /var/lib/oxconf, which is root's alone: the server's user has to come in.
"""


def rehearse(plan: Plan) -> Runbook:
    """Return the runbook."""
    return Runbook(
        "rehearse-restore",
        "Rehearse a restore into a scratch server",
        "A backup that was never restored is a hope. This loads a dump or a copy of a data folder into a second "
        "server, which has its own data folder and its own socket and no network, checks every table, and writes down "
        "a checksum of each. Take it on a server that does not take the writes: loading needs disk and processor. "
        "Comparing with the live tables tells something only where nothing was written since the backup.",
        (
            *(
                (Phase("Look at the files", "They are looked at where the backup lies.", (look(plan),)),)
                if plan.deployment.backup.folder is not None
                else ()
            ),
            Phase("Load and check", "On any database server.", (_rehearse(plan),)),
            Phase("Clean up", "On the same server.", (_remove(plan),)),
        ),
    )


def _on(plan: Plan) -> tuple[str, ...]:
    return tuple(server.name for server in database_hosts(plan.deployment))


def _initialise(plan: Plan) -> str:
    command = product.initialise(plan.deployment, f"{SCRATCH}/data")
    # Neither the settings nor the cluster of the live server are this one's.
    program, _, options = command.partition(" ")
    if program == "mysql_install_db":
        # It looks up the host's name for accounts that nobody uses here, and MariaDB 10.0 ends when it finds none.
        options += " --force"
    return f'{program} --no-defaults {options} >"{SCRATCH}/initialise.log" 2>&1'


def _rehearse(plan: Plan) -> Step:
    deployment = plan.deployment
    prepare = "mariabackup" if is_mariadb(deployment) else "xtrabackup"
    # MariaDB 10.0 knows it in the build with Galera alone.
    alone = " --loose-wsrep-on=OFF" if is_mariadb(deployment) else ""
    return Step(
        host="any database server",
        on=_on(plan),
        slug="rehearse",
        title="Restore into a scratch server, and check every table",
        why="What comes out of a backup is known when it has come out.",
        words="PATH of a dump (.sql or .sql.gz), of a folder with databases.sql.gz, or of a copy by "
        + prepare,
        example="/root/databases.sql.gz",
        before=(
            Test(
                "no rehearsal is there",
                f"  [ ! -e {SCRATCH} ]",
                "Take the next step first: it removes what an earlier rehearsal has left.",
            ),
        ),
        command=f"""\
from=${{words# }}
case $from in /*) ;; *) stop "give the whole path, beginning with a slash, and not $from" ;; esac
[ -e "$from" ] || stop "there is no $from"
# A dump grows when it is loaded, a packed one most.
case $from in *.gz) factor=15 ;; *) factor=3 ;; esac
[ ! -e "$from/databases.sql.gz" ] || {{ from=$from/databases.sql.gz; factor=15; }}
needed=$(($(du -sk "$from" | cut -f 1) * factor))
free=$(df -Pk /var/lib | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)
[ "$free" -gt "$needed" ] || stop "/var/lib has $free KiB free, and this may need $needed"
install -d -m 0711 {SCRATCH}
install -d -o mysql -g mysql -m 0700 {SCRATCH}/data {SCRATCH}/work
if [ -e "$from/xtrabackup_checkpoints" ] || [ -e "$from/mariadb_backup_checkpoints" ]; then
  cp -a "$from/." {SCRATCH}/data/
  {prepare} --no-defaults --prepare --target-dir={SCRATCH}/data >{SCRATCH}/prepare.log 2>&1 ||
    stop 'the copy can not be prepared: look at {SCRATCH}/prepare.log'
  chown -R mysql:mysql {SCRATCH}/data
  dump=
elif [ -d "$from" ]; then
  stop "$from is a folder, but holds neither databases.sql.gz nor a copy by {prepare}"
else
  {_initialise(plan)} || stop 'look at {SCRATCH}/initialise.log'
  dump=$from
fi
{product.server_program(deployment)} --no-defaults --user=mysql --datadir={SCRATCH}/data --tmpdir={SCRATCH}/work \\
  --socket={SCRATCH}/data/socket --pid-file={SCRATCH}/data/pid --log-error={SCRATCH}/data/errors --skip-networking \\
  --innodb-buffer-pool-size=256M --max-allowed-packet=1G --skip-grant-tables{alone} >/dev/null 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
scratch() {{
  "$client" --no-defaults --socket={SCRATCH}/data/socket --batch --skip-column-names "$@"
}}
wait_for 120 scratch --execute='SELECT 1' || stop 'the scratch server does not start: look at {SCRATCH}/data/errors'
case $dump in
  '') ;;
  *.gz) gzip -dc "$dump" | scratch || stop 'the dump could not be loaded' ;;
  *) scratch <"$dump" || stop 'the dump could not be loaded' ;;
esac
tables() {{
  scratch --execute="SELECT CONCAT('\\`', TABLE_SCHEMA, '\\`.\\`', TABLE_NAME, '\\`') FROM information_schema.TABLES
    WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN
    ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1"
}}
count=$(tables | wc -l)
[ "$count" -gt 0 ] || stop 'it was loaded, but no table came out of it'
tables | sed 's/.*/CHECK TABLE &;/' | scratch >{SCRATCH}/checks
# A table has several lines where something is wrong, and the last one says OK where nothing is.
if cut -f 3,4 {SCRATCH}/checks | grep -vq '^status.OK$'; then
  grep -v 'status.OK$' {SCRATCH}/checks >&2
  stop 'these tables are damaged'
fi
tables | sed 's/.*/CHECKSUM TABLE &;/' | scratch >{SCRATCH}/checksums
say "$count tables came out of it, and each of them is whole. Their checksums: {SCRATCH}/checksums\"""",
        after=(Test("every table has a checksum", f"  [ -s {SCRATCH}/checksums ]"),),
        repeat=Repeat.HARMLESS,
        undo="The next step.",
        log=f"{SCRATCH}/data/errors",
    )


def _remove(plan: Plan) -> Step:
    return Step(
        host="any database server",
        on=_on(plan),
        slug="remove",
        title="Remove the rehearsal",
        why="It holds a second copy of all users' data.",
        before=(
            Test(
                "the scratch server has ended",
                f"  [ ! -e {SCRATCH}/data/pid ]",
                f"Its process id is in {SCRATCH}/data/pid; end it.",
            ),
        ),
        loses=f"{SCRATCH} is deleted. The live data are elsewhere.",
        command=f"rm -rf {SCRATCH}",
        after=(Test("it is gone", f"  [ ! -e {SCRATCH} ]"),),
        repeat=Repeat.HARMLESS,
        undo="Take the rehearsal again.",
    )
