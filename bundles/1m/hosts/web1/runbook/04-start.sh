#!/bin/sh
# web1, 04-start: Start apache2 and keepalived.
#
# The packages have started some of them with their own files.
#
# Before it:
#   - web1: units and modules are switched on
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop apache2.service keepalived.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='04-start'
log='journalctl -u apache2.service and journalctl -u keepalived.service'
usage=''
up=
me='web1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  a2query -q -m proxy || return 1
  a2query -q -m proxy_ajp || return 1
  a2query -q -m proxy_balancer || return 1
  a2query -q -m lbmethod_byrequests || return 1
  a2query -q -m slotmem_shm || return 1
  a2query -q -m headers || return 1
  a2query -q -m expires || return 1
  a2query -q -m deflate || return 1
  a2query -q -c proxy_ajp || return 1
  systemctl is-enabled --quiet keepalived.service || return 1
}
require before_1 'each of them is switched on' 'Take the step enable first.'

systemctl enable apache2.service keepalived.service
systemctl restart apache2.service keepalived.service

after_1() {
  systemctl is-active --quiet apache2.service
}
confirm after_1 'apache2.service runs'

after_2() {
  systemctl is-active --quiet keepalived.service
}
confirm after_2 'keepalived.service runs'

say "$step: done."
