#!/bin/sh
# db3, 07-start-database: Start the database server.
#
# It starts with the new settings and the new data folder.
#
# Before it:
#   - db3: the data folder is new
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='07-start-database'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db3'
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

systemctl enable mariadb.service
systemctl start mariadb.service

after_1() {
  wait_for 300 sql --execute='SELECT 1'
}
confirm after_1 'the server answers'

say "$step: done."
