#!/bin/sh
# db1, promote/05-come-back: Come back as a slave.
#
# For the old master.
#
# It has everything up to the promotion, and gets what came after it.
#
# It is called with: NAME of the new master
#
# Before it:
#   - the new master: the database is complete
#
# Again: may be repeated: the result is the same.
# To undo: STOP SLAVE

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/05-come-back'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage='NAME of the new master'
up=/..
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask() {
  MYSQL_PWD=$replication_password "$client" --no-defaults --host="$1" --port=3306 --user=repl \
    --connect-timeout=5 --batch --skip-column-names --raw --execute="$2" | tr -d '\n'
}
systemctl disable oxconf-write-address.service
systemctl stop oxconf-write-address.service
systemctl enable mysql.service
systemctl start mysql.service
wait_for 60 sql --execute='SELECT 1' || stop 'the server does not start'
sql --execute='SET GLOBAL super_read_only = ON'
master=$(address_of "${words# }" db1=10.20.30.217 db2=10.20.30.219 db3=10.20.30.221)
[ "${words# }" != "$me" ] || stop 'a server does not follow itself'
answers "$master" 3306 || stop "${words# } does not answer on port 3306"
sql --execute='STOP SLAVE' 2>/dev/null || true
mine=$(sql --raw --execute='SELECT @@global.gtid_executed' | tr -d '\n')
theirs=$(ask "$master" 'SELECT @@global.gtid_executed')
extra=$(sql --execute="SELECT GTID_SUBTRACT('$mine', '$theirs')")
[ -z "$extra" ] ||
  stop "this server has transactions that the new master never got, $extra: see them, then take the runbook replace-database"
sql <"$here/come-back.sql"
sql --execute="CHANGE MASTER TO MASTER_HOST = '$master', MASTER_AUTO_POSITION = 1; START SLAVE"
slave_runs() {
  [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
}
# 1236, and 13114 from MySQL 8.0 on: the master says that it does not have what this server wants to go on from.
settled() {
  slave_runs || column Last_IO_Errno 'SHOW SLAVE STATUS' | grep -qxE '1236|13114'
}
wait_for 60 settled || true
if ! slave_runs; then
  column Last_IO_Error 'SHOW SLAVE STATUS' >&2
  sql --execute='STOP SLAVE'
  stop 'it can not follow: if it has transactions that the new master never got, take the runbook replace-database'
fi

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
