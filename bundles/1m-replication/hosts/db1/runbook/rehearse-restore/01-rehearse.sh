#!/bin/sh
# db1, rehearse-restore/01-rehearse: Restore into a scratch server, and check every table.
#
# For any database server.
#
# What comes out of a backup is known when it has come out.
#
# It is called with: PATH of a dump (.sql or .sql.gz), of a folder with databases.sql.gz, or of a copy by mariabackup, for example: /root/databases.sql.gz
#
# Again: may be repeated: the result is the same.
# To undo: The next step.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rehearse-restore/01-rehearse'
log=/var/lib/oxconf-rehearsal/data/errors
usage='PATH of a dump (.sql or .sql.gz), of a folder with databases.sql.gz, or of a copy by mariabackup'
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  [ ! -e /var/lib/oxconf-rehearsal ]
}
require before_1 'no rehearsal is there' 'Take the next step first: it removes what an earlier rehearsal has left.'

from=${words# }
case $from in /*) ;; *) stop "give the whole path, beginning with a slash, and not $from" ;; esac
[ -e "$from" ] || stop "there is no $from"
# A dump grows when it is loaded, a packed one most.
case $from in *.gz) factor=15 ;; *) factor=3 ;; esac
[ ! -e "$from/databases.sql.gz" ] || { from=$from/databases.sql.gz; factor=15; }
needed=$(($(du -sk "$from" | cut -f 1) * factor))
free=$(df -Pk /var/lib | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)
[ "$free" -gt "$needed" ] || stop "/var/lib has $free KiB free, and this may need $needed"
install -d -m 0711 /var/lib/oxconf-rehearsal
install -d -o mysql -g mysql -m 0700 /var/lib/oxconf-rehearsal/data /var/lib/oxconf-rehearsal/work
if [ -e "$from/xtrabackup_checkpoints" ] || [ -e "$from/mariadb_backup_checkpoints" ]; then
  cp -a "$from/." /var/lib/oxconf-rehearsal/data/
  mariabackup --no-defaults --prepare --target-dir=/var/lib/oxconf-rehearsal/data >/var/lib/oxconf-rehearsal/prepare.log 2>&1 ||
    stop 'the copy can not be prepared: look at /var/lib/oxconf-rehearsal/prepare.log'
  chown -R mysql:mysql /var/lib/oxconf-rehearsal/data
  dump=
elif [ -d "$from" ]; then
  stop "$from is a folder, but holds neither databases.sql.gz nor a copy by mariabackup"
else
  mariadb-install-db --no-defaults --user=mysql --datadir=/var/lib/oxconf-rehearsal/data --skip-test-db >"/var/lib/oxconf-rehearsal/initialise.log" 2>&1 || stop 'look at /var/lib/oxconf-rehearsal/initialise.log'
  dump=$from
fi
mariadbd --no-defaults --user=mysql --datadir=/var/lib/oxconf-rehearsal/data --tmpdir=/var/lib/oxconf-rehearsal/work \
  --socket=/var/lib/oxconf-rehearsal/data/socket --pid-file=/var/lib/oxconf-rehearsal/data/pid --log-error=/var/lib/oxconf-rehearsal/data/errors --skip-networking \
  --innodb-buffer-pool-size=256M --max-allowed-packet=1G --skip-grant-tables --loose-wsrep-on=OFF >/dev/null 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
scratch() {
  "$client" --no-defaults --socket=/var/lib/oxconf-rehearsal/data/socket --batch --skip-column-names "$@"
}
wait_for 120 scratch --execute='SELECT 1' || stop 'the scratch server does not start: look at /var/lib/oxconf-rehearsal/data/errors'
case $dump in
  '') ;;
  *.gz) gzip -dc "$dump" | scratch || stop 'the dump could not be loaded' ;;
  *) scratch <"$dump" || stop 'the dump could not be loaded' ;;
esac
tables() {
  scratch --execute="SELECT CONCAT('\`', TABLE_SCHEMA, '\`.\`', TABLE_NAME, '\`') FROM information_schema.TABLES
    WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN
    ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1"
}
count=$(tables | wc -l)
[ "$count" -gt 0 ] || stop 'it was loaded, but no table came out of it'
tables | sed 's/.*/CHECK TABLE &;/' | scratch >/var/lib/oxconf-rehearsal/checks
# A table has several lines where something is wrong, and the last one says OK where nothing is.
if cut -f 3,4 /var/lib/oxconf-rehearsal/checks | grep -vq '^status.OK$'; then
  grep -v 'status.OK$' /var/lib/oxconf-rehearsal/checks >&2
  stop 'these tables are damaged'
fi
tables | sed 's/.*/CHECKSUM TABLE &;/' | scratch >/var/lib/oxconf-rehearsal/checksums
say "$count tables came out of it, and each of them is whole. Their checksums: /var/lib/oxconf-rehearsal/checksums"

after_1() {
  [ -s /var/lib/oxconf-rehearsal/checksums ]
}
confirm after_1 'every table has a checksum'

say "$step: done."
