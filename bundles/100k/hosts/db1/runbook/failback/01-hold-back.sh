#!/bin/sh
# db1, failback/01-hold-back: Keep the health check silent.
#
# Without an answer the node counts as away, and the writes stay where they are.
#
# Again: may be repeated: the result is the same.
# To undo: systemctl enable --now clustercheck.socket

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='failback/01-hold-back'
log=''
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'If this node takes the writes now, they move to another one.'

systemctl disable --now clustercheck.socket

after_1() {
  ! systemctl is-active --quiet clustercheck.socket &&
    ! systemctl is-enabled --quiet clustercheck.socket
}
confirm after_1 'the health check does not run, and does not start with the host'

say "$step: done."
