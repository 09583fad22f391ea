#!/bin/sh
# db3, 08-follow: Load the dump of db1 and follow it.
#
# The position comes with the dump; from then on the slave asks for what is missing by transaction id.
#
# Before it:
#   - db3: the database server serves
#   - db1: the dump for the slaves is made
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: STOP SLAVE, and make the data folder anew.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='08-follow'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  wait_for 300 sql --execute='SELECT 1'
}
require before_1 'the server answers' 'Take the step start-database first.'

before_2() {
  tail -n 1 /root/oxconf-master.sql | grep -q '^-- Dump completed'
}
require before_2 'the dump of db1 is here and complete' 'Copy it: scp /root/oxconf-master.sql 10.20.30.221:/root/oxconf-master.sql, on db1 after its step dump.'

before_3() {
  answers 10.20.30.217 3306
}
require before_3 'db1 answers' 'Start the server of db1, and look at firewalls between the hosts.'

ask 'What this server holds is replaced by the dump.'

sql --execute='STOP SLAVE' 2>/dev/null || true
sql --execute='RESET MASTER'
sql --init-command='SET SESSION sql_log_bin = 0' </root/oxconf-master.sql
sql --execute='SET GLOBAL read_only = ON'
sql <runbook/follow.sql
rm /root/oxconf-master.sql

after_1() {
  slave_runs() {
    [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
  }
  wait_for 60 slave_runs
}
confirm after_1 'the slave runs'

say "$step: done."
