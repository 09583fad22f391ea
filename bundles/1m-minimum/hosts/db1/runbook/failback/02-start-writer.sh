#!/bin/sh
# db1, failback/02-start-writer: Start the writer's server.
#
# It takes what it lacks from the others, and serves nobody yet.
#
# Before it:
#   - db1: it is out of service
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='failback/02-start-writer'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

systemctl start mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 21600 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
