#!/bin/sh
# ox2, rotate-configdb/04-admit-ox1: Send new sessions to ox1 again.
#
# For each web server.
#
# What the step before wrote goes away; the installed file holds alone again.
#
# Before it:
#   - ox1: Open-Xchange runs
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: The step drain-ox1.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/04-admit-ox1'
log='journalctl -u apache2'
usage=''
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
node=ox1
file=/etc/apache2/conf-available/oxconf-drain-$node.conf
[ ! -e "$file" ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

node=ox1
file=/etc/apache2/conf-available/oxconf-drain-$node.conf
a2disconf -q "oxconf-drain-$node"
apache2ctl -t
systemctl reload apache2.service
rm "$file"

after_1() {
  [ ! -e "$file" ] && [ ! -L "/etc/apache2/conf-enabled/oxconf-drain-$node.conf" ]
}
confirm after_1 'the file of the drain is gone'

say "$step: done."
