#!/bin/sh
# db3, 06-datadir: Make a new data folder.
#
# Sizes and character set take effect when it is made; old binary logs would confuse the server.
#
# Before it:
#   - db3: the database server is stopped
#   - db3: the databases of before are saved
#   - db3: units and modules are switched on
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: Stop the server, move the old folder back to /var/lib/mysql, and remove /var/lib/oxconf/datadir.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='06-datadir'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=
me='db3'
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
  ! systemctl is-active --quiet mariadb.service
}
require before_1 'mariadb.service is stopped' 'systemctl stop mariadb.service'

before_2() {
  [ -e /etc/mysql/ox.conf.d/ox.cnf ] && grep -qs ox.conf.d /etc/mysql/my.cnf
}
require before_2 'the server reads the files of this archive' 'Run the step install first.'

ask 'The databases in /var/lib/mysql leave this server. They stay on the disk, under another name.'

old=/var/lib/mysql.$(date +%Y%m%d-%H%M%S)
if [ -d /var/lib/mysql ]; then
  mv /var/lib/mysql "$old"
  say "The data of before: $old"
fi
for log in /var/log/mysql/*bin.[0-9]* /var/log/mysql/*bin.index; do
  [ ! -e "$log" ] || mv "$log" "$old/"
done
install -d -o mysql -g mysql -m 0700 /var/lib/mysql
install -d -o mysql -g adm -m 2750 /var/log/mysql
mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db
install -d /var/lib/oxconf
printf '%s\n' /var/lib/mysql >/var/lib/oxconf/datadir

after_1() {
  [ -d /var/lib/mysql/mysql ] && [ "$(stat -c %U /var/lib/mysql/mysql)" = mysql ]
}
confirm after_1 'the data folder has the server'"'"'s own tables, and they belong to mysql'

say "$step: done."
