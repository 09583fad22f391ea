#!/bin/sh
# db1, 03-stop: Stop the database server.
#
# Its settings change the form of the data folder, and Galera must not start by itself.
#
# Before it:
#   - db1: the databases of before are saved
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: systemctl start mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='03-stop'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ -e /var/lib/oxconf/datadir ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

systemctl stop mariadb.service

after_1() {
  ! systemctl is-active --quiet mariadb.service
}
confirm after_1 'mariadb.service is stopped'

say "$step: done."
