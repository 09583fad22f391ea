#!/bin/sh
# ox2, remove-database/02-install: Install the new files, and let them be read.
#
# The installer keeps what it replaces, and asks the daemons before anything is live.
#
# Before it:
#   - ox2: the packages are installed
#
# Again: may be repeated: the result is the same.
# To undo: sh install.sh --rollback; then the same reloads.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-database/02-install'
log=/var/backups/oxconf
usage=''
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh install.sh ${yes:+--yes}
systemctl reload haproxy.service
systemctl reload apache2.service
systemctl reload keepalived.service

say "$step: done."
