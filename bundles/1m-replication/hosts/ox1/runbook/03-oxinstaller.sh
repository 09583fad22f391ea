#!/bin/sh
# ox1, 03-oxinstaller: Configure Open-Xchange for the first time.
#
# oxinstaller writes files of its own; those of this archive replace some of them in the next step.
#
# Before it:
#   - ox1: the packages are installed
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: There is no need: another call writes everything anew. See the runbook reconfigure.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='03-oxinstaller'
log=''
usage=''
up=
me='ox1'
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ -e /var/lib/oxconf/oxinstaller ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  [ -x /opt/open-xchange/sbin/oxinstaller ]
}
require before_1 'Open-Xchange is installed' 'Take the step packages.'

sh rootfs/usr/local/sbin/oxconf-oxinstaller
install -d /var/lib/oxconf
touch /var/lib/oxconf/oxinstaller

say "$step: done."
