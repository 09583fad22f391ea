#!/bin/sh
# ox1, 02-packages: Install the packages.
#
# The files of this archive replace what these packages bring.
#
# Before it:
#   - ox1: the user open-xchange has its numbers
#
# Again: may be repeated: the result is the same.
# To undo: apt-get remove, with the same names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='02-packages'
log=/var/log/apt/term.log
usage=''
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  [ "$(id -u open-xchange):$(id -g open-xchange)" = 1001:1001 ]
}
require before_1 'open-xchange is 1001:1001' 'Take the step user first.'

before_2() {
  set -- mariadb-server apache2 curl open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" | grep -q ^Version: || return 1
  done
}
require before_2 'apt knows every package' 'Add the missing repository (database: its vendor'"'"'s; open-xchange-*: software.open-xchange.com), then apt-get update.'

before_3() {
  here=$(dpkg-query --show --showformat='${Version}' mariadb-server 2>/dev/null) || here=
  printf '%s\n' "$here" | grep -qE '^([0-9]+:)?10\.11[.+~-]' || [ -z "$here" ]
}
require before_3 'mariadb-server is 10.11, or not installed' 'Another series is here, and this step upgrades nothing. Upgrade it as its vendor says, one series after the other, or change database.version.'

before_4() {
  apt-cache policy mariadb-server | grep -E '^ *Candidate: ([0-9]+:)?10\.11[.+~-]'
}
require before_4 'the candidate of mariadb-server is 10.11' 'Add the repository of the vendor for 10.11, or change database.version.'

export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --no-upgrade mariadb-server apache2 curl open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr

after_1() {
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' mariadb-server apache2 curl open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
confirm after_1 'every package is installed'

after_2() {
  here=$(dpkg-query --show --showformat='${Version}' mariadb-server 2>/dev/null) || here=
  printf '%s\n' "$here" | grep -qE '^([0-9]+:)?10\.11[.+~-]'
}
confirm after_2 'mariadb-server is 10.11'

say "$step: done."
