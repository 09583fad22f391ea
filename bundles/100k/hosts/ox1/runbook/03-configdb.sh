#!/bin/sh
# ox1, 03-configdb: Make configdb.
#
# The initconfigdb of that generation drops a configdb that exists, with every registration in it.
#
# Before it:
#   - ox1: the packages are installed
#   - db1: the database is complete
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: DROP DATABASE configdb, as long as nothing is registered in it.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='03-configdb'
log=''
usage=''
up=
me='ox1'
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.217 --port=3306 --user=openexchange --batch --skip-column-names --execute="SHOW TABLES IN configdb LIKE 'server'" | grep -qx server
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' haproxy keepalived nfs-common rpcbind apache2 curl mariadb-client open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
require before_1 'every package is installed' 'Take the step packages first.'

before_2() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.217 --port=3306 --user=openexchange --batch --execute='SELECT 1'
}
require before_2 'db1 lets openexchange in from here' 'Take the step accounts on db1; look at firewalls between the hosts.'

ask 'This makes configdb on db1. It is taken once in the cluster'"'"'s life.'

/opt/open-xchange/sbin/initconfigdb --configdb-user=openexchange --configdb-pass="$configdb_password" --configdb-host=10.20.30.217 --configdb-port=3306

after_1() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.217 --port=3306 --user=openexchange --batch --skip-column-names --execute="SHOW TABLES IN configdb LIKE 'server'" | grep -qx server
}
confirm after_1 'configdb exists'

say "$step: done."
