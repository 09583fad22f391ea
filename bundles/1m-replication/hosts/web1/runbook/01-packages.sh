#!/bin/sh
# web1, 01-packages: Install the packages.
#
# The files of this archive replace what these packages bring.
#
# Again: may be repeated: the result is the same.
# To undo: apt-get remove, with the same names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='01-packages'
log=/var/log/apt/term.log
usage=''
up=
me='web1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  set -- keepalived apache2 curl open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" | grep -q ^Version: || return 1
  done
}
require before_1 'apt knows every package' 'Add the missing repository (database: its vendor'"'"'s; open-xchange-*: software.open-xchange.com), then apt-get update.'

export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --no-upgrade keepalived apache2 curl open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr

after_1() {
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' keepalived apache2 curl open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
confirm after_1 'every package is installed'

say "$step: done."
