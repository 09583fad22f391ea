#!/bin/sh
# db3, 05-enable: Switch on what the files need.
#
# They take effect with the next start, and after every boot.
#
# Before it:
#   - db3: the files are installed
#
# Again: may be repeated: the result is the same.
# To undo: systemctl disable, a2dismod and a2disconf, with the same names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='05-enable'
log=''
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
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
require before_1 'every file is as this archive has it' 'Take the step install first.'

systemctl daemon-reload
systemctl enable clustercheck.socket

after_1() {
  systemctl is-enabled --quiet clustercheck.socket || return 1
}
confirm after_1 'each of them is switched on'

say "$step: done."
