#!/bin/sh
# db2, 07-join: Join the Galera cluster.
#
# It takes a full copy of the data. One node after the other: each copy occupies a donor.
#
# Before it:
#   - db2: the data folder is new
#   - db1: the database server serves
#   - db1: the accounts of the database exist
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='07-join'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/; on the donor /var/lib/mysql/innobackup.backup.log or mariabackup.backup.log'
usage=''
up=
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

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
  answers 10.20.30.217 4567
}
require before_2 'a node of the cluster answers on port 4567' 'Start db1 first, and look at firewalls between the hosts.'

systemctl enable mariadb.service
systemctl start mariadb.service

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 21600 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
