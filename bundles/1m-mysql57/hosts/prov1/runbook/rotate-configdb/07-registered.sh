#!/bin/sh
# prov1, rotate-configdb/07-registered: Change the password of the registered databases.
#
# Each schema is reached by what configdb says of it, password included.
#
# Before it:
#   - prov1: it uses the new password
#
# Again: may be repeated: the result is the same.
# To undo: The same step with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/07-registered'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='prov1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  wait_for 120 /opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password"
}
require before_1 'the administration answers, and reaches configdb' 'Look at /var/log/open-xchange/open-xchange.log.0.'

/opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password"
/opt/open-xchange/sbin/changedatabase -A oxadminmaster -P "$master_password" --name oxdatabase --dbuser openexchange --dbpasswd "$configdb_password"
/opt/open-xchange/sbin/changedatabase -A oxadminmaster -P "$master_password" --name oxdatabase_slave --dbuser openexchange --dbpasswd "$configdb_password"
/opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password"
say 'Nothing but the password may have changed between the two lists.'

after_1() {
  [ "$(MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.218 --port=3306 --user=openexchange --batch --raw --skip-column-names \
    --execute="SELECT password FROM configdb.db_pool WHERE name = 'oxdatabase'")" = "$configdb_password" ]
}
confirm after_1 'configdb has the new password of oxdatabase'

after_2() {
  [ "$(MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.218 --port=3306 --user=openexchange --batch --raw --skip-column-names \
    --execute="SELECT password FROM configdb.db_pool WHERE name = 'oxdatabase_slave'")" = "$configdb_password" ]
}
confirm after_2 'configdb has the new password of oxdatabase_slave'

say "$step: done."
