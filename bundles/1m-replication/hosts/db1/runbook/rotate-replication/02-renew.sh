#!/bin/sh
# db1, rotate-replication/02-renew: Follow the master with the new password.
#
# For each slave.
#
# The slave keeps it in its own tables; it takes a second.
#
# Before it:
#   - the master: the accounts take the old password and the new one
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-replication/02-renew'
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
  [ -n "$(column Master_Host 'SHOW SLAVE STATUS')" ]
}
require before_1 'this server is a slave' 'The master needs no such step.'

sql --execute='STOP SLAVE'
sql <"$here/renew.sql"

after_1() {
  slave_runs() {
    [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
  }
  wait_for 60 slave_runs
}
confirm after_1 'the slave runs'

say "$step: done."
