#!/bin/sh
# db2, add-database/01-prepare: Take the setup's own steps, up to an empty data folder.
#
# For the new server.
#
# User, packages, files and data folder of a new server are those of the first day.
#
# Again: may be repeated: the result is the same.
# To undo: Stop the server and move the old folder back to /var/lib/mysql.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-database/01-prepare'
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
  peer_answers 3306 db1=10.20.30.217 db2=10.20.30.219 db3=10.20.30.221
}
require before_1 'another server serves' 'Start the master first.'

before_2() {
  ! ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_2 'this server is not the master' 'Promote another server first, with the runbook promote.'

setup_steps user packages save stop install enable datadir

after_1() {
  [ -e /var/lib/oxconf/datadir ] && [ -d /var/lib/mysql/mysql ]
}
confirm after_1 'the data folder is new'

say "$step: done."
