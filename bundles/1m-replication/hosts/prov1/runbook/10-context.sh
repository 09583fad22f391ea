#!/bin/sh
# prov1, 10-context: Make a context and a test user.
#
# With them somebody can log in and see that everything works together.
#
# Before it:
#   - prov1: the cluster is registered in configdb
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: /opt/open-xchange/sbin/deletecontext -A oxadminmaster -c 1, which asks for the password; then rm /var/lib/oxconf/context /root/oxconf-test-passwords.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='10-context'
log=/var/log/open-xchange/open-xchange.log.0
usage=''
up=
me='prov1'
. "$(dirname "$0")/lib.sh"
begin "$@"

is_done() {
  [ -e /var/lib/oxconf/context ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

before_1() {
  patience=1
  database() { /opt/open-xchange/sbin/listdatabase -A oxadminmaster -P "$master_password" | grep -qw oxdatabase; }
  wait_for 300 database
}
require before_1 'the database is listed' 'Take the step register first.'

before_2() {
  wait_for 120 /opt/open-xchange/sbin/listserver -A oxadminmaster -P "$master_password"
}
require before_2 'the administration answers' 'Look at /var/log/open-xchange/open-xchange.log.0; the password of oxadminmaster is the one that oxinstaller was given.'

umask 077
secret() { od -A n -N 12 -t x1 /dev/urandom | tr -d ' \n'; }
found=$(/opt/open-xchange/sbin/listcontext -A oxadminmaster -P "$master_password" -s defaultcontext --csv)
found=$(printf '%s\n' "$found" | sed 1d)
if [ ! -s /root/oxconf-test-passwords ] && [ -n "$found" ]; then
  say 'There is a context with the mapping defaultcontext that this step has not made: it stays as it is.'
  exit 0
fi
# The passwords are on the disk before they count: a run that was killed goes on with them.
[ -s /root/oxconf-test-passwords ] || printf 'oxadmin %s\ntestuser %s\n' "$(secret)" "$(secret)" >/root/oxconf-test-passwords
admin=$(sed -n 's/^oxadmin //p' /root/oxconf-test-passwords)
user=$(sed -n 's/^testuser //p' /root/oxconf-test-passwords)
name=testuser
address=testuser@example.com
mappings=defaultcontext
[ -n "$found" ] ||
  /opt/open-xchange/sbin/createcontext -A oxadminmaster -P "$master_password" -c 1 -u oxadmin -d 'Context Admin' -g Admin -s User -p "$admin" \
    -L "$mappings" -e oxadmin@example.com -q 1024 --access-combination-name=all
users=$(/opt/open-xchange/sbin/listuser -c 1 -A oxadmin -P "$admin" --csv)
printf '%s\n' "$users" | tr -d '"' | grep -qF ",$name," ||
  /opt/open-xchange/sbin/createuser -c 1 -A oxadmin -P "$admin" -u "$name" -d 'Test User' -g Test -s User -p "$user" \
    -e "$address"
mark context
say 'Their passwords are in /root/oxconf-test-passwords; remove it when you know them.'

after_1() {
  context() { /opt/open-xchange/sbin/listcontext -A oxadminmaster -P "$master_password" -s defaultcontext | grep -q defaultcontext; }
  wait_for 60 context
}
confirm after_1 'the context is listed'

say "$step: done."
