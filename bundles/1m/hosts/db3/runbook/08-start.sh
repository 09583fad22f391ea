#!/bin/sh
# db3, 08-start: Start clustercheck.
#
# The packages have started some of them with their own files.
#
# Before it:
#   - db3: units and modules are switched on
#   - db1: the database is complete
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop clustercheck.socket

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='08-start'
log='journalctl -u clustercheck.socket'
usage=''
up=
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  systemctl is-enabled --quiet clustercheck.socket || return 1
}
require before_1 'each of them is switched on' 'Take the step enable first.'

systemctl enable clustercheck.socket
systemctl restart clustercheck.socket

after_1() {
  systemctl is-active --quiet clustercheck.socket
}
confirm after_1 'clustercheck.socket runs'

say "$step: done."
