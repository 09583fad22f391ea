#!/bin/sh
# db3, add-database/02-accounts: Make the accounts of the new addresses.
#
# For the master.
#
# Accounts are given by address. Those that exist stay as they are.
#
# Again: may be repeated: the result is the same.
# To undo: DROP USER, for the accounts of the new addresses.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-database/02-accounts'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db3'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_1 'this server is the master: it has the write address 10.20.30.218' 'Take this step on the server that has it.'

sql <"$here/accounts.sql"

after_1() {
  [ "$(sql --execute="SELECT COUNT(*) FROM mysql.user WHERE (User, Host) IN (('openexchange', '10.20.30.213'), ('openexchange', '10.20.30.215'), ('openexchange', '10.20.30.216'), ('openexchange', '10.20.30.225'), ('repl', '10.20.30.217'), ('repl', '10.20.30.219'), ('repl', '10.20.30.221'))")" = 7 ]
}
confirm after_1 'every account is there'

say "$step: done."
