#!/bin/sh
# db2, remove-database/08-leave: Leave.
#
# For the server that leaves.
#
# A server that stops in an orderly way is missed by nobody: the others count anew.
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: systemctl enable --now mariadb.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-database/08-leave'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db2'
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
  ! ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_1 'this server is not the master' 'Promote another server first, with the runbook promote.'

ask 'Connections to this server end. Its data stay on its disk.'

systemctl disable mariadb.service
systemctl stop mariadb.service

after_1() {
  ! systemctl is-active --quiet mariadb.service
}
confirm after_1 'mariadb.service is stopped'

say "$step: done."
