#!/bin/sh
# db2, 06-datadir: Make a new data folder.
#
# Sizes and character set take effect when it is made; old binary logs would confuse the server.
#
# Before it:
#   - db2: the database server is stopped
#   - db2: the databases of before are saved
#   - db2: units and modules are switched on
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: Stop the server, move /var/lib/mysql away, then the folder of before to its place, and the logs of /var/log/mysql/before-* back into /var/log/mysql; remove /var/lib/oxconf/datadir.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='06-datadir'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ -e /var/lib/oxconf/datadir ] && [ -d /var/lib/mysql/mysql ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  was_done() {
  [ -e /var/lib/oxconf/datadir ]
  }
  ! was_done || return 0
  ! systemctl is-active --quiet mariadb.service
}
require before_1 'mariadb.service is stopped' 'Take the step stop first.'

before_2() {
  patience=1
  was_done() {
  [ ! -e /var/lib/oxconf/datadir ] || return 0
  for file in /var/backups/oxconf/databases-*.sql /var/backups/oxconf/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1
  }
  ! was_done || return 0
  for file in /var/backups/oxconf/databases-*.sql /var/backups/oxconf/databases.none; do
    [ ! -e "$file" ] || return 0
  done
  return 1
}
require before_2 'the dump is in /var/backups/oxconf, or a note that there was nothing to save' 'Take the step save first.'

before_3() {
  patience=1
  systemctl is-enabled --quiet clustercheck.socket || return 1
}
require before_3 'each of them is switched on' 'Take the step enable first.'

before_4() {
  ! mountpoint -q /var/lib/mysql || [ -z "$(ls -A /var/lib/mysql)" ]
}
require before_4 '/var/lib/mysql is no disk of its own, or an empty one' 'A mount point can not be renamed. The step save has saved its databases: mount the disk elsewhere, move away what is on it, lost+found too, and mount it at /var/lib/mysql again.'

before_5() {
  [ -e /etc/mysql/ox.conf.d/ox.cnf ] && grep -qs ox.conf.d /etc/mysql/my.cnf
}
require before_5 'the server reads the files of this archive' 'Run the step install first.'

ask 'The databases in /var/lib/mysql leave this server. They stay on the disk, under another name.'

when=$(date +%Y%m%d-%H%M%S)
for log in /var/log/mysql/*bin.[0-9]* /var/log/mysql/*bin.index; do
  [ -e "$log" ] || continue
  install -d -o mysql -g adm -m 2750 "/var/log/mysql/before-$when"
  mv "$log" "/var/log/mysql/before-$when/"
done
if [ -d /var/lib/mysql ] && ! mountpoint -q /var/lib/mysql; then
  mv /var/lib/mysql "/var/lib/mysql.$when"
  say "The data of before: /var/lib/mysql.$when"
fi
install -d -o mysql -g mysql -m 0700 /var/lib/mysql
install -d -o mysql -g adm -m 2750 /var/log/mysql
mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db
mark datadir

after_1() {
  [ -d /var/lib/mysql/mysql ] && [ "$(stat -c %U /var/lib/mysql/mysql)" = mysql ]
}
confirm after_1 'the data folder has the server'"'"'s own tables, and they belong to mysql'

say "$step: done."
