#!/bin/sh
# db1, recover/01-position: Stop the node, and find its position.
#
# After a crash grastate.dat says -1: then the server is asked, which reads the position out of InnoDB.
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo: the node does not start by itself.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='recover/01-position'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ "$(status wsrep_cluster_status)" != Primary ]
}
require before_1 'this node is not in a working cluster' 'The cluster is not wholly down: start the others with systemctl start mariadb.service; they join this one.'

ask 'A server that hangs here is stopped.'

systemctl stop mariadb.service
install -d -m 0700 "$state"
uuid=$(sed -n 's/^uuid: *//p' "$data/grastate.dat")
seqno=$(sed -n 's/^seqno: *//p' "$data/grastate.dat")
[ -n "$uuid" ] || stop "$data/grastate.dat is missing or empty: this node counts as lost"
if [ "$seqno" = -1 ] && [ "$uuid" != 00000000-0000-0000-0000-000000000000 ]; then
  # The server opens its log itself, in a folder of its own; what it says before that goes to a file of root's.
  said=$data/oxconf-position.log
  mariadbd --user=mysql --wsrep-recover --log-error="$said" \
    >"$state/position.log" 2>&1 || true
  found=$(cat "$said" "$state/position.log" 2>/dev/null |
    sed -n 's/.*Recovered position: *\([0-9a-f-]*:-\{0,1\}[0-9]*\).*/\1/p' | tail -n 1)
  [ -n "$found" ] ||
    { tail -n 20 "$state/position.log" "$said" >&2 || true; stop 'the server could not say its position'; }
  rm -f "$said" "$state/position.log"
  uuid=${found%:*}
  seqno=${found##*:}
fi
printf '%s:%s\n' "$uuid" "$seqno" >"$state/position"
say 'Write this down for the step begin:'
say "  $me=$uuid:$seqno"

after_1() {
  ! systemctl is-active --quiet mariadb.service
}
confirm after_1 'the node is stopped'

after_2() {
  [ -s "$state/position" ]
}
confirm after_2 'the position is written down'

say "$step: done."
