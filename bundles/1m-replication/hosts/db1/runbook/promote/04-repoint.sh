#!/bin/sh
# db1, promote/04-repoint: Follow the new master.
#
# For each other slave.
#
# By the ids of transactions it finds its place there by itself.
#
# It is called with: NAME of the new master
#
# Before it:
#   - the new master: the database is complete
#
# Again: may be repeated: the result is the same.
# To undo: The same step with another name.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/04-repoint'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage='NAME of the new master'
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

master=$(address_of "${words# }" db1=10.20.30.217 db2=10.20.30.219 db3=10.20.30.221)
[ "${words# }" != "$me" ] || stop 'a server does not follow itself'
answers "$master" 3306 || stop "${words# } does not answer on port 3306"
sql --execute='STOP SLAVE' 2>/dev/null || true
sql --execute="CHANGE MASTER TO MASTER_HOST = '$master', MASTER_USE_GTID = slave_pos; START SLAVE"

after_1() {
  slave_runs() {
    [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
  }
  wait_for 60 slave_runs
}
confirm after_1 'the slave runs'

after_2() {
  [ "$(variable read_only)" = 1 ]
}
confirm after_2 'the server takes no writes'

say "$step: done."
