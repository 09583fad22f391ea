#!/bin/sh
# db1, 12-write-address: Take the write address.
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
step='12-write-address'
log='journalctl -u oxconf-write-address.service'
usage=''
up=
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  [ "$(variable read_only)" = 0 ]
}
require before_1 'the server can be written to' 'Take the step reopen first.'

before_2() {
  patience=1
  systemctl is-enabled --quiet oxconf-write-address.service || return 1
}
require before_2 'each of them is switched on' 'Take the step enable first.'

systemctl start oxconf-write-address.service

after_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
confirm after_1 'this host has the address'

say "$step: done."
