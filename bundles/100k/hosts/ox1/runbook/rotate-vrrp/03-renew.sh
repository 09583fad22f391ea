#!/bin/sh
# ox1, rotate-vrrp/03-renew: Install the new file, and let keepalived read it.
#
# It holds every address now, and keeps them through a reload.
#
# Before it:
#   - ox1: the packages are installed
#   - ox2: it is out of service
#
# Again: may be repeated: the result is the same.
# To undo: sh install.sh --rollback, then the same reload.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-vrrp/03-renew'
log='journalctl -u keepalived'
usage=''
up=/..
me='ox1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  systemctl is-active --quiet keepalived.service
}
require before_1 'keepalived runs' 'systemctl start keepalived.service'

before_2() {
  has_it() {
    ip -4 -brief address show | grep -qwF 10.20.30.230
  }
  wait_for 30 has_it
}
require before_2 'this host has the address 10.20.30.230' 'Start keepalived on the others again, and look here at journalctl -u keepalived.'

sh install.sh ${yes:+--yes}
systemctl reload keepalived.service

after_1() {
  systemctl is-active --quiet keepalived.service
}
confirm after_1 'keepalived runs'

after_2() {
  ip -4 -brief address show | grep -qwF 10.20.30.230
}
confirm after_2 'this host has the address 10.20.30.230'

say "$step: done."
