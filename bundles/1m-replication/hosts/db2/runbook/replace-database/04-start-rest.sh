#!/bin/sh
# db2, replace-database/04-start-rest: Start what stands beside the server.
#
# For the new server.
#
# These are the setup's own steps, as far as this host has them.
#
# Before it:
#   - the new server: the slave follows the master
#
# Again: may be repeated: the result is the same.
# To undo: systemctl stop, for the units that it names.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='replace-database/04-start-rest'
log=''
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

setup_steps filestore start maxscale-admin backup munin firewall

say "$step: done."
