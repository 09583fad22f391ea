#!/bin/sh
# db3, restart/02-restart: Restart the database server.
#
# The others serve meanwhile.
#
# Before it:
#   - db3: the database server serves
#   - db2: it has been restarted
#
# Again: may be repeated: the result is the same.
# To undo: There is nothing to undo.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='restart/02-restart'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db3'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'Reads that go to this slave fail until it is back.'

systemctl restart mysql.service

after_1() {
  slave_runs() {
    [ "$(column Slave_IO_Running 'SHOW SLAVE STATUS') $(column Slave_SQL_Running 'SHOW SLAVE STATUS')" = "Yes Yes" ]
  }
  wait_for 300 slave_runs
}
confirm after_1 'the slave runs'

say "$step: done."
