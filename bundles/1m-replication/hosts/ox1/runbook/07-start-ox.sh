#!/bin/sh
# ox1, 07-start-ox: Start Open-Xchange.
#
# The route of the caches' multicast and the way to the database come first.
#
# Before it:
#   - ox1: oxinstaller has run
#   - ox1: units and modules are switched on
#   - ox1: the filestore is there
#   - prov1: the cluster is registered in configdb
#   - db1: the services of this host run
#
# Again: may be repeated: the result is the same.
# To undo: ox stop, which is systemctl stop of the units of Open-Xchange.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='07-start-ox'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=
me='ox1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  was_done() {
  [ -e /var/lib/oxconf/oxinstaller ]
  }
  ! was_done || return 0
  [ -e /var/lib/oxconf/oxinstaller ]
}
require before_1 'oxinstaller has run' 'Take the step oxinstaller first.'

before_2() {
  patience=1
  systemctl is-enabled --quiet haproxy.service || return 1
}
require before_2 'each of them is switched on' 'Take the step enable first.'

before_3() {
  patience=1
  mountpoint -q /var/opt/filestore
}
require before_3 'the filestore is mounted' 'Take the step mount first.'

before_4() {
  patience=1
  [ -e /var/opt/filestore/.oxconf-probe-ox1 ]
}
require before_4 'open-xchange can write to it' 'Take the step mount first.'

before_5() {
  [ "$(getent ahostsv4 ox1 | head -n 1 | cut -d ' ' -f 1)" = 10.20.30.213 ]
}
require before_5 'ox1 is 10.20.30.213 to this host' 'Take the line of 127.0.1.1 out of /etc/hosts: the caches tell each other the address of this name.'

ip route replace 224.0.0.0/8 dev eth0
systemctl enable haproxy.service
systemctl restart haproxy.service
ox enable
ox restart

after_1() {
  wait_for 300 answers 10.20.30.213 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

say "$step: done."
