#!/bin/sh
# filestore1, 02-packages: Install the packages.
#
# The files of this archive replace what these packages bring.
#
# Before it:
#   - filestore1: the user open-xchange has its numbers
#
# Again: may be repeated: the result is the same.
# To undo: apt-get remove, with the same names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='02-packages'
log=/var/log/apt/term.log
usage=''
up=
me='filestore1'
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  [ "$(id -u open-xchange):$(id -g open-xchange)" = 1001:1001 ]
}
require before_1 'open-xchange is 1001:1001' 'Take the step user first.'

before_2() {
  set -- nfs-kernel-server nfs-common rpcbind
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" | grep -q ^Version: || return 1
  done
}
require before_2 'apt knows every package' 'Add the missing repository (database: its vendor'"'"'s; open-xchange-*: software.open-xchange.com), then apt-get update.'

export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --no-upgrade nfs-kernel-server nfs-common rpcbind

after_1() {
  states=$(dpkg-query --show --showformat='${db:Status-Status}\n' nfs-kernel-server nfs-common rpcbind) || return 1
  ! printf '%s\n' "$states" | grep -vqx installed
}
confirm after_1 'every package is installed'

say "$step: done."
