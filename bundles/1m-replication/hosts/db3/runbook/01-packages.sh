#!/bin/sh
# db3, 01-packages: Install the packages.
#
# The files of this archive replace what these packages bring.
#
# Again: may be repeated: the result is the same.
# To undo: apt-get remove, with the same names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='01-packages'
log=/var/log/apt/term.log
usage=''
up=
me='db3'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  set -- mariadb-server iputils-arping
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" | grep -q ^Version: || return 1
  done
}
require before_1 'apt knows every package' 'Add the missing repository (database: its vendor'"'"'s; open-xchange-*: software.open-xchange.com), then apt-get update.'

before_2() {
  apt-cache policy mariadb-server | grep -E '^ *Candidate: ([0-9]+:)?10\.11[.+~-]'
}
require before_2 'the candidate of mariadb-server is 10.11' 'Add the repository of the vendor for 10.11, or change database.version.'

export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --no-upgrade mariadb-server iputils-arping

after_1() {
  dpkg-query --status mariadb-server iputils-arping
}
confirm after_1 'every package is installed'

say "$step: done."
