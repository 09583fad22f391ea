#!/bin/sh
# db1, promote/06-install: Install the new files, and do what they ask for.
#
# The installer asks the daemons before anything is live, and says what the files that changed ask for. That is done in its order, but for the restart of a database server or of Open-Xchange: it is named, and the runbook restart takes it.
#
# Before it:
#   - db1: the packages are installed
#   - the new master: the database is complete
#
# Again: may be repeated: the result is the same.
# To undo: sh install.sh --rollback, then the commands that it prints.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='promote/06-install'
log=/var/backups/oxconf
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Where its file has changed, this is restarted: oxconf-write-address.service.'

sh install.sh ${yes:+--yes}
take_due

after_1() {
  sh install.sh --dry-run | grep -q '^Nothing to do'
}
confirm after_1 'every file is as this archive has it'

after_2() {
  ! grep -qv '  # ' "$state/due"
}
confirm after_2 'what the files ask for is done, but for what is left to you'

say "$step: done."
