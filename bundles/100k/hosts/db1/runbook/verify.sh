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
  [ "$(status wsrep_cluster_size)" = 3 ]
}
check check_5 'wsrep_cluster_size is 3' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_6() {
  [ "$(status wsrep_cluster_status)" = Primary ]
}
check check_6 'wsrep_cluster_status is Primary' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_7() {
  [ "$(status wsrep_local_state)" = 4 ]
}
check check_7 'wsrep_local_state is 4' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_8() {
  [ "$(status wsrep_local_state_comment)" = Synced ]
}
check check_8 'wsrep_local_state_comment is Synced' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_9() {
  [ "$(status wsrep_ready)" = ON ]
}
check check_9 'wsrep_ready is ON' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_10() {
  systemctl is-active --quiet clustercheck.socket
}
check check_10 'clustercheck.socket runs' 'journalctl -u clustercheck.socket'

[ "$failed" = 0 ] || { say "$failed of 10 failed."; exit 1; }
say 'All 10 passed.'
