#!/bin/sh
# db3: whether everything works, line by line. It changes nothing.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step=verify
log=
usage=
up=
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

check_1() {
  sql --execute='SELECT 1'
}
check check_1 'the server answers' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_2() {
  [ "$(variable max_connections)" = "$(sed -n 's/^max_connections = //p' /etc/mysql/ox.conf.d/ox.cnf)" ]
}
check check_2 'the server reads ox.cnf' 'The block in /etc/mysql/my.cnf must be the last; restart the server.'

check_3() {
  systemctl is-enabled --quiet mariadb.service
}
check check_3 'the unit starts with the host' 'systemctl enable mariadb.service'

check_4() {
  ! "$client" --no-defaults --protocol=tcp --host=127.0.0.1 --user=nobody --execute='SELECT 1'
}
check check_4 'nobody logs in without a name or a password' 'Run the step accounts.'

check_5() {
  [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
}
check check_5 'the slave runs' 'SHOW SLAVE STATUS: look at Last_IO_Error and Last_SQL_Error'

check_6() {
  column Seconds_Behind_Master 'SHOW SLAVE STATUS' | grep -qE '^[0-5]?[0-9]$'
}
check check_6 'the slave is less than a minute behind' 'SHOW SLAVE STATUS: it catches up, or something is slow; reads from it are that old.'

check_7() {
  [ "$(variable read_only)" = 1 ]
}
check check_7 'the slave can not be written to' 'SET GLOBAL read_only = ON'

[ "$failed" = 0 ] || { say "$failed of 7 failed."; exit 1; }
say 'All 7 passed.'
