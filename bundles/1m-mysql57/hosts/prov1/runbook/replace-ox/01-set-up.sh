#!/bin/sh
# prov1, replace-ox/01-set-up: Take the setup's own steps.
#
# For the new OX node.
#
# A new node is set up as on the first day. configdb and the registration are there: they are left out, also on prov1, which made them.
#
# Again: may be repeated: the result is the same.
# To undo: The runbook remove-ox.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='replace-ox/01-set-up'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=/..
me='prov1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'If this host still runs Open-Xchange, its sessions end.'

setup_steps user packages oxinstaller install enable filestore mount probe start-ox start
setup_steps maxscale-admin backup munin firewall

after_1() {
  wait_for 300 answers "$(address_of "$me" ox1=10.20.30.213 ox2=10.20.30.215 ox3=10.20.30.216 prov1=10.20.30.225)" 8009
}
confirm after_1 'Open-Xchange answers on port 8009'

say "$step: done."
