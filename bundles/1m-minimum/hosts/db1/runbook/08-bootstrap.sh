#!/bin/sh
# db1, 08-bootstrap: Begin the Galera cluster.
#
# The first node has nobody to join. A second bootstrap would be a second cluster beside the first.
#
# Before it:
#   - db1: the data folder is new
#   - db2: the data folder is new
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: systemctl stop mariadb.service, as long as no other node has joined.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='08-bootstrap'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ "$(status wsrep_cluster_status)" = Primary ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  ! { answers 10.20.30.219 4567; }
}
require before_1 'no other node answers on port 4567' 'db2 is a cluster already: this node joins it instead, with systemctl start mariadb.service.'

before_2() {
  [ ! -e /var/lib/mysql/grastate.dat ] || grep -q '^safe_to_bootstrap: 1' /var/lib/mysql/grastate.dat
}
require before_2 'this node may begin' 'It was in a cluster and was not the last to leave it: see the runbook recover.'

ask 'This begins a new cluster on this node. Take it once in the cluster'"'"'s life.'

galera_new_cluster
systemctl enable mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
