#!/bin/sh
# filestore1: whether everything works, line by line. It changes nothing.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step=verify
log=
usage=
up=
me='filestore1'
. "$(dirname "$0")/lib.sh"
begin "$@"

check_1() {
  exportfs | grep -q '^/var/opt/filestore'
}
check check_1 '/var/opt/filestore is exported' 'exportfs -ra; exportfs -v'

[ "$failed" = 0 ] || { say "$failed of 1 failed."; exit 1; }
say 'All 1 passed.'
