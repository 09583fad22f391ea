#!/bin/sh
# ox1, reconfigure/02-reconfigure: Call oxinstaller, put back what is ours, restart.
#
# For the OX node.
#
# A node that restarts between the two would talk to the database in oxinstaller's way.
#
# Again: may be repeated: the result is the same.
# To undo: The folder of before is in /var/backups/oxconf; copy it back and restart Open-Xchange.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='reconfigure/02-reconfigure'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='ox1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ -x /opt/open-xchange/sbin/oxinstaller ]
}
require before_1 'Open-Xchange is installed' 'Take the setup'"'"'s step packages.'

ask 'Settings that somebody made by hand in files of oxinstaller go; sessions on this node end.'

kept=/var/backups/oxconf
install -d -m 0700 "$kept"
cp -a /opt/open-xchange/etc "$kept/oxinstaller-$(date +%Y%m%d-%H%M%S)"
sh rootfs/usr/local/sbin/oxconf-oxinstaller
sh install.sh ${yes:+--yes} --replace /opt/open-xchange/etc/groupware/configdb.properties /opt/open-xchange/etc/admindaemon/configdb.properties /opt/open-xchange/etc/groupware/ajp.properties /opt/open-xchange/etc/groupware/cache.ccf /opt/open-xchange/etc/admindaemon/cache.ccf /opt/open-xchange/etc/groupware/sessioncache.ccf
mark oxinstaller
ox restart

after_1() {
  wait_for 300 answers "$(address_of "$me" ox1=10.20.30.213 ox2=10.20.30.215)" 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

say "$step: done."
