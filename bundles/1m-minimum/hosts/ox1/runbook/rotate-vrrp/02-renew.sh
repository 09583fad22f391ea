#!/bin/sh
# ox1, rotate-vrrp/02-renew: Install the new file, and let keepalived read it.
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
step='rotate-vrrp/02-renew'
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

sh install.sh ${yes:+--yes}
systemctl reload keepalived.service

after_1() {
  systemctl is-active --quiet keepalived.service
}
confirm after_1 'keepalived runs'

say "$step: done."
