#!/bin/sh
# prov1, add-ox/13-verify: See that everything works.
#
# What a daemon takes without a word may still not work together.
#
# Before it:
#   - the new OX node: Open-Xchange runs
#
# Again: may be repeated: it changes nothing.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-ox/13-verify'
log=''
usage=''
up=/..
me='prov1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh runbook/verify.sh

say "$step: done."
