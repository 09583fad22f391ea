#!/bin/sh
# ox1, 12-filestore: Make the filestore.
#
# It belongs to open-xchange, by number, on every host.
#
# Before it:
#   - ox1: the user open-xchange has its numbers
#   - ox1: the files are installed
#
# Again: may be repeated: the result is the same.
# To undo: rmdir /var/opt/filestore

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='12-filestore'
log='journalctl -u nfs-server'
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
  patience=1
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
require before_2 'every file is as this archive has it' 'Take the step install first.'

install -d -o open-xchange -g open-xchange -m 0750 /var/opt/filestore

after_1() {
  [ "$(stat -c %U:%G /var/opt/filestore)" = open-xchange:open-xchange ]
}
confirm after_1 'the folder belongs to open-xchange'

say "$step: done."
