#!/bin/sh
# db2, add-database/04-join: Join the Galera cluster.
#
# For the new server.
#
# It takes what it lacks from the others; without data of its own that is a full copy.
#
# Before it:
#   - the new server: the data folder is new
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-database/04-join'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/; on the donor /var/lib/mysql/innobackup.backup.log or mariabackup.backup.log'
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  peer_answers 4567 db1=10.20.30.217 db2=10.20.30.219
}
require before_1 'a node of the cluster answers on port 4567' 'Start another node first, and look at firewalls between the hosts.'

systemctl enable mariadb.service
systemctl start mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 21600 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
