#!/bin/sh
# db2, remove-database/05-leave: Leave.
#
# For the server that leaves.
#
# A server that stops in an orderly way is missed by nobody: the others count anew.
#
# Again: may be repeated: the result is the same.
# To undo: systemctl enable mariadb.service; systemctl start mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-database/05-leave'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ "$(status wsrep_cluster_size)" -ge 3 ]
}
require before_1 'the others are enough without it: four members now, or three with the arbitrator or two more servers' 'Two members are no majority when one of them fails: add another one first.'

ask 'This server serves nobody any more. Its data stay on its disk.'

systemctl disable --now clustercheck.socket 2>/dev/null || true
systemctl disable mariadb.service
systemctl stop mariadb.service

after_1() {
  ! systemctl is-active --quiet mariadb.service
}
confirm after_1 'mariadb.service is stopped'

say "$step: done."
