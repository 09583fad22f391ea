#!/bin/sh
# ox3, rotate-configdb/09-renew: Install the new files, and restart Open-Xchange.
#
# For every other OX node.
#
# It reads the password when it starts. One node after the other.
#
# Before it:
#   - prov1: configdb has the new password of the registered databases
#
# Again: may be repeated: the result is the same.
# To undo: The same step with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/09-renew'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='ox3'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.218 --port=3306 --user=openexchange --execute='DO 1'
}
require before_1 'the database lets openexchange in with the new password, by 10.20.30.218:3306' 'Take the steps before this one first, and look at what stands in front of the database on this host.'

before_2() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --execute='DO 1'
}
require before_2 'the database lets openexchange in with the new password, by 127.0.0.1:3306' 'Take the steps before this one first, and look at what stands in front of the database on this host.'

ask 'Sessions on this node end, unless the session storage of this release keeps them.'

sh install.sh ${yes:+--yes}
ox restart

after_1() {
  wait_for 300 answers "$(address_of "$me" ox1=10.20.30.213 ox2=10.20.30.215 ox3=10.20.30.216 prov1=10.20.30.225)" 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

say "$step: done."
