#!/bin/sh
# db2, rotate-configdb/01-both: Let the accounts take both passwords.
#
# For the master.
#
# Whoever still has the old one, and whoever has the new one already, gets in.
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/01-both'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_1 'this server is the master: it has the write address 10.20.30.218' 'Take this step on the server that has it.'

sql <"$here/both.sql"

say "$step: done."
