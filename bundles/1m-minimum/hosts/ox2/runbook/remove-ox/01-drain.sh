#!/bin/sh
# ox2, remove-ox/01-drain: Send no new sessions to the node.
#
# For each web server.
#
# Sessions that are there stay there; everybody else goes to the other nodes.
#
# Again: may be repeated: the result is the same.
# To undo: The step admit.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='remove-ox/01-drain'
log='journalctl -u apache2'
usage='NAME of the OX node'
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  apache2ctl -t
}
require before_1 'Apache takes the files that are there' 'apache2ctl -t says what is wrong; put that right first.'

address=$(address_of "${words# }" ox1=10.20.30.213 ox2=10.20.30.215)
[ "$(grep -c "^ *BalancerMember ajp://$address:8009 .* status=+N$" /etc/apache2/conf-available/proxy_ajp.conf || true)" = 0 ] || { say 'It is so already.'; exit 0; }
sed -i "s|^\( *BalancerMember ajp://$address:8009 .*\)$|\1 status=+N|" /etc/apache2/conf-available/proxy_ajp.conf
apache2ctl -t
systemctl reload apache2.service

after_1() {
  [ "$(grep -c "^ *BalancerMember ajp://$address:8009 .* status=+N$" /etc/apache2/conf-available/proxy_ajp.conf || true)" != 0 ]
}
confirm after_1 'the balancers send it no new sessions'

say "$step: done."
