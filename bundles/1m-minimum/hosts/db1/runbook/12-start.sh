#!/bin/sh
# db1, 12-start: Start clustercheck.
#
# The packages have started some of them with their own files.
#
# Before it:
#   - db1: units and modules are switched on
#   - db1: the database is complete
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop clustercheck.socket

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='12-start'
log='journalctl -u clustercheck.socket'
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
  systemctl is-enabled --quiet nfs-server.service || return 1
  systemctl is-enabled --quiet clustercheck.socket || return 1
}
require before_1 'each of them is switched on' 'Take the step enable first.'

before_2() {
  patience=1
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
require before_2 'the node is Synced and Primary' 'Take the step restart-first first.'

systemctl enable clustercheck.socket
systemctl restart clustercheck.socket

after_1() {
  systemctl is-active --quiet clustercheck.socket
}
confirm after_1 'clustercheck.socket runs'

say "$step: done."
