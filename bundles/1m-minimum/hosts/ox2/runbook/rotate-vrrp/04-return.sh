#!/bin/sh
# ox2, rotate-vrrp/04-return: Install the new file, and start keepalived.
#
# It hears ox1 with the same password, and stands by.
#
# Before it:
#   - ox2: the packages are installed
#   - ox1: it uses the new password
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop keepalived.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-vrrp/04-return'
log='journalctl -u keepalived'
usage=''
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh install.sh ${yes:+--yes}
systemctl start keepalived.service
sleep 8

after_1() {
  systemctl is-active --quiet keepalived.service
}
confirm after_1 'keepalived runs'

after_2() {
  ! ip -4 -brief address show | grep -qwF 10.20.30.230
}
confirm after_2 'this host leaves 10.20.30.230 to ox1'

say "$step: done."
