#!/bin/sh
# ox1, 16-context: Make a context and a test user.
#
# With them somebody can log in and see that everything works together.
#
# Before it:
#   - ox1: the cluster is registered in configdb
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: /opt/open-xchange/sbin/deletecontext -A oxadminmaster -c 1, which asks for the password; rm /var/lib/oxconf/context.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='16-context'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=
me='ox1'
client=mariadb
socket=/run/mysqld/mysqld.sock
data=/var/lib/mysql
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ -e /var/lib/oxconf/context ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

umask 077
secret() { od -A n -N 12 -t x1 /dev/urandom | tr -d ' \n'; }
admin=$(secret)
user=$(secret)
printf 'oxadmin %s\ntestuser %s\n' "$admin" "$user" >/root/oxconf-test-passwords
/opt/open-xchange/sbin/createcontext -A oxadminmaster -P "$master_password" -c 1 -u oxadmin -d 'Context Admin' -g Admin -s User -p "$admin" \
  -L defaultcontext -e oxadmin@example.com -q 1024 --access-combination-name=all
/opt/open-xchange/sbin/createuser -c 1 -A oxadmin -P "$admin" -u testuser -d 'Test User' -g Test -s User -p "$user" \
  -e testuser@example.com
touch /var/lib/oxconf/context
say 'Their passwords are in /root/oxconf-test-passwords; remove it when you know them.'

after_1() {
  /opt/open-xchange/sbin/listcontext -A oxadminmaster -P "$master_password" | grep -q defaultcontext
}
confirm after_1 'the context is listed'

say "$step: done."
