#!/bin/sh
# ox1, 09-register: Register the cluster.
#
# One server, one filestore, one database: every OX node finds them in configdb. Reads have an endpoint of their own, so they are registered as its slave.
#
# Before it:
#   - ox1: Open-Xchange runs
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: listdatabase, listfilestore and listserver name the ids; then, in /opt/open-xchange/sbin and with -A oxadminmaster -P PASSWORD: unregisterdatabase -i ID, the slave first, unregisterfilestore -i ID and unregisterserver -i ID.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='09-register'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=
me='ox1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  wait_for 300 answers 10.20.30.213 8009
}
require before_1 'Open-Xchange answers on port 8009' 'Take the step start-ox first.'

before_2() {
  wait_for 120 /opt/open-xchange/sbin/listserver -A oxadminmaster -P "$master_password"
}
require before_2 'the administration answers' 'Look at /var/log/open-xchange/open-xchange.log.0; the password of oxadminmaster is the one that oxinstaller was given.'

# listed TOOL NAME: the id of what has this name. With --csv the tools print id, name and more, in quotes.
listed() {
  rows=$(/opt/open-xchange/sbin/"$1" -A oxadminmaster -P "$master_password" --csv) || stop "$1 does not answer"
  printf '%s\n' "$rows" | tr -d '"' | while IFS=, read -r id name rest; do
    case $name in file:*) name=file:///$(printf '%s' "${name#file:}" | sed 's|^/*||') ;; esac
    [ "$name" != "$2" ] || printf '%s\n' "$id"
  done
}
# once LIST NAME COMMAND...: what is registered twice is there twice. Its id is in $id.
once() {
  list=$1
  name=$2
  shift 2
  id=$(listed "$list" "$name")
  if [ -n "$id" ]; then
    say "$name is registered already, as $id."
  else
    "$@" || stop "$name could not be registered"
    id=$(listed "$list" "$name")
    [ -n "$id" ] || stop "$name was registered, but $list does not know it"
  fi
}
if [ -z "$(listed listdatabase oxdatabase)" ]; then
  rows=$(/opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password" --csv | sed 1d)
  [ -z "$rows" ] || stop "configdb knows other databases, as after a reload. Let the master of them lead to this \
cluster, then take this step again: /opt/open-xchange/sbin/changedatabase -A oxadminmaster -P PASSWORD --id ID --name oxdatabase \
--hostname 127.0.0.1:3307 --dbuser openexchange --dbpasswd PASSWORD"
fi
once listserver oxserver /opt/open-xchange/sbin/registerserver -A oxadminmaster -P "$master_password" -n oxserver
once listfilestore file:///var/opt/filestore /opt/open-xchange/sbin/registerfilestore -A oxadminmaster -P "$master_password" -t file:///var/opt/filestore
once listdatabase oxdatabase /opt/open-xchange/sbin/registerdatabase -A oxadminmaster -P "$master_password" --dbuser openexchange --dbpasswd "$configdb_password" --poolmax 100 --poolhardlimit true \
  --name oxdatabase --hostname 127.0.0.1:3307 --master true
once listdatabase oxdatabase_slave /opt/open-xchange/sbin/registerdatabase -A oxadminmaster -P "$master_password" --dbuser openexchange --dbpasswd "$configdb_password" --poolmax 100 --poolhardlimit true \
  --name oxdatabase_slave --hostname 127.0.0.1 --master false --masterid="$id"
ox restart

after_1() {
  database() { /opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password" | grep -qw oxdatabase; }
  wait_for 300 database
}
confirm after_1 'the database is listed'

say "$step: done."
