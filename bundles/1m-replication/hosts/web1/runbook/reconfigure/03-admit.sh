#!/bin/sh
# web1, reconfigure/03-admit: Send new sessions to the node again.
#
# For each web server.
#
# What the step before wrote goes away; the installed file holds alone again.
#
# It is called with: NAME of the OX node
#
# Before it:
#   - the OX node: Open-Xchange runs
#
# Again: may be repeated: it finds that it is done, and does nothing.
# To undo: The step drain.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='reconfigure/03-admit'
log='journalctl -u apache2'
usage='NAME of the OX node'
up=/..
me='web1'
. "$(dirname "$0")/../lib.sh"
begin "$@"

is_done() {
node="${words# }"
file=/etc/apache2/conf-available/oxconf-drain-$node.conf
[ ! -e "$file" ]
}
if is_done >/dev/null 2>&1; then
  say "$step is done already."
  exit 0
fi

node="${words# }"
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
