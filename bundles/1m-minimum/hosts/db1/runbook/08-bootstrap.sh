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
  patience=1
  was_done() {
  [ -e /var/lib/oxconf/datadir ] && [ -d /var/lib/mysql/mysql ]
  }
  ! was_done || return 0
  [ -d /var/lib/mysql/mysql ] && [ "$(stat -c %U /var/lib/mysql/mysql)" = mysql ]
}
require before_1 'the data folder has the server'"'"'s own tables, and they belong to mysql' 'Take the step datadir first.'

before_2() {
  ! { answers 10.20.30.219 4567; }
}
require before_2 'no other node answers on port 4567' 'One of db2 is in a cluster already: this node joins it instead, with systemctl start mariadb.service.'

before_3() {
  [ ! -e /var/lib/mysql/grastate.dat ] || grep -q '^safe_to_bootstrap: 1' /var/lib/mysql/grastate.dat
}
require before_3 'this node may begin' 'It was in a cluster and was not the last to leave it: see the runbook recover.'

ask 'This begins a new cluster on this node. Take it once in the cluster'"'"'s life.'

galera_new_cluster
systemctl enable mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
