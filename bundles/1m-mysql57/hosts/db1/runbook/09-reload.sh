#!/bin/sh
# db1, 09-reload: Load the saved databases again.
#
# Leave this step out where the cluster begins empty. The dump holds no accounts: those of the step accounts stay. OX finds its old configdb then, and the steps configdb and register find it too.
#
# Before it:
#   - db1: the accounts of the database exist
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: DROP DATABASE, for each database that it names; then rm /var/lib/oxconf/reload*.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='09-reload'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  for file in /var/backups/oxconf/databases-*.sql; do
    [ ! -e "$file" ] || { [ -e "$state/reloaded" ]; return; }
  done
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  "$client" --execute="SELECT 1"
}
require before_1 'root logs in with /root/.my.cnf' 'Take the step accounts first.'

before_2() {
  patience=1
  known=$(sql --execute="SELECT CONCAT(User, '@', Host) FROM mysql.user")
  for account in openexchange@10.20.30.213 openexchange@10.20.30.215 openexchange@10.20.30.216 openexchange@10.20.30.225 repl@10.20.30.217 repl@10.20.30.219 repl@10.20.30.221; do
    printf '%s\n' "$known" | grep -qxF -e "$account" || return 1
  done
}
require before_2 'every account is there' 'Take the step accounts first.'

ask 'The newest dump of /var/backups/oxconf is loaded into this server.'

for from in /var/backups/oxconf/databases-*.sql; do :; done
text() {
  case $from in *.gz) gzip -dc "$from" ;; *) cat "$from" ;; esac
}
names=$(text | sed -n "s/^-- Current Database: \`\(.*\)\`\$/\1/p" | sort -u)
[ -n "$names" ] || stop "$from names no databases: it must be made with the option --databases"
text | tail -n 1 | grep -q '^-- Dump completed' || stop "$from is not complete"
! printf '%s\n' "$names" | grep -qxE 'mysql|sys|information_schema|performance_schema' ||
  stop "$from holds the server's own tables, and with them other accounts: dump the other databases alone"
if [ ! -e "$state/reload" ]; then
  there=$(databases)
  printf '%s\n' "$names" | while read -r name; do
    ! printf '%s\n' "$there" | grep -qxF -e "$name" || stop "this server has a database $name already"
  done
fi
# What a killed run has loaded in part is loaded again, and nothing else is.
mark reload
text | sql || stop "$from could not be loaded wholly; take this step again"
there=$(databases)
printf '%s\n' "$names" | while read -r name; do
  printf '%s\n' "$there" | grep -qxF -e "$name" || stop "$name was not loaded"
done
say "Loaded: $(printf '%s' "$names" | tr '\n' ' ')"
mark reloaded

after_1() {
  [ -e "$state/reloaded" ]
}
confirm after_1 'the dump was loaded'

say "$step: done."
