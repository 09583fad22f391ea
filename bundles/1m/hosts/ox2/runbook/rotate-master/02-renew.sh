#!/bin/sh
# ox2, rotate-master/02-renew: Change the password of oxadminmaster on this node.
#
# For every OX node.
#
# Its hash stands in mpasswd, which oxinstaller wrote. One node after the other.
#
# Before it:
#   - ox1: Open-Xchange runs
#   - ox2: Open-Xchange runs
#   - ox3: Open-Xchange runs
#   - prov1: Open-Xchange runs
#
# Again: may be repeated: the result is the same.
# To undo: Move the kept mpasswd back, and restart Open-Xchange.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-master/02-renew'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ -x /opt/open-xchange/sbin/generatempasswd ]
}
require before_1 'generatempasswd is there' 'Install open-xchange-admin.'

ask 'Who still has the old password can not administer through this node any more. Sessions on it end.'

cp -p /opt/open-xchange/etc/mpasswd "/opt/open-xchange/etc/mpasswd.before-$(date +%Y%m%d-%H%M%S)"
/opt/open-xchange/sbin/generatempasswd -A oxadminmaster -P "$master_password"
sh install.sh ${yes:+--yes}
ox restart

after_1() {
  wait_for 300 answers "$(address_of "$me" ox1=10.20.30.213 ox2=10.20.30.215 ox3=10.20.30.216 prov1=10.20.30.225)" 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

after_2() {
  wait_for 120 /opt/open-xchange/sbin/listserver -A oxadminmaster -P "$master_password"
}
confirm after_2 'the new password is taken'

say "$step: done."
