#!/bin/sh
# ox3, 04-install: Install the files of this archive.
#
# The installer keeps what it replaces and asks the daemons before anything is live.
#
# Before it:
#   - ox3: the packages are installed
#   - ox3: oxinstaller has run
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
me='ox3'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' haproxy nfs-common rpcbind mariadb-client open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
require before_1 'every package is installed' 'Take the step packages first.'

before_2() {
  patience=1
  was_done() {
  [ -e /var/lib/oxconf/oxinstaller ]
  }
  ! was_done || return 0
  [ -e /var/lib/oxconf/oxinstaller ]
}
require before_2 'oxinstaller has run' 'Take the step oxinstaller first.'

sh install.sh --yes
rm -f "$state/due"

after_1() {
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
confirm after_1 'every file is as this archive has it'

say "$step: done."
