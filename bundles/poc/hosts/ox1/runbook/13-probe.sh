#!/bin/sh
# ox1, 13-probe: Leave a probe in the filestore.
#
# The other OX hosts look for it when they verify that all see the same files.
#
# Before it:
#   - ox1: the filestore is there
#
# Again: may be repeated: the result is the same.
# To undo: rm /var/opt/filestore/.oxconf-probe-ox1

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='13-probe'
log=''
usage=''
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

su -s /bin/sh -c 'touch /var/opt/filestore/.oxconf-probe-ox1' open-xchange

after_1() {
  [ -e /var/opt/filestore/.oxconf-probe-ox1 ]
}
confirm after_1 'open-xchange can write to it'

say "$step: done."
