#!/bin/sh
# db1, rotate-root/01-both: Let the accounts take both passwords.
#
# root comes in over the socket all the time, so its password can simply change.
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-root/01-both'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

sql <"$here/both.sql"

say "$step: done."
