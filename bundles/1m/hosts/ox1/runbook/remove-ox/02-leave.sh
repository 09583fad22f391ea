#!/bin/sh
# ox1, remove-ox/02-leave: Stop Open-Xchange.
#
# For the OX node that leaves.
#
# Its users have had the time that you gave them; the rest logs in again, on another node.
#
# Again: may be repeated: the result is the same.
# To undo: ox enable; ox start, which are systemctl for the units of Open-Xchange.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-ox/02-leave'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='ox1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Sessions on this node end.'

ox stop
ox disable

after_1() {
  ! answers "$(address_of "$me" ox1=10.20.30.213 ox2=10.20.30.215 ox3=10.20.30.216 prov1=10.20.30.225)" 8009
}
confirm after_1 'nobody answers on port 8009 any more'

say "$step: done."
