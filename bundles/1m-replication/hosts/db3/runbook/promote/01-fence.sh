#!/bin/sh
# db3, promote/01-fence: Take no more writes.
#
# For the old master.
#
# Two servers that both take writes can not be brought together again.
#
# Again: may be repeated: the result is the same.
# To undo: SET GLOBAL read_only = OFF; systemctl enable oxconf-write-address.service; systemctl start oxconf-write-address.service; as long as nobody else has become the master.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/01-fence'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'From here on nobody can write to the database, until the new master has the address.'

systemctl disable oxconf-write-address.service
sql --execute='SET GLOBAL read_only = ON'
sql --execute="SELECT CONCAT('KILL ', ID, ';') FROM information_schema.PROCESSLIST WHERE USER = 'openexchange'" | sql --force 2>/dev/null || true
systemctl stop oxconf-write-address.service
say 'Its position, for the new master:'
install -d "$state"
sql --execute='SELECT @@global.gtid_current_pos' | tr -d '\n' >"$state/position"
say "  $me=$(cat "$state/position")"

after_1() {
  [ "$(variable read_only)" = 1 ]
}
confirm after_1 'the server takes no writes'

after_2() {
  ! ip -4 -brief address show | grep -qwF 10.20.30.218
}
confirm after_2 'the write address is gone from here'

say "$step: done."
