#!/bin/sh
# web1, 03-enable: Switch on what the files need.
#
# They take effect with the next start, and after every boot.
#
# Before it:
#   - web1: the files are installed
#
# Again: may be repeated: the result is the same.
# To undo: systemctl disable, a2dismod and a2disconf, with the same names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='03-enable'
log=''
usage=''
up=
me='web1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
require before_1 'every file is as this archive has it' 'Take the step install first.'

systemctl daemon-reload
a2enmod -q proxy proxy_ajp proxy_balancer lbmethod_byrequests slotmem_shm headers expires deflate
a2enconf -q proxy_ajp
systemctl enable keepalived.service

after_1() {
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
confirm after_1 'each of them is switched on'

say "$step: done."
