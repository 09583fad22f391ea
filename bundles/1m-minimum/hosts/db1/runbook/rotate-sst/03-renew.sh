#!/bin/sh
# db1, rotate-sst/03-renew: Install the new file, and let the server know.
#
# Without a restart.
#
# Before it:
#   - db1: the packages are installed
#   - db1: the accounts take the old password and the new one
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-sst/03-renew'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ "$(status wsrep_local_state_comment)" = Synced ]
}
require before_1 'the node is Synced: it gives no copy to another one just now' 'Wait until the state transfer is over.'

sh install.sh ${yes:+--yes}
sql <"$here/renew.sql"

after_1() {
  MYSQL_PWD=$sst_password "$client" --no-defaults --user=sstuser --socket="$socket" --execute='DO 1'
}
confirm after_1 'sstuser is let in with the new password'

say "$step: done."
