#!/bin/sh
# db1, restart/03-restart: Restart the database server.
#
# It takes the writes, so it is the last.
#
# Before it:
#   - db1: the database server serves
#   - db2: it has been restarted
#   - db3: it has been restarted
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='restart/03-restart'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Until the server is back nobody can write. Where that is too long, promote a slave first (the runbook promote), and restart this one as a slave.'

systemctl restart mysql.service

after_1() {
  wait_for 300 sql --execute='SELECT 1'
}
confirm after_1 'the server answers'

say "$step: done."
