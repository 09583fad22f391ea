#!/bin/sh
# db1, restart/02-restart: Restart the database server.
#
# It takes the writes, so it is the last.
#
# Before it:
#   - db1: the database server serves
#   - db2: it has been restarted
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='restart/02-restart'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ "$(status wsrep_cluster_size) $(status wsrep_local_state_comment)" = "2 Synced" ]
}
require before_1 'all 2 members of the cluster are here, and this one is Synced' 'Bring the others back first: with one more away the cluster may stop.'

ask 'The writes move to another node and back: requests in that moment fail, twice.'

systemctl restart mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
