#!/bin/sh
# prov1, 01-user: Make the user open-xchange.
#
# The filestore belongs to the numbers 1001:1001; a package that comes first would choose others.
#
# Again: may be repeated: the result is the same.
# To undo: userdel open-xchange, as long as no file belongs to it.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='01-user'
log=''
usage=''
up=
me='prov1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  at=$(getent passwd 1001 | cut -d : -f 1)
  [ -z "$at" ] || [ "$at" = open-xchange ] || return 1
  at=$(getent group 1001 | cut -d : -f 1)
  [ -z "$at" ] || [ "$at" = open-xchange ]
}
require before_1 'the numbers 1001 and 1001 are free, or open-xchange has them' 'Choose other numbers in [filestore] of the cluster file; they must be free on all hosts.'

install -D -m 0644 rootfs/etc/sysusers.d/oxconf.conf /etc/sysusers.d/oxconf.conf
systemd-sysusers /etc/sysusers.d/oxconf.conf

after_1() {
  [ "$(id -u open-xchange):$(id -g open-xchange)" = 1001:1001 ]
}
confirm after_1 'open-xchange is 1001:1001'

say "$step: done."
