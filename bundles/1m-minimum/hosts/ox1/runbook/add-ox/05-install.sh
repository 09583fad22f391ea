#!/bin/sh
# ox1, add-ox/05-install: Install the new files, and do what they ask for.
#
# The installer asks the daemons before anything is live, and says what the files that changed ask for. That is done in its order, but for the restart of a database server or of Open-Xchange: it is named, and the runbook restart takes it.
#
# Before it:
#   - ox1: the packages are installed
#
# Again: may be repeated: the result is the same.
# To undo: sh install.sh --rollback, then the commands that it prints.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-ox/05-install'
log=/var/backups/oxconf
usage=''
up=/..
me='ox1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ -e /var/lib/oxconf/oxinstaller ]
}
require before_1 'oxinstaller has run here' 'A new node is set up first, by its own step. If it ran without these steps: touch /var/lib/oxconf/oxinstaller'

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
