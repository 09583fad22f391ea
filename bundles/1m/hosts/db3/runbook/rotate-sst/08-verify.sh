#!/bin/sh
# db3, rotate-sst/08-verify: See that everything works.
#
# What a daemon takes without a word may still not work together.
#
# Before it:
#   - db1: the new password alone is valid
#
# Again: may be repeated: it changes nothing.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-sst/08-verify'
log=''
usage=''
up=/..
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

sh runbook/verify.sh

say "$step: done."
