#!/bin/sh
# db1, rotate-sst/01-both: Let the accounts take both passwords.
#
# Whoever still has the old one, and whoever has the new one already, gets in.
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-sst/01-both'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
  MYSQL_PWD=$sst_password "$client" --no-defaults --user=sstuser --socket="$socket" --execute='DO 1'
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

sql <"$here/both.sql"

after_1() {
  MYSQL_PWD=$sst_password "$client" --no-defaults --user=sstuser --socket="$socket" --execute='DO 1'
}
confirm after_1 'sstuser is let in with the new password'

say "$step: done."
