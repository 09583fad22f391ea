#!/bin/sh
# ox1, 14-probe: Leave a probe in the filestore.
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
step='14-probe'
log=''
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
  [ "$(stat -c %U:%G /var/opt/filestore)" = open-xchange:open-xchange ]
}
require before_1 'the folder belongs to open-xchange' 'Take the step filestore first.'

su -s /bin/sh -c 'touch /var/opt/filestore/.oxconf-probe-ox1' open-xchange

after_1() {
  [ -e /var/opt/filestore/.oxconf-probe-ox1 ]
}
confirm after_1 'open-xchange can write to it'

say "$step: done."
