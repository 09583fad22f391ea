#!/bin/sh
# ox2, rotate-vrrp/02-silence: Stop keepalived.
#
# It must not hear ox1 with another password than its own: it would take the addresses too.
#
# Before it:
#   - ox1: every check has passed
#
# Again: may be repeated: the result is the same.
# To undo: systemctl start keepalived.service

# Variables go to lib.sh and come from secrets.sh; the functions are called by name.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317
set -eu
step='rotate-vrrp/02-silence'
log=''
usage=''
up=/..
me='ox2'
. "$(dirname "$0")/../lib.sh"
begin "$@"

ask 'An address that this host has moves to ox1: an interruption of about a second.'

systemctl stop keepalived.service

after_1() {
  ! systemctl is-active --quiet keepalived.service
}
confirm after_1 'keepalived is stopped'

say "$step: done."
