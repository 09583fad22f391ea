#!/bin/sh
# prov1, 09-register: Register the cluster.
#
# One server, one filestore, one database: every OX node finds them in configdb. Reads have an endpoint of their own, so they are registered as its slave.
#
# Before it:
#   - prov1: Open-Xchange runs
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: unregisterdatabase, unregisterfilestore and unregisterserver, then rm /var/lib/oxconf/registered.*

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='09-register'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=
me='prov1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  wait_for 120 /opt/open-xchange/sbin/listserver -A oxadminmaster -P "$master_password"
}
require before_1 'the administration answers' 'Look at /var/log/open-xchange/open-xchange.log.0; the password of oxadminmaster is the one that oxinstaller was given.'

install -d /var/lib/oxconf
# once NAME COMMAND...: what is registered twice is there twice.
once() {
  name=$1
  shift
  if [ -e /var/lib/oxconf/"registered.$name" ]; then
    say "$name is registered already: $(cat /var/lib/oxconf/"registered.$name")"
  else
    said=$("$@")
    say "$said"
    printf '%s\n' "$said" >/var/lib/oxconf/"registered.$name"
  fi
}
once server /opt/open-xchange/sbin/registerserver -A oxadminmaster -P "$master_password" -n oxserver
once filestore /opt/open-xchange/sbin/registerfilestore -A oxadminmaster -P "$master_password" -t file:///var/opt/filestore
once master /opt/open-xchange/sbin/registerdatabase -A oxadminmaster -P "$master_password" --dbuser openexchange --dbpasswd "$configdb_password" --poolmax 100 --poolhardlimit true \
  --name oxdatabase --hostname 127.0.0.1:3307 --master true
master_id=$(sed -n 's/^database \([0-9][0-9]*\) registered.*/\1/p' /var/lib/oxconf/registered.master)
[ -n "$master_id" ] || stop 'registerdatabase named no id: look at /var/lib/oxconf/registered.master'
once slave /opt/open-xchange/sbin/registerdatabase -A oxadminmaster -P "$master_password" --dbuser openexchange --dbpasswd "$configdb_password" --poolmax 100 --poolhardlimit true \
  --name oxdatabase_slave --hostname 127.0.0.1 --master false --masterid="$master_id"
ox restart

after_1() {
  /opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password" | grep -q oxdatabase
}
confirm after_1 'the database is listed'

say "$step: done."
