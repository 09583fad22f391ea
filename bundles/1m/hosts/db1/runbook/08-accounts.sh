#!/bin/sh
# db1, 08-accounts: Make the accounts of the database.
#
# What mysql_secure_installation asks, and each account by address: names are not resolved.
#
# Before it:
#   - db1: the database server serves
#
# Again: may be repeated: the result is the same.
# To undo: DROP USER, for each account in runbook/accounts.sql.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='08-accounts'
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

sql <runbook/accounts.sql

after_1() {
  "$client" --execute="SELECT 1"
}
confirm after_1 'root logs in with /root/.my.cnf'

after_2() {
  known=$(sql --execute="SELECT CONCAT(User, '@', Host) FROM mysql.user")
  for account in openexchange@10.20.30.213 openexchange@10.20.30.215 openexchange@10.20.30.216 openexchange@10.20.30.225 sstuser@localhost clustercheck@localhost; do
    printf '%s\n' "$known" | grep -qxF -e "$account" || return 1
  done
}
confirm after_2 'every account is there'

say "$step: done."
