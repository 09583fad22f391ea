#!/bin/sh
# ox1: whether everything works, line by line. It changes nothing.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step=verify
log=
usage=
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

check_1() {
  sql --execute='SELECT 1'
}
check check_1 'the server answers' 'Look at: journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'

check_2() {
  [ "$(variable max_connections)" = "$(sed -n 's/^max_connections = //p' /etc/mysql/ox.conf.d/ox.cnf)" ]
}
check check_2 'the server reads ox.cnf' 'The block in /etc/mysql/my.cnf must be the last; restart the server.'

check_3() {
  systemctl is-enabled --quiet mariadb.service
}
check check_3 'the unit starts with the host' 'systemctl enable mariadb.service'

check_4() {
  ! "$client" --no-defaults --protocol=tcp --host=127.0.0.1 --user=nobody --execute='SELECT 1'
}
check check_4 'nobody logs in without a name or a password' 'Run the step accounts.'

check_5() {
  su -s /bin/sh -c 'test -w /var/opt/filestore/.oxconf-probe-ox1' open-xchange
}
check check_5 'open-xchange sees the file that ox1 has written, and may write to it' 'Has ox1 taken its step mount? If so: do both mount the same export?'

check_6() {
  answers 10.20.30.213 8009
}
check check_6 'Open-Xchange answers on port 8009' 'Look at /var/log/open-xchange/open-xchange.log.0'

check_7() {
  ip route get 224.0.0.1 | grep -qw 'dev eth0'
}
check check_7 'multicast to 224.0.0.1 leaves by eth0' 'ip route replace 224.0.0.0/8 dev eth0'

check_8() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --execute='SELECT 1 FROM configdb.server LIMIT 1'
}
check check_8 'the database answers where the writes go, 127.0.0.1:3306' 'Look at what stands in front of the database on this host, then at the database servers.'

check_9() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --execute='SELECT 1 FROM configdb.server LIMIT 1'
}
check check_9 'the database answers where the reads go, 127.0.0.1:3306' 'Look at what stands in front of the database on this host, then at the database servers.'

check_10() {
  systemctl is-active --quiet apache2.service
}
check check_10 'apache2.service runs' 'journalctl -u apache2.service'

check_11() {
  for _ in $(seq 2); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done | grep -iE '^Set-Cookie: JSESSIONID=[^;]*\.OX1(;|[[:space:]]|$)'
}
check check_11 'new sessions reach ox1' 'Is Open-Xchange started on ox1, and is its AJP_JVM_ROUTE OX1?'

check_12() {
  for drain in /etc/apache2/conf-enabled/oxconf-drain-*; do
    [ ! -L "$drain" ] || return 1
  done
}
check check_12 'every node gets new sessions: none is drained' 'Take the step admit of the runbook restart, for each oxconf-drain-NAME.conf in that folder.'

[ "$failed" = 0 ] || { say "$failed of 12 failed."; exit 1; }
say 'All 12 passed.'
