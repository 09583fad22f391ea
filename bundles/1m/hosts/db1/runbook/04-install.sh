#!/bin/sh
# db1, 04-install: Install the files of this archive.
#
# The installer keeps what it replaces and asks the daemons before anything is live.
#
# Before it:
#   - db1: the packages are installed
#   - db1: the database server is stopped
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: sh install.sh --rollback

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='04-install'
log=/var/backups/oxconf
usage=''
up=
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' mariadb-server mariadb-backup socat) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
require before_1 'every package is installed' 'Take the step packages first.'

before_2() {
  patience=1
  here=$(dpkg-query --show --showformat='${Version}' mariadb-server 2>/dev/null) || here=
  printf '%s\n' "$here" | grep -qE '^([0-9]+:)?10\.11[.+~-]'
}
require before_2 'mariadb-server is 10.11' 'Take the step packages first.'

before_3() {
  patience=1
  was_done() {
  [ -e /var/lib/oxconf/datadir ]
  }
  ! was_done || return 0
  ! systemctl is-active --quiet mariadb.service
}
require before_3 'mariadb.service is stopped' 'Take the step stop first.'

sh install.sh --yes
rm -f "$state/due"

after_1() {
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
confirm after_1 'every file is as this archive has it'

say "$step: done."
