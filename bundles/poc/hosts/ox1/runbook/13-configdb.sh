#!/bin/sh
# ox1, 13-configdb: Make configdb.
#
# The initconfigdb of that generation drops a configdb that exists, with every registration in it.
#
# Before it:
#   - ox1: the packages are installed
#   - ox1: the database is complete
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: DROP DATABASE configdb, as long as nothing is registered in it.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='13-configdb'
log=''
usage=''
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --batch --skip-column-names --execute="SHOW TABLES IN configdb LIKE 'server'" | grep -qx server
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' mariadb-server apache2 curl open-xchange-meta-server open-xchange-meta-admin open-xchange-authentication-database open-xchange-gui open-xchange-gui-wizard-plugin-gui open-xchange-configjump-generic-gui open-xchange-online-help-de open-xchange-online-help-en open-xchange-online-help-fr) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
require before_1 'every package is installed' 'Take the step packages first.'

before_2() {
  patience=1
  here=$(dpkg-query --show --showformat='${Version}' mariadb-server 2>/dev/null) || here=
  printf '%s\n' "$here" | grep -qE '^([0-9]+:)?10\.11[.+~-]'
}
require before_2 'mariadb-server is 10.11' 'Take the step packages first.'

before_3() {
  patience=1
  "$client" --execute="SELECT 1"
}
require before_3 'root logs in with /root/.my.cnf' 'Take the step accounts first.'

before_4() {
  patience=1
  known=$(sql --execute="SELECT CONCAT(User, '@', Host) FROM mysql.user")
  for account in openexchange@10.20.30.213 openexchange@localhost openexchange@127.0.0.1; do
    printf '%s\n' "$known" | grep -qxF -e "$account" || return 1
  done
}
require before_4 'every account is there' 'Take the step accounts first.'

before_5() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --batch --execute='SELECT 1'
}
require before_5 'ox1 lets openexchange in from here' 'Take the step accounts on ox1; look at firewalls between the hosts.'

ask 'This makes configdb on ox1. It is taken once in the cluster'"'"'s life.'

/opt/open-xchange/sbin/initconfigdb --configdb-user=openexchange --configdb-pass="$configdb_password" --configdb-host=127.0.0.1 --configdb-port=3306

after_1() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --batch --skip-column-names --execute="SHOW TABLES IN configdb LIKE 'server'" | grep -qx server
}
confirm after_1 'configdb exists'

say "$step: done."
