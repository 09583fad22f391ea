#!/bin/sh
# db1, rotate-sst/04-only-new: Let the accounts take the new password alone.
#
# The old one is worth nothing any more.
#
# Before it:
#   - db2: it uses the new password
#   - db1: it uses the new password
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-sst/04-only-new'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Whoever still uses the old password is refused from here on.'

sql <"$here/only-new.sql"

after_1() {
  MYSQL_PWD=$sst_password "$client" --no-defaults --user=sstuser --socket="$socket" --execute='DO 1'
}
confirm after_1 'sstuser is let in with the new password'

after_2() {
  [ "$(sql <<'END'
SELECT COUNT(*) FROM mysql.global_priv WHERE JSON_EXISTS(Priv, '$.auth_or[1]') AND (User = 'sstuser' AND Host = 'localhost');
END
  )" = 0 ]
}
confirm after_2 'no account takes a second password'

say "$step: done."
