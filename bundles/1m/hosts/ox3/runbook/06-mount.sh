#!/bin/sh
# ox3, 06-mount: Mount the filestore.
#
# All OX nodes see the same files: a user may be on any of them.
#
# Before it:
#   - ox3: the user open-xchange has its numbers
#   - ox3: the files are installed
#   - filestore1: the filestore is exported
#
# Again: may be repeated: the result is the same.
# To undo: umount /var/opt/filestore

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='06-mount'
log='journalctl -k'
usage=''
up=
me='ox3'
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

before_3() {
  answers 10.20.30.223 2049
}
require before_3 '10.20.30.223 answers on port 2049' 'Take the step filestore on that host, and look at firewalls between the hosts.'

mkdir -p /var/opt/filestore
mountpoint -q /var/opt/filestore || mount /var/opt/filestore
su -s /bin/sh -c 'touch /var/opt/filestore/.oxconf-probe-ox3' open-xchange

after_1() {
  mountpoint -q /var/opt/filestore
}
confirm after_1 'the filestore is mounted'

after_2() {
  [ -e /var/opt/filestore/.oxconf-probe-ox3 ]
}
confirm after_2 'open-xchange can write to it'

say "$step: done."
