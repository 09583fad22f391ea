"""A restore from the backup: Open-Xchange stops, databases and files go back together, and it starts again."""

from oxconf.artifacts.backup import Restore
from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import backup_host, ox_hosts
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook import hosts
from oxconf.runbook._writer import written_on
from oxconf.runbook.beside import TIMER
from oxconf.runbook.ox import LOG
from oxconf.runbook.restart import answers_again, answers_no_more
from oxconf.runbook.saved import LOADED, READ, SAVED, dumped
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

NODES = "each OX node"
BACKUP = "FOLDER of the backup, with its whole path"

_WHOLE_PATH = Test(
    "the word is a path from the root", "  case $words in ' '/*) ;; *) return 1 ;; esac", "See --help."
)


def restore(plan: Plan, setup: Runbook) -> Runbook | None:
    """Return the runbook; None where the cluster makes no backups."""
    deployment = plan.deployment
    keeper = backup_host(deployment)
    if keeper is None or deployment.backup.folder is None:
        return None
    host = keeper.name
    return Runbook(
        "restore",
        "Restore the cluster from a backup",
        "Databases and files are of one moment, and go back together: what users have done since then is lost. What is "
        "there now is kept: the databases on the server, the files where the backups are. Accounts of the database are "
        "not part of a backup, and stay. Rehearse it first, with the runbook rehearse-restore.",
        (
            Phase("Look", "While everything still runs.", (look(plan),)),
            Phase("Stop", "On every OX node: none may write meanwhile.", (_stop(deployment),)),
            Phase("Databases", "On the server that takes the writes; the others follow it.", (_load(plan),)),
            Phase("Files", "On the host that has the backups.", (_files(deployment, host),)),
            Phase("Start", "On one OX node after the other.", (_start(plan, host),)),
            Phase("Backups again", "On the host that makes them.", (_timer(host),)),
            Phase(
                "Verify",
                "On every OX node; it changes nothing.",
                tuple(
                    hosts.verify(each, (State(NODES, Holds.OX),)) for each in plan.hosts if each.host.runs_ox
                ),
            ),
        ),
        setup.standing(Holds.OX),
    )


def look(plan: Plan) -> Step:
    """Return the step that looks at a backup where it lies, and says how its dump gets to a database server."""
    deployment = plan.deployment
    keeper = backup_host(deployment)
    assert keeper is not None
    return Step(
        host=keeper.name,
        slug="look",
        title="Look whether the backup is whole",
        why="Its sums, and the name and size of every file. Nobody but root may read it here, so root brings the dump "
        "to the database server.",
        words=BACKUP,
        example=f"{deployment.backup.folder}/20261122-023000",
        before=(_WHOLE_PATH,),
        command=f"""\
{Restore.path} "${{words# }}"
say 'Bring the dump to the database server that takes the next step, and give that step the path there, for example:'
say "  scp ${{words# }}/databases.sql.gz SERVER:/root/databases.sql.gz\"""",
        repeat=Repeat.LOOKS,
        undo="There is nothing to undo.",
        log=str(deployment.backup.folder),
    )


def _stop(deployment: Deployment) -> Step:
    return Step(
        host=NODES,
        on=tuple(host.name for host in ox_hosts(deployment)),
        slug="stop-ox",
        title="Stop Open-Xchange",
        why="What it would write into the old databases would be lost, and it would mix with the new ones.",
        loses="From now on nobody can work, until this node is started again.",
        command="ox stop",
        after=(answers_no_more(deployment),),
        repeat=Repeat.HARMLESS,
        undo="The step start-ox.",
        gives=(State(NODES, Holds.OUT),),
        ends=tuple(State(host.name, Holds.OX) for host in ox_hosts(deployment)),
        log=LOG,
    )


def _load(plan: Plan) -> Step:
    deployment = plan.deployment
    host, on, tests = written_on(plan)
    connected = f"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{DATABASE_USER}'"
    return Step(
        host=host,
        on=on,
        slug="load",
        title="Load the databases of the backup",
        why="What this server has is saved first, then replaced. Databases that the backup does not know stay: remove "
        "them when everything works.",
        words="PATH of the dump on this server (.sql or .sql.gz)",
        example="/root/databases.sql.gz",
        before=(
            *tests,
            _WHOLE_PATH,
            Test("the dump is here", '  [ -r "${words# }" ]', "The step look says how to bring it."),
            Test(
                "nobody is connected as the user of Open-Xchange",
                f'  [ "$(sql --execute="{connected}")" = 0 ]',
                "Take the step stop-ox on every OX node. SHOW PROCESSLIST says from where.",
            ),
        ),
        loses="The databases of the dump are dropped on this server, and on all that follow it, after they are saved.",
        command=f"""\
from=${{words# }}
{READ}
backup=$names
names=$(databases | grep -xF -e "$backup" || true)
install -d -m 0700 {SAVED}
if [ -n "$names" ]; then
  file={SAVED}/before-restore-$(date +%Y%m%d-%H%M%S).sql
{dumped(deployment)}
  printf '%s\\n' "$names" | while read -r name; do
    sql --execute="DROP DATABASE IF EXISTS \\`$name\\`"
  done
fi
names=$backup
{LOADED}""",
        after=(
            Test(
                "each database of the dump is there",
                "  there=$(databases)\n"
                "  printf '%s\\n' \"$backup\" | while read -r name; do\n"
                '    printf \'%s\\n\' "$there" | grep -qxF -e "$name" || exit 1\n'
                "  done",
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"The same step with {SAVED}/before-restore-DATE.sql.",
        needs=(State(NODES, Holds.OUT),),
        gives=(State(host, Holds.RESTORED),),
        log=product.log(deployment),
    )


def _files(deployment: Deployment, host: str) -> Step:
    return Step(
        host=host,
        slug="files",
        title="Bring the files back",
        why="Every file that the databases name. Files of the same names are kept beside the backups, and files that "
        "nobody names do no harm.",
        words=BACKUP,
        example=f"{deployment.backup.folder}/20261122-023000",
        before=(_WHOLE_PATH,),
        loses=f"Files in {deployment.filestore.path} are replaced by those of the backup that have the same names.",
        command=f"""\
systemctl stop {TIMER}
{Restore.path} "${{words# }}" --files {deployment.filestore.path} --replace --yes""",
        after=(
            Test(
                "every file of the backup is there, in its size",
                "  while read -r size name; do\n"
                f'    [ "$(stat -c %s "{deployment.filestore.path}/$name")" = "$size" ] || return 1\n'
                '  done <"${words# }/filestore.list"',
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"What was replaced is in {deployment.backup.folder}/replaced-DATE/filestore: copy it back with rsync -a.",
        needs=(State(NODES, Holds.OUT),),
        gives=(State(host, Holds.RESTORED),),
        log=str(deployment.backup.folder),
    )


def _start(plan: Plan, host: str) -> Step:
    deployment = plan.deployment
    return Step(
        host=NODES,
        on=tuple(host.name for host in ox_hosts(deployment)),
        slug="start-ox",
        title="Start Open-Xchange",
        why="Databases and files are of one moment again.",
        command="ox start",
        after=(answers_again(deployment),),
        repeat=Repeat.HARMLESS,
        undo="The step stop-ox.",
        needs=(
            State(NODES, Holds.OUT),
            State(written_on(plan)[0], Holds.RESTORED),
            State(host, Holds.RESTORED),
        ),
        gives=(State(NODES, Holds.OX), *(State(host.name, Holds.OX) for host in ox_hosts(deployment))),
        ends=(State(NODES, Holds.OUT),),
        log=LOG,
    )


def _timer(host: str) -> Step:
    return Step(
        host=host,
        slug="timer",
        title="Let the backups be made again",
        why="The next one is of the restored cluster.",
        command=f"systemctl start {TIMER}",
        after=(Test(f"{TIMER} waits", f"  systemctl is-active --quiet {TIMER}"),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {TIMER}",
        needs=(State(NODES, Holds.OX),),
        log="journalctl -u oxconf-backup",
    )
