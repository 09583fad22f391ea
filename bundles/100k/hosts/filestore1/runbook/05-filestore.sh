#!/bin/sh
# filestore1, 05-filestore: Make the filestore and export it.
#
# It belongs to open-xchange, by number, on every host.
#
# Before it:
#   - filestore1: the user open-xchange has its numbers
#   - filestore1: the files are installed
#
# Again: may be repeated: the result is the same.
# To undo: exportfs -ua; rmdir /var/opt/filestore, as long as it is empty.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='05-filestore'
log='journalctl -u nfs-server'
usage=''
up=
me='filestore1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  [ "$(id -u open-xchange):$(id -g open-xchange)" = 1001:1001 ]
}
require before_1 'open-xchange is 1001:1001' 'Take the step user first.'

before_2() {
  patience=1
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
require before_2 'every file is as this archive has it' 'Take the step install first.'

install -d -o open-xchange -g open-xchange -m 0750 /var/opt/filestore
systemctl enable --now nfs-server.service
exportfs -ra

after_1() {
  [ "$(stat -c %U:%G /var/opt/filestore)" = open-xchange:open-xchange ]
}
confirm after_1 'the folder belongs to open-xchange'

say "$step: done."
