#!/bin/sh
# db3, replace-database/03-follow: Load the dump, and follow the master.
#
# For the new server.
#
# The position comes with the dump; what happened since then is asked for by transaction id.
#
# It is called with: NAME of the master
#
# Before it:
#   - the new server: the data folder is new
#   - the master: the dump for the slaves is made
#
# Again: may be repeated: the result is the same.
# To undo: STOP SLAVE, and make the data folder anew.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='replace-database/03-follow'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage='NAME of the master'
up=/..
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  tail -n 1 /root/oxconf-master.sql | grep -q '^-- Dump completed'
}
require before_1 'the dump of the master is here and complete' 'Copy it from the master, /root/oxconf-master.sql, to the same place.'

ask 'What this server holds is replaced by the dump.'

master=$(address_of "${words# }" db1=10.20.30.217 db2=10.20.30.219 db3=10.20.30.221)
[ "${words# }" != "$me" ] || stop 'a server does not follow itself'
answers "$master" 3306 || stop 'the master does not let this server in'
systemctl enable mariadb.service
systemctl start mariadb.service
wait_for 300 sql --execute='SELECT 1' || stop 'the server does not start'
sql --execute='STOP SLAVE' 2>/dev/null || true
sql --execute='RESET MASTER'
sql --init-command='SET SESSION sql_log_bin = 0' </root/oxconf-master.sql
sql --execute='SET GLOBAL read_only = ON'
sql <"$here/follow.sql"
sql --execute="CHANGE MASTER TO MASTER_HOST = '$master', MASTER_USE_GTID = slave_pos; START SLAVE"
rm /root/oxconf-master.sql

after_1() {
  slave_runs() {
    [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
  }
  wait_for 300 slave_runs
}
confirm after_1 'the slave runs'

say "$step: done."
