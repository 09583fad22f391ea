#!/bin/sh
# db1, 11-reopen: Open the master for writing.
#
# The slaves have the dump and catch up with what follows.
#
# Before it:
#   - db2: the slave follows the master
#   - db3: the slave follows the master
#
# Again: may be repeated: the result is the same.
# To undo: SET GLOBAL read_only = ON

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='11-reopen'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

sql --execute='SET GLOBAL read_only = OFF'
rm -f /root/oxconf-master.sql

after_1() {
  [ "$(variable read_only)" = 0 ]
}
confirm after_1 'the server can be written to'

say "$step: done."
