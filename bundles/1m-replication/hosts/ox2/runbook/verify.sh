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
  su -s /bin/sh -c 'test -w /var/opt/filestore/.oxconf-probe-ox3' open-xchange
}
check check_4 'open-xchange sees the file that ox3 has written, and may write to it' 'Has ox3 taken its step mount? If so: do both mount the same export?'

check_5() {
  su -s /bin/sh -c 'test -w /var/opt/filestore/.oxconf-probe-prov1' open-xchange
}
check check_5 'open-xchange sees the file that prov1 has written, and may write to it' 'Has prov1 taken its step mount? If so: do both mount the same export?'

check_6() {
  answers 10.20.30.215 8009
}
check check_6 'Open-Xchange answers on port 8009' 'Look at /var/log/open-xchange/open-xchange.log.0'

check_7() {
  ip route get 224.0.0.1 | grep -qw 'dev eth0'
}
check check_7 'multicast to 224.0.0.1 leaves by eth0' 'ip route replace 224.0.0.0/8 dev eth0'

check_8() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=10.20.30.218 --port=3306 --user=openexchange --execute='SELECT 1 FROM configdb.server LIMIT 1'
}
check check_8 'the database answers where the writes go, 10.20.30.218:3306' 'Look at what stands in front of the database on this host, then at the database servers.'

check_9() {
  MYSQL_PWD=$configdb_password mysql --no-defaults --host=127.0.0.1 --port=3306 --user=openexchange --execute='SELECT 1 FROM configdb.server LIMIT 1'
}
check check_9 'the database answers where the reads go, 127.0.0.1:3306' 'Look at what stands in front of the database on this host, then at the database servers.'

check_10() {
  ss -Htn state established | tr -d '[]' | grep -F 10.20.30.213: | grep -qE ':(57462|57461) '
}
check check_10 'the caches of this host and of ox1 are connected' 'Multicast between the two, /etc/hosts on both, and /var/log/open-xchange/open-xchange.log.0; it takes a minute after a start.'

check_11() {
  ss -Htn state established | tr -d '[]' | grep -F 10.20.30.216: | grep -qE ':(57462|57461) '
}
check check_11 'the caches of this host and of ox3 are connected' 'Multicast between the two, /etc/hosts on both, and /var/log/open-xchange/open-xchange.log.0; it takes a minute after a start.'

check_12() {
  ss -Htn state established | tr -d '[]' | grep -F 10.20.30.225: | grep -qE ':(57462|57461) '
}
check check_12 'the caches of this host and of prov1 are connected' 'Multicast between the two, /etc/hosts on both, and /var/log/open-xchange/open-xchange.log.0; it takes a minute after a start.'

[ "$failed" = 0 ] || { say "$failed of 12 failed."; exit 1; }
say 'All 12 passed.'
