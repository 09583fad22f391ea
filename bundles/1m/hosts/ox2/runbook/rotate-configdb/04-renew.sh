#!/bin/sh
# ox2, rotate-configdb/04-renew: Install the new files, and restart Open-Xchange.
#
# For the OX node.
#
# It reads the password when it starts. Take the other OX nodes after this one, in the same way.
#
# Before it:
#   - prov1: it uses the new password
#
# Again: may be repeated: the result is the same.
# To undo: The same step with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/04-renew'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Sessions on this node end, unless the session storage of this release keeps them.'

sh install.sh ${yes:+--yes}
ox restart

after_1() {
  wait_for 300 answers "$(address_of "$me" ox1=10.20.30.213 ox2=10.20.30.215 ox3=10.20.30.216 prov1=10.20.30.225)" 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

say "$step: done."
