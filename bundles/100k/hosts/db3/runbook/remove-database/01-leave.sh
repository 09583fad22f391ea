#!/bin/sh
# db3, remove-database/01-leave: Leave.
#
# For the server that leaves.
#
# A server that stops in an orderly way is missed by nobody: the others count anew.
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: systemctl enable --now mariadb.service; systemctl enable --now clustercheck.socket

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-database/01-leave'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
  ! systemctl is-active --quiet mariadb.service && ! systemctl is-enabled --quiet mariadb.service
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  [ "$(status wsrep_cluster_size)" -ge 4 ]
}
require before_1 'at least three members stay: four are here now' 'Two members are no majority when one of them fails: add a server or an arbitrator first.'

ask 'Connections to this server end. If it is the writer, the writes move to the next one: requests in that moment fail. Its data stay on its disk.'

systemctl disable --now clustercheck.socket
sleep 5
systemctl disable mariadb.service
systemctl stop mariadb.service

after_1() {
  ! systemctl is-active --quiet mariadb.service
}
confirm after_1 'mariadb.service is stopped'

say "$step: done."
