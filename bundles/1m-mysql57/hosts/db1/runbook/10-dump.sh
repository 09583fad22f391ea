#!/bin/sh
# db1, 10-dump: Close the master for writing, and dump it for the slaves.
#
# The slaves begin with the same data and the position that belongs to it.
#
# Before it:
#   - db1: the accounts of the database exist
#
# Again: may be repeated: the result is the same.
# To undo: The step reopen; rm /root/oxconf-master.sql, which holds the hashes of all passwords.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='10-dump'
log='journalctl -u mysql.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db1'
client=mysql
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

before_1() {
  patience=1
  "$client" --execute="SELECT 1"
}
require before_1 'root logs in with /root/.my.cnf' 'Take the step accounts first.'

before_2() {
  patience=1
  known=$(sql --execute="SELECT CONCAT(User, '@', Host) FROM mysql.user")
  for account in openexchange@10.20.30.213 openexchange@10.20.30.215 openexchange@10.20.30.216 openexchange@10.20.30.225 repl@10.20.30.217 repl@10.20.30.219 repl@10.20.30.221; do
    printf '%s\n' "$known" | grep -qxF -e "$account" || return 1
  done
}
require before_2 'every account is there' 'Take the step accounts first.'

ask 'Until the step reopen nobody can write to this server.'

sql --execute='SET GLOBAL read_only = ON'
umask 077
mysqldump --all-databases --triggers --routines --events --single-transaction \
  --flush-privileges --set-gtid-purged=ON >/root/oxconf-master.sql.part
tail -n 1 /root/oxconf-master.sql.part | grep -q '^-- Dump completed' || stop '/root/oxconf-master.sql.part is not complete'
mv /root/oxconf-master.sql.part /root/oxconf-master.sql
say 'Copy it to each slave, to the same place, for instance with:'
say '  scp /root/oxconf-master.sql 10.20.30.219:/root/oxconf-master.sql'
say '  scp /root/oxconf-master.sql 10.20.30.221:/root/oxconf-master.sql'

after_1() {
  [ -s /root/oxconf-master.sql ]
}
confirm after_1 'the dump is there'

say "$step: done."
