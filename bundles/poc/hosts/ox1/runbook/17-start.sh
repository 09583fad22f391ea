#!/bin/sh
# ox1, 17-start: Start apache2.
#
# The packages have started some of them with their own files.
#
# Before it:
#   - ox1: units and modules are switched on
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop apache2.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='17-start'
log='journalctl -u apache2.service'
usage=''
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

systemctl enable apache2.service
systemctl restart apache2.service

after_1() {
  systemctl is-active --quiet apache2.service
}
confirm after_1 'apache2.service runs'

say "$step: done."
