#!/bin/sh
# db2, recover/04-begin: Begin the cluster again on this node.
#
# For the most advanced node.
#
# It must be the node with the highest number: what the others lack they get from it, and what it lacks is lost. Two nodes that begin would be two clusters.
#
# It is called with: NAME=POSITION, or NAME=lost, for each other node, for example: db2=5ee99582-bb8d-11e2-b8e3-23de375c1d30:8204503 db3=lost
#
# Before it:
#   - db1: its position is written down
#   - db2: its position is written down
#   - db3: its position is written down
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: systemctl stop mariadb.service, as long as no other node has joined.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='recover/04-begin'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage='NAME=POSITION, or NAME=lost, for each other node'
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
  [ "$(status wsrep_cluster_status)" = Primary ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  ! peer_answers 4567 db1=10.20.30.217 db2=10.20.30.219 db3=10.20.30.221
}
require before_1 'no other node answers on port 4567' 'One of db1, db2 and db3 runs: it must have taken the step position, which stops it; or it has begun already, and this node joins it.'

before_2() {
  [ -s "$state/position" ]
}
require before_2 'the step position was taken here' 'Take it on every node that is there.'

ask 'This node begins the cluster; what another node has and this one lacks is lost.'

own=$(cat "$state/position")
uuid=${own%:*}
seqno=${own##*:}
[ "$uuid" != 00000000-0000-0000-0000-000000000000 ] || stop 'this node has no complete data: begin on another one'
for name in db1 db2 db3; do
  [ "$name" != "$me" ] || continue
  theirs=$(given "$name")
  case $theirs in
    '') stop "the position of $name is missing: name it as $name=POSITION, or as $name=lost if its data are gone" ;;
    lost) say "What $name alone had is lost." ;;
    00000000-0000-0000-0000-000000000000:*) say "$name has no complete data, and takes a copy when it joins." ;;
    "$uuid":*[!0-9]* | "$uuid":) stop "$theirs is no position" ;;
    "$uuid":*)
      [ "${theirs##*:}" -le "$seqno" ] ||
        stop "$name is further than this node, ${theirs##*:} and not $seqno: begin there, or something is lost"
      ;;
    *) stop "$name was in another cluster ($theirs), this node in $own: find out which data are right" ;;
  esac
done
cp -p "$data/grastate.dat" "$data/grastate.dat.before-$(date +%Y%m%d-%H%M%S)"
sed -i 's/^safe_to_bootstrap: .*/safe_to_bootstrap: 1/' "$data/grastate.dat"
galera_new_cluster
rm "$state/position"

after_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 300 synced
}
confirm after_1 'the node is Synced and Primary'

say "$step: done."
