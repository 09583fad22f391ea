#!/bin/sh
# ox1, 05-oxinstaller: Configure Open-Xchange for the first time.
#
# oxinstaller writes files of its own; those of this archive replace some of them in the next step.
#
# Before it:
#   - ox1: the packages are installed
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: There is no need: another call writes everything anew. See the runbook reconfigure.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='05-oxinstaller'
log=''
usage=''
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ -e /var/lib/oxconf/oxinstaller ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' mariadb-server apache2 curl open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr) || return 1
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
  [ -x /opt/open-xchange/sbin/oxinstaller ]
}
require before_3 'Open-Xchange is installed' 'Take the step packages.'

before_4() {
  ! grep -qs ' /opt/open-xchange/etc/' /var/lib/oxconf/installed
}
require before_4 'the files of this archive for Open-Xchange are not installed yet' 'oxinstaller would write over them: take the runbook reconfigure, which puts them back. If it was called before they were installed: touch /var/lib/oxconf/oxinstaller.'

sh rootfs/usr/local/sbin/oxconf-oxinstaller
mark oxinstaller

after_1() {
  [ -e /var/lib/oxconf/oxinstaller ]
}
confirm after_1 'oxinstaller has run'

say "$step: done."
