#!/bin/sh
# db2, rotate-replication/03-only-new: Let the accounts take the new password alone.
#
# For the master.
#
# The old one is worth nothing any more.
#
# Before it:
#   - each slave: it uses the new password
#
# Again: may be repeated: the result is the same.
# To undo: The same steps with the old password in the secrets file.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-replication/03-only-new'
log='journalctl -u mariadb.service, and the file that log_error names, on Debian under /var/log/mysql/'
usage=''
up=/..
me='db2'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  ip -4 -brief address show | grep -qwF 10.20.30.218
}
require before_1 'this server is the master: it has the write address 10.20.30.218' 'Take this step on the server that has it.'

ask 'Whoever still uses the old password is refused from here on.'

sql <"$here/only-new.sql"

after_1() {
  [ "$(sql <<'END'
SELECT COUNT(*) FROM mysql.global_priv WHERE JSON_EXISTS(Priv, '$.auth_or[1]') AND (User = 'repl' AND Host = '10.20.30.217' OR User = 'repl' AND Host = '10.20.30.219' OR User = 'repl' AND Host = '10.20.30.221');
END
  )" = 0 ]
}
confirm after_1 'no account takes a second password'

say "$step: done."
