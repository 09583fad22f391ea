#!/bin/sh
# db1, 10-restart-first: Restart the first node the ordinary way.
#
# It then joins like every other one, and systemd knows it as running. It is never bootstrapped again.
#
# Before it:
#   - db1: the database server serves
#   - db2: the database server serves
#   - db3: the database server serves
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='10-restart-first'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  was_done() {
  [ "$(status wsrep_cluster_status)" = Primary ]
  }
  ! was_done || return 0
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
require before_1 'the node is Synced and Primary' 'Take the step bootstrap first.'

before_2() {
  answers 10.20.30.219 4567 || answers 10.20.30.221 4567
}
require before_2 'another node answers on port 4567' 'Without another node this would end the cluster: let the others join first.'

systemctl stop mariadb.service
systemctl start mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
