#!/bin/sh
# db2, promote/01-fence: Take no more writes.
#
# For the old master.
#
# Two servers that both take writes can not be brought together again.
#
# Again: may be repeated: the result is the same.
# To undo: systemctl enable --now mariadb.service; SET GLOBAL read_only = OFF; systemctl enable --now oxconf-write-address.service; as long as nobody else has become the master.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/01-fence'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'From here on nobody can write to the database, until the new master has the address.'

systemctl disable oxconf-write-address.service
if sql --execute='SELECT 1' >/dev/null 2>&1; then
  sql --execute='SET GLOBAL read_only = ON'
  sql --execute="SELECT CONCAT('KILL ', ID, ';') FROM information_schema.PROCESSLIST WHERE USER = 'openexchange'" | sql --force 2>/dev/null || true
  systemctl stop oxconf-write-address.service
  say 'Its position, for the new master:'
  install -d -m 0700 "$state"
  sql --execute='SELECT @@global.gtid_current_pos' | tr -d '\n' >"$state/position"
  say "  $me=$(cat "$state/position")"
else
  # It would come back as one that takes writes.
  systemctl disable mariadb.service
  timeout 60 systemctl stop mariadb.service || systemctl kill --signal=KILL mariadb.service
  systemctl stop oxconf-write-address.service
  say "The server here does not answer: it was stopped, and does not start with the host. For the new master:"
  say "  $me=lost"
fi

after_1() {
  if sql --execute='SELECT 1' >/dev/null 2>&1; then
    [ "$(variable read_only)" = 1 ]
  else
    ! systemctl is-active --quiet mariadb.service && ! systemctl is-enabled --quiet mariadb.service
  fi
}
confirm after_1 'the server takes no writes, or is stopped and does not start with the host'

after_2() {
  ! ip -4 -brief address show | grep -qwF 10.20.30.218
}
confirm after_2 'the write address is gone from here'

say "$step: done."
