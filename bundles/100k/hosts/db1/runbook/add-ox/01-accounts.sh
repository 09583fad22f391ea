#!/bin/sh
# db1, add-ox/01-accounts: Make the database account of the new address.
#
# Accounts are given by address. Those that exist stay as they are.
#
# Before it:
#   - db1: the accounts of the database exist
#
# Again: may be repeated: the result is the same.
# To undo: DROP USER, for the account of the new address.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-ox/01-accounts'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

sql <"$here/accounts.sql"

after_1() {
  [ "$(sql --execute="SELECT COUNT(*) FROM mysql.user WHERE (User, Host) IN (('openexchange', '10.20.30.213'), ('openexchange', '10.20.30.215'), ('sstuser', 'localhost'), ('clustercheck', 'localhost'))")" = 4 ]
}
confirm after_1 'every account is there'

say "$step: done."
