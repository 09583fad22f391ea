#!/bin/sh
# db2, 03-stop: Stop the database server.
#
# Its settings change the form of the data folder, and Galera must not start by itself.
#
# Before it:
#   - db2: the databases of before are saved
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
me='db2'
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

before_1() {
  patience=1
  was_done() {
  [ ! -e /var/lib/oxconf/datadir ] || return 0
  for file in /var/backups/oxconf/databases-*.sql /var/backups/oxconf/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1
  }
  ! was_done || return 0
  for file in /var/backups/oxconf/databases-*.sql /var/backups/oxconf/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1
}
require before_1 'the dump is in /var/backups/oxconf, or a note that there was nothing to save' 'Take the step save first.'

systemctl stop mariadb.service

after_1() {
  ! systemctl is-active --quiet mariadb.service
}
confirm after_1 'mariadb.service is stopped'

say "$step: done."
