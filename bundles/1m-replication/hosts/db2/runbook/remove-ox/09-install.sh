#!/bin/sh
# db2, remove-ox/09-install: Install the new files.
#
# The installer keeps what it replaces, and asks the daemons before anything is live.
#
# Before it:
#   - db2: the packages are installed
#
# Again: may be repeated: the result is the same.
# To undo: sh install.sh --rollback

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-ox/09-install'
log=/var/backups/oxconf
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh install.sh ${yes:+--yes}

say "$step: done."
