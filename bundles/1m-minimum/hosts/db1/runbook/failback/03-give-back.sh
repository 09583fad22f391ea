#!/bin/sh
# db1, failback/03-give-back: Let the health check answer.
#
# It is asked each second, so the writes are back within seconds.
#
# Before it:
#   - db1: the database server serves
#
# Again: may be repeated: the result is the same.
# To undo: systemctl disable --now clustercheck.socket

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='failback/03-give-back'
log=''
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  synced() { [ "$(status wsrep_local_state_comment) $(status wsrep_cluster_status)" = 'Synced Primary' ]; }
  wait_for 1 synced
}
require before_1 'the node is Synced and Primary' 'Wait for it: it must have all data.'

ask 'The connections to the node that takes the writes now are closed; requests in that moment fail.'

systemctl enable --now clustercheck.socket

after_1() {
  systemctl is-active --quiet clustercheck.socket &&
    systemctl is-enabled --quiet clustercheck.socket
}
confirm after_1 'the health check runs, and starts with the host'

say "$step: done."
