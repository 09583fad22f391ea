#!/bin/sh
# db1, rehearse-restore/02-remove: Remove the rehearsal.
#
# For any database server.
#
# It holds a second copy of all users' data.
#
# Again: may be repeated: the result is the same.
# To undo: Take the rehearsal again.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rehearse-restore/02-remove'
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
  [ ! -e /var/lib/oxconf-rehearsal/data/pid ]
}
require before_1 'the scratch server has ended' 'Its process id is in /var/lib/oxconf-rehearsal/data/pid; end it.'

ask '/var/lib/oxconf-rehearsal is deleted. The live data are elsewhere.'

rm -rf /var/lib/oxconf-rehearsal

after_1() {
  [ ! -e /var/lib/oxconf-rehearsal ]
}
confirm after_1 'it is gone'

say "$step: done."
