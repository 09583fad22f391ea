#!/bin/sh
# web2, rotate-configdb/04-drain: Send no new sessions to the node.
#
# For each web server.
#
# Sessions that are there stay there; everybody else goes to the other nodes. No installed file changes; Apache's log has warnings of ignored parameters until the node is admitted.
#
# It is called with: NAME of the OX node
#
# Again: may be repeated: the result is the same.
# To undo: The step admit.

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-configdb/04-drain'
log='journalctl -u apache2, and /var/log/apache2/error.log'
usage='NAME of the OX node'
up=/..
me='web2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

before_1() {
  apache2ctl -t
}
require before_1 'Apache takes the files that are there' 'apache2ctl -t says what is wrong; put that right first.'

node="${words# }"
file=/etc/apache2/conf-available/oxconf-drain-$node.conf
address=$(address_of "$node" ox1=10.20.30.213 ox2=10.20.30.215 ox3=10.20.30.216 prov1=10.20.30.225)
awk -v member="ajp://$address:8009" '
  /^<\/?Proxy[ >]/ { print }
  $1 == "BalancerMember" && $2 == member { print $0, "status=+N" }' /etc/apache2/conf-available/proxy_ajp.conf >"$file.new"
route=$(sed -n 's/.* route=\([^ ]*\) .*/\1/p' "$file.new" | head -n 1)
[ -n "$route" ] || stop "/etc/apache2/conf-available/proxy_ajp.conf has no member ajp://$address:8009"
mv "$file.new" "$file"
a2enconf -q "oxconf-drain-$node"
apache2ctl -t
systemctl reload apache2.service

after_1() {
  elsewhere() {
    ! { for _ in $(seq 6); do curl -sS -m 10 -o /dev/null -D - 'http://127.0.0.1/ajax/login?action=login'; done; } |
      grep -iE "^Set-Cookie: JSESSIONID=[^;]*\.$route(;|[[:space:]]|$)"
  }
  wait_for 10 elsewhere
}
confirm after_1 'no new session reaches the node'

say "$step: done."
