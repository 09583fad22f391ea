#!/bin/sh
# ox1, restart/02-restart-ox: Restart Open-Xchange.
#
# For the OX node.
#
# It reads its files when it starts.
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='restart/02-restart-ox'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Sessions on this node end, unless the session storage of this release keeps them.'

ox restart

after_1() {
  wait_for 300 answers "$(address_of "$me" ox1=10.20.30.213)" 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

say "$step: done."
