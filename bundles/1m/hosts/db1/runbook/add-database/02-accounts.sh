#!/bin/sh
# db1, add-database/02-accounts: Make the accounts of the new addresses.
#
# For a server of before.
#
# Accounts are given by address. Those that exist stay as they are.
#
# Again: may be repeated: the result is the same.
# To undo: DROP USER, for the accounts of the new addresses.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-database/02-accounts'
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
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 1 synced
}
require before_1 'this node is Synced and Primary' 'Take this step on one that is.'

sql <"$here/accounts.sql"

after_1() {
  [ "$(sql --execute="SELECT COUNT(*) FROM mysql.user WHERE (User, Host) IN (('openexchange', '10.20.30.213'), ('openexchange', '10.20.30.215'), ('openexchange', '10.20.30.216'), ('openexchange', '10.20.30.225'), ('sstuser', 'localhost'), ('clustercheck', 'localhost'))")" = 6 ]
}
confirm after_1 'every account is there'

say "$step: done."
