#!/bin/sh
# ox2, 04-install: Install the files of this archive.
#
# The installer keeps what it replaces and asks the daemons before anything is live.
#
# Before it:
#   - ox2: the packages are installed
#   - ox2: oxinstaller has run
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: sh install.sh --rollback

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='04-install'
log=/var/backups/oxconf
usage=''
up=
me='ox2'
. "$(dirname "$0")/lib.sh"
begin "$@"

sh install.sh --yes

say "$step: done."
