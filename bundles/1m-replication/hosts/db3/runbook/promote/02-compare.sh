#!/bin/sh
# db3, promote/02-compare: Apply what has arrived, and say the position.
#
# For each slave.
#
# Which slave has most is not a matter of opinion: the ids of its transactions say it.
#
# Before it:
#   - the old master: it takes no writes any more
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/02-compare'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ -n "$(column Master_Host 'SHOW SLAVE STATUS')" ]
}
require before_1 'this server is a slave' 'It follows nobody: is it the master?'

ask() {
  MYSQL_PWD=$replication_password "$client" --no-defaults --host="$1" --port=3306 --user=repl \
    --connect-timeout=5 --batch --skip-column-names --raw --execute="$2" | tr -d '\n'
}
master=$(column Master_Host 'SHOW SLAVE STATUS')
if [ -n "$master" ] && answers "$master" 3306; then
  target=$(ask "$master" 'SELECT @@global.gtid_current_pos')
else
  target=$(column Gtid_IO_Pos 'SHOW SLAVE STATUS')
fi
[ "$(sql --execute="SELECT MASTER_GTID_WAIT('$target', 60)")" = 0 ] || stop "this slave has not reached $target within 60 seconds; try again"
say 'Write this down for the step take-over:'
install -d -m 0700 "$state"
sql --execute='SELECT @@global.gtid_current_pos' | tr -d '\n' >"$state/position"
say "  $me=$(cat "$state/position")"

after_1() {
  [ -s "$state/position" ]
}
confirm after_1 'the position is written down'

say "$step: done."
