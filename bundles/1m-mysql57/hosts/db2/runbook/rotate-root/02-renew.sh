#!/bin/sh
# db2, rotate-root/02-renew: Install the new file.
#
# It is read anew each time that somebody uses it.
#
# Before it:
#   - db2: the packages are installed
#   - the master: the new password alone is valid
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-root/02-renew'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db2'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh install.sh ${yes:+--yes}

after_1() {
  MYSQL_PWD=$root_password runuser -u nobody -- "$client" --no-defaults --user=root --socket="$socket" --execute='DO 1'
}
confirm after_1 'root is let in with the new password'

say "$step: done."
