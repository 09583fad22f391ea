#!/bin/sh
# db1, add-database/04-dump: Dump the master for the new slave.
#
# For the master.
#
# One snapshot with the position that belongs to it; everybody goes on reading and writing.
#
# Again: may be repeated: the result is the same.
# To undo: rm /root/oxconf-master.sql, which holds the hashes of all passwords.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='add-database/04-dump'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_1 'this server is the master: it has the write address 10.20.30.218' 'Take this step on the server that has it.'

umask 077
mariadb-dump --all-databases --triggers --routines --events --single-transaction \
  --flush-privileges --master-data --gtid --ignore-table=mysql.gtid_slave_pos >/root/oxconf-master.sql.part
tail -n 1 /root/oxconf-master.sql.part | grep -q '^-- Dump completed' || stop '/root/oxconf-master.sql.part is not complete'
mv /root/oxconf-master.sql.part /root/oxconf-master.sql
say 'Copy /root/oxconf-master.sql to the new slave, to the same place.'

after_1() {
  [ -s /root/oxconf-master.sql ]
}
confirm after_1 'the dump is there'

say "$step: done."
