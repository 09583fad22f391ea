#!/bin/sh
# db2, promote/03-take-over: Become the master, and take the write address.
#
# For the new master.
#
# The slave that has everything the others have: they can all go on from it.
#
# It is called with: NAME=POSITION, or NAME=lost, for each other server, for example: db1=0-1-4711 db3=lost
#
# Before it:
#   - the old master: it takes no writes any more
#   - the new master: its position is written down
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: Promote the other server: what was written meanwhile is here.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/03-take-over'
log='journalctl -u oxconf-write-address.service, and journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage='NAME=POSITION, or NAME=lost, for each other server'
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
  [ "$(variable read_only)" = 0 ] && [ -z "$(column Master_Host 'SHOW SLAVE STATUS')" ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  [ -s "$state/position" ]
}
require before_1 'the step compare was taken here' 'Take it on every slave that is there.'

before_2() {
  master=$(column Master_Host 'SHOW SLAVE STATUS')
  [ -n "$master" ] || return 1
  answers "$master" 3306 || return 0
  [ "$(MYSQL_PWD=$replication_password "$client" --no-defaults --host="$master" --user=repl --batch \
    --skip-column-names --execute='SELECT @@global.read_only')" = 1 ]
}
require before_2 'the master of before takes no writes, or does not answer' 'Fence it first: its step fence, or its switch.'

ask 'This server becomes the master. If the old one does not answer but lives, both may be written to: it must be switched off. What a lost server alone had is lost.'

# Positions of MariaDB: domain-server-number, one for each domain, with commas.
covers() {
  for theirs in $(printf '%s' "$2" | tr , ' '); do
    found=
    for mine in $(printf '%s' "$1" | tr , ' '); do
      [ "${mine%%-*}" != "${theirs%%-*}" ] || [ "${mine##*-}" -lt "${theirs##*-}" ] || found=1
    done
    [ -n "$found" ] || return 1
  done
}
own=$(cat "$state/position")
for name in db1 db2 db3; do
  [ "$name" != "$me" ] || continue
  theirs=$(given "$name")
  case $theirs in
    '') stop "the position of $name is missing: name it as $name=POSITION, or as $name=lost if it is gone" ;;
    lost) say "What $name alone had is lost." ;;
    *[!0-9A-Fa-f:,-]*) stop "$theirs is no position" ;;
    *) covers "$own" "$theirs" || stop "$name has more ($theirs) than this server ($own): promote that one" ;;
  esac
done
# It does not start while somebody else has the address, so nothing is opened before that is sure.
systemctl start oxconf-write-address.service
systemctl enable oxconf-write-address.service
sql --execute='STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = OFF'
rm "$state/position"

after_1() {
  [ "$(variable read_only)" = 0 ]
}
confirm after_1 'the server can be written to'

after_2() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
confirm after_2 'this host has the write address'

say "$step: done."
