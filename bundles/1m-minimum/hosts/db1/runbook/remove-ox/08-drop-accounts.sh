#!/bin/sh
# db1, remove-ox/08-drop-accounts: Drop the accounts of the old address.
#
# Whoever gets that address next would need only the password.
#
# It is called with: ADDRESS of the host that left
#
# Before it:
#   - the OX node that leaves: it is out of service
#
# Again: may be repeated: the result is the same.
# To undo: Take the accounts.sql of the archives from before once more.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-ox/08-drop-accounts'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage='ADDRESS of the host that left'
up=/..
me='db1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  gone=${words# }
  case $gone in *[!0-9.]*) return 1 ;; esac
}
require before_1 'the word is an IPv4 address' 'See --help.'

before_2() {
  gone=${words# }
  ! echo 10.20.30.213 10.20.30.215 | grep -qwF -- "$gone"
}
require before_2 'the cluster has no account for this address any more' 'Render the cluster without that host first, and take this step from the new archive.'

ask 'The accounts that the programs of oxconf had from this address are dropped: openexchange.'

gone=${words# }
sql --execute="SELECT CONCAT('DROP USER ', QUOTE(User), '@', QUOTE(Host), ';') FROM mysql.user WHERE Host = '$gone' AND User IN ('openexchange')" |
  tee /dev/stderr | sql

after_1() {
  gone=${words# }
  [ "$(sql --execute="SELECT COUNT(*) FROM mysql.user WHERE Host = '$gone' AND User IN ('openexchange')")" = 0 ]
}
confirm after_1 'no such account is left'

say "$step: done."
