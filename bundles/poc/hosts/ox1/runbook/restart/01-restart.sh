#!/bin/sh
# ox1, restart/01-restart: Restart the database server.
#
# It is the only one.
#
# Before it:
#   - ox1: the database server serves
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='restart/01-restart'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Until the server is back nobody can read or write.'

systemctl restart mariadb.service

after_1() {
  wait_for 300 sql --execute='SELECT 1'
}
confirm after_1 'the server answers'

say "$step: done."
