#!/bin/sh
# ox2: whether everything works, line by line. It changes nothing.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step=verify
log=
usage=
up=
me='ox2'
. "$(dirname "$0")/lib.sh"
begin "$@"

check_1() {
  mountpoint -q /var/opt/filestore
}
check check_1 '/var/opt/filestore is mounted' 'mount /var/opt/filestore; journalctl -k'

check_2() {
  su -s /bin/sh -c 'test -w /var/opt/filestore/.oxconf-probe-ox1' open-xchange
}
check check_2 'open-xchange sees the file that ox1 has written, and may write to it' 'Has ox1 taken its step mount? If so: do both mount the same export?'

check_3() {
  su -s /bin/sh -c 'test -w /var/opt/filestore/.oxconf-probe-ox2' open-xchange
}
check check_3 'open-xchange sees the file that ox2 has written, and may write to it' 'Has ox2 taken its step mount? If so: do both mount the same export?'

check_4() {
  answers 10.20.30.215 8009
}
check check_4 'Open-Xchange answers on port 8009' 'Look at /var/log/open-xchange/open-xchange.log.0'

check_5() {
  ip route get 224.0.0.1 | grep -qw 'dev eth0'
}
check check_5 'multicast to 224.0.0.1 leaves by eth0' 'ip route replace 224.0.0.0/8 dev eth0'

check_6() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3307 --user=openexchange --execute='SELECT 1 FROM configdb.server LIMIT 1'
}
check check_6 'the database answers where the writes go, 127.0.0.1:3307' 'Look at what stands in front of the database on this host, then at the database servers.'

check_7() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --execute='SELECT 1 FROM configdb.server LIMIT 1'
}
check check_7 'the database answers where the reads go, 127.0.0.1:3306' 'Look at what stands in front of the database on this host, then at the database servers.'

check_8() {
  ss -Htn state established | tr -d '[]' | grep -F 10.20.30.213: | grep -qE ':(57462|57461) '
}
check check_8 'the caches of this host and of ox1 are connected' 'Multicast between the two, /etc/hosts on both, and /var/log/open-xchange/open-xchange.log.0; it takes a minute after a start.'

check_9() {
  systemctl is-active --quiet apache2.service
}
check check_9 'apache2.service runs' 'journalctl -u apache2.service'

check_10() {
  systemctl is-active --quiet keepalived.service
}
check check_10 'keepalived.service runs' 'journalctl -u keepalived.service'

check_11() {
  for _ in $(seq 4); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done | grep -iE '^Set-Cookie: JSESSIONID=[^;]*\.OX1(;|[[:space:]]|$)'
}
check check_11 'new sessions reach ox1' 'Is Open-Xchange started on ox1, and is its AJP_JVM_ROUTE OX1?'

check_12() {
  for _ in $(seq 4); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done | grep -iE '^Set-Cookie: JSESSIONID=[^;]*\.OX2(;|[[:space:]]|$)'
}
check check_12 'new sessions reach ox2' 'Is Open-Xchange started on ox2, and is its AJP_JVM_ROUTE OX2?'

check_13() {
  for drain in /etc/apache2/conf-enabled/oxconf-drain-*; do
    [ ! -L "$drain" ] || return 1
  done
}
check check_13 'every node gets new sessions: none is drained' 'Take the step admit of the runbook restart, for each oxconf-drain-NAME.conf in that folder.'

check_14() {
  wait_for 14 answers 10.20.30.230 80
}
check check_14 'the web address 10.20.30.230 answers on port 80' 'journalctl -u keepalived on each holder: the checked service must answer on one of them.'

[ "$failed" = 0 ] || { say "$failed of 14 failed."; exit 1; }
say 'All 14 passed.'
