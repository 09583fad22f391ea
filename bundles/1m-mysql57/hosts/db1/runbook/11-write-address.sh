#!/bin/sh
# db1, 11-write-address: Take the write address.
#
# Open-Xchange writes to it; a person moves it, and never a health check.
#
# Before it:
#   - db1: the database is complete
#   - db1: units and modules are switched on
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop oxconf-write-address.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='11-write-address'
log='journalctl -u oxconf-write-address.service'
usage=''
up=
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

systemctl start oxconf-write-address.service

after_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
confirm after_1 'this host has the address'

say "$step: done."
