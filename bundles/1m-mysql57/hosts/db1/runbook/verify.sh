#!/bin/sh
# db1: whether everything works, line by line. It changes nothing.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step=verify
log=
usage=
up=
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

check_1() {
  sql --execute='SELECT 1'
}
check check_1 'the server answers' 'Look at: journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_2() {
  [ "$(variable max_connections)" = "$(sed -n 's/^max_connections = //p' /etc/mysql/ox.conf.d/ox.cnf)" ]
}
check check_2 'the server reads ox.cnf' 'The block in /etc/mysql/my.cnf must be the last; restart the server.'

check_3() {
  systemctl is-enabled --quiet mysql.service
}
check check_3 'the unit starts with the host' 'systemctl enable mysql.service'

check_4() {
  ! "$client" --no-defaults --protocol=tcp --host=127.0.0.1 --user=nobody --execute='SELECT 1'
}
check check_4 'nobody logs in without a name or a password' 'Run the step accounts.'

check_5() {
  [ "$(variable read_only)" = 0 ]
}
check check_5 'the master can be written to' 'Is this still the master? If so: SET GLOBAL read_only = OFF'

check_6() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
check check_6 'this host has the write address 10.20.30.218' 'systemctl start oxconf-write-address.service; look at: journalctl -u oxconf-write-address.service'

[ "$failed" = 0 ] || { say "$failed of 6 failed."; exit 1; }
say 'All 6 passed.'
