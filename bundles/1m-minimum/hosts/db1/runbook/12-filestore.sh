#!/bin/sh
# db1, 12-filestore: Make the filestore and export it.
#
# It belongs to open-xchange, by number, on every host.
#
# Before it:
#   - db1: the user open-xchange has its numbers
#   - db1: the files are installed
#
# Again: may be repeated: the result is the same.
# To undo: exportfs -ua; rmdir /var/opt/filestore, as long as it is empty.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='12-filestore'
log='journalctl -u nfs-server'
usage=''
up=
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

install -d -o open-xchange -g open-xchange -m 0750 /var/opt/filestore
systemctl enable --now nfs-server.service
exportfs -ra

after_1() {
  [ "$(stat -c %U:%G /var/opt/filestore)" = open-xchange:open-xchange ]
}
confirm after_1 'the folder belongs to open-xchange'

say "$step: done."
