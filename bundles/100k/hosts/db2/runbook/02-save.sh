#!/bin/sh
# db2, 02-save: Save the databases of before.
#
# The data folder is made anew; what is in it now must be somewhere else first.
#
# Before it:
#   - db2: the packages are installed
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: The dump is a file in /var/backups/oxconf; remove it when it is not needed any more.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='02-save'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ ! -e /var/lib/oxconf/datadir ] || return 0
  for file in /var/backups/oxconf/databases-*.sql /var/backups/oxconf/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' mariadb-server mariadb-backup socat) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
require before_1 'every package is installed' 'Take the step packages first.'

before_2() {
  patience=1
  here=$(dpkg-query --show --showformat='${Version}' mariadb-server 2>/dev/null) || here=
  printf '%s\n' "$here" | grep -qE '^([0-9]+:)?10\.11[.+~-]'
}
require before_2 'mariadb-server is 10.11' 'Take the step packages first.'

systemctl start mariadb.service || say 'The server that was here does not start.'
if ! wait_for 30 sql --execute='SELECT 1'; then
  stop 'no server to ask: if /var/lib/mysql holds databases, save them by hand, then: touch /var/backups/oxconf/databases.none'
fi
names=$(databases)
install -d -m 0700 /var/backups/oxconf
if [ -z "$names" ]; then
  say 'There are no databases but the server'"'"'s own: nothing to save.'
  touch /var/backups/oxconf/databases.none
else
  say "Databases here: $(printf '%s' "$names" | tr '\n' ' ')"
  file=/var/backups/oxconf/databases-$(date +%Y%m%d-%H%M%S).sql
  umask 077
  # Names of databases may not be split at blanks; the list has one a line.
  printf '%s\n' "$names" | tr '\n' '\0' |
    xargs -0 mariadb-dump --single-transaction --routines --triggers --events --databases \
      >"$file.part"
  tail -n 1 "$file.part" | grep -q '^-- Dump completed' || stop "$file.part is not complete"
  printf '%s\n' "$names" | while read -r name; do
    grep -qxF -e "-- Current Database: \`$name\`" "$file.part" || stop "$name is missing in $file.part"
  done
  mv "$file.part" "$file"
  say "Saved and compared with the list: $file"
fi

after_1() {
  for file in /var/backups/oxconf/databases-*.sql /var/backups/oxconf/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1
}
confirm after_1 'the dump is in /var/backups/oxconf, or a note that there was nothing to save'

say "$step: done."
