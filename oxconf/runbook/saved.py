"""The databases that were there before: saved by the setup, and loaded again into the new server, or from a backup."""

from oxconf.artifacts._server import dump_program, is_mariadb, unit_name
from oxconf.deployment.model import Deployment, Host
from oxconf.runbook import _product as product
from oxconf.runbook.hosts import STATE
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

SAVED = "/var/backups/oxconf"
"""Where the installer keeps what it replaces; the databases of before lie beside it."""

MARK = f"{STATE}/datadir"
"""Stands for a data folder that these steps have made."""

_DUMPS = f"{SAVED}/databases-*.sql"

_FOUND = f"""\
  for file in {_DUMPS} {SAVED}/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1"""


def save(deployment: Deployment, host: Host) -> Step:
    """Return the step that saves the databases of a server that was there before."""
    return Step(
        host=host.name,
        slug="save",
        title="Save the databases of before",
        why="The data folder is made anew; what is in it now must be somewhere else first.",
        command=f"""\
systemctl start {unit_name(deployment)} || say 'The server that was here does not start.'
if ! wait_for 30 sql --execute='SELECT 1'; then
  stop 'no server to ask: if {product.DATA} holds databases, save them by hand, then: touch {SAVED}/databases.none'
fi
names=$(databases)
install -d -m 0700 {SAVED}
if [ -z "$names" ]; then
  say 'There are no databases but the server'"'"'s own: nothing to save.'
  touch {SAVED}/databases.none
else
  say "Databases here: $(printf '%s' "$names" | tr '\\n' ' ')"
  file={SAVED}/databases-$(date +%Y%m%d-%H%M%S).sql
{dumped(deployment)}
fi""",
        done=f"  [ ! -e {MARK} ] || return 0\n{_FOUND}",
        after=(Test(f"the dump is in {SAVED}, or a note that there was nothing to save", _FOUND),),
        repeat=Repeat.SKIPS,
        undo=f"The dump is a file in {SAVED}; remove it when it is not needed any more.",
        needs=(State(host.name, Holds.PACKAGES),),
        gives=(State(host.name, Holds.SAVED),),
        log=product.log(deployment),
    )


def dumped(deployment: Deployment) -> str:
    """Return shell that dumps the databases in `$names`, one a line, into `$file`, and compares it with the list."""
    # TUTORIAL: MySQL's transaction ids stay out of the dump.
    without = "" if is_mariadb(deployment) else " --set-gtid-purged=OFF"
    return f"""\
  umask 077
  # Names of databases may not be split at blanks; the list has one a line.
  printf '%s\\n' "$names" | tr '\\n' '\\0' |
    xargs -0 {dump_program(deployment)}{without} --single-transaction --routines --triggers --events --databases \\
      >"$file.part"
  tail -n 1 "$file.part" | grep -q '^-- Dump completed' || stop "$file.part is not complete"
  printf '%s\\n' "$names" | while read -r name; do
    grep -qxF -e "-- Current Database: \\`$name\\`" "$file.part" || stop "$name is missing in $file.part"
  done
  mv "$file.part" "$file"
  say "Saved and compared with the list: $file\""""


READ = """\
text() {
  case $from in *.gz) gzip -dc "$from" ;; *) cat "$from" ;; esac
}
names=$(text | sed -n "s/^-- Current Database: \\`\\(.*\\)\\`\\$/\\1/p" | sort -u)
[ -n "$names" ] || stop "$from names no databases: it must be made with the option --databases"
text | tail -n 1 | grep -q '^-- Dump completed' || stop "$from is not complete"
! printf '%s\\n' "$names" | grep -qxE 'mysql|sys|information_schema|performance_schema' ||
  stop "$from holds the server's own tables, and with them other accounts: dump the other databases alone\""""
"""Looks at the dump `$from`, packed or not, and puts the names of its databases into `$names`."""

LOADED = """\
text | sql || stop "$from could not be loaded wholly; take this step again"
there=$(databases)
printf '%s\\n' "$names" | while read -r name; do
  printf '%s\\n' "$there" | grep -qxF -e "$name" || stop "$name was not loaded"
done
say "Loaded: $(printf '%s' "$names" | tr '\\n' ' ')\""""
"""Loads what READ has looked at, and compares what the server has then."""


def reload(deployment: Deployment, host: Host) -> Step:
    """Return the step that loads what was saved into the new server.

    TUTORIAL: right after the accounts, before anybody copies this server.
    """
    return Step(
        host=host.name,
        slug="reload",
        title="Load the saved databases again",
        why="Leave this step out where the cluster begins empty. The dump holds no accounts: those of the step "
        "accounts stay. OX finds its old configdb then, and the steps configdb and register find it too.",
        loses=f"The newest dump of {SAVED} is loaded into this server.",
        command=f"""\
for from in {_DUMPS}; do :; done
{READ}
if [ ! -e "$state/reload" ]; then
  there=$(databases)
  printf '%s\\n' "$names" | while read -r name; do
    ! printf '%s\\n' "$there" | grep -qxF -e "$name" || stop "this server has a database $name already"
  done
fi
# What a killed run has loaded in part is loaded again, and nothing else is.
mark reload
{LOADED}
mark reloaded""",
        done=f"""\
  for file in {_DUMPS}; do
    [ ! -e "$file" ] || {{ [ -e "$state/reloaded" ]; return; }}
  done""",
        after=(Test("the dump was loaded", '  [ -e "$state/reloaded" ]'),),
        repeat=Repeat.SKIPS,
        undo=f"DROP DATABASE, for each database that it names; then rm {STATE}/reload*.",
        needs=(State(host.name, Holds.ACCOUNTS),),
        log=product.log(deployment),
    )
