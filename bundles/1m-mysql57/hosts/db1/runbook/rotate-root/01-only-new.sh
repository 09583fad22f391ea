#!/bin/sh
# db1, rotate-root/01-only-new: Let the accounts take the new password alone.
#
# For the master.
#
# The old one is worth nothing any more.
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-root/01-only-new'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
  MYSQL_PWD=$root_password runuser -u nobody -- "$client" --no-defaults --user=root --socket="$socket" --execute='DO 1'
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_1 'this server is the master: it has the write address 10.20.30.218' 'Take this step on the server that has it.'

ask 'Whoever still uses the old password is refused from here on.'

sql <"$here/only-new.sql"

after_1() {
  MYSQL_PWD=$root_password runuser -u nobody -- "$client" --no-defaults --user=root --socket="$socket" --execute='DO 1'
}
confirm after_1 'root is let in with the new password'

say "$step: done."
