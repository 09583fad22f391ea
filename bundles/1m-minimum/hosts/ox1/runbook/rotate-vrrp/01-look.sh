#!/bin/sh
# ox1, rotate-vrrp/01-look: See that this host can serve alone.
#
# Until the others are back it has every address, and nobody to take them over.
#
# Before it:
#   - ox1: the files are installed
#
# Again: may be repeated: it changes nothing.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-vrrp/01-look'
log=''
usage=''
up=/..
me='ox1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh runbook/verify.sh

say "$step: done."
