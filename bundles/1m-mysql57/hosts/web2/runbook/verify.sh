#!/bin/sh
# web2: whether everything works, line by line. It changes nothing.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step=verify
log=
usage=
up=
me='web2'
. "$(dirname "$0")/lib.sh"
begin "$@"

check_1() {
  systemctl is-active --quiet apache2.service
}
check check_1 'apache2.service runs' 'journalctl -u apache2.service'

check_2() {
  systemctl is-active --quiet keepalived.service
}
check check_2 'keepalived.service runs' 'journalctl -u keepalived.service'

check_3() {
  for _ in $(seq 6); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done | grep -iE '^Set-Cookie: JSESSIONID=[^;]*\.OX1(;|[[:space:]]|$)'
}
check check_3 'new sessions reach ox1' 'Is Open-Xchange started on ox1, and is its AJP_JVM_ROUTE OX1?'

check_4() {
  for _ in $(seq 6); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done | grep -iE '^Set-Cookie: JSESSIONID=[^;]*\.OX2(;|[[:space:]]|$)'
}
check check_4 'new sessions reach ox2' 'Is Open-Xchange started on ox2, and is its AJP_JVM_ROUTE OX2?'

check_5() {
  for _ in $(seq 6); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done | grep -iE '^Set-Cookie: JSESSIONID=[^;]*\.OX3(;|[[:space:]]|$)'
}
check check_5 'new sessions reach ox3' 'Is Open-Xchange started on ox3, and is its AJP_JVM_ROUTE OX3?'

check_6() {
  for drain in /etc/apache2/conf-enabled/oxconf-drain-*; do
    [ ! -L "$drain" ] || return 1
  done
}
check check_6 'every node gets new sessions: none is drained' 'Take the step admit of the runbook restart, for each oxconf-drain-NAME.conf in that folder.'

check_7() {
  wait_for 14 answers 10.20.30.230 80
}
check check_7 'the web address 10.20.30.230 answers on port 80' 'journalctl -u keepalived on each holder: the checked service must answer on one of them.'

[ "$failed" = 0 ] || { say "$failed of 7 failed."; exit 1; }
say 'All 7 passed.'
