#!/bin/sh
# prov1, rotate-configdb/06-registered: Change the password of the registered databases.
#
# Each schema is reached by what configdb says of it, password included.
#
# Before it:
#   - the master: the new password alone is valid
#
# Again: may be repeated: the result is the same.
# To undo: The same step with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/06-registered'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='prov1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  /opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password"
}
require before_1 'the administration answers' 'Look at /var/log/open-xchange/open-xchange.log.0.'

/opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password"
/opt/open-xchange/sbin/changedatabase -A oxadminmaster -P "$master_password" --name oxdatabase --dbuser openexchange --dbpasswd "$configdb_password"
/opt/open-xchange/sbin/changedatabase -A oxadminmaster -P "$master_password" --name oxdatabase_slave --dbuser openexchange --dbpasswd "$configdb_password"
/opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password"
say 'Nothing but the password may have changed between the two lists.'

say "$step: done."
