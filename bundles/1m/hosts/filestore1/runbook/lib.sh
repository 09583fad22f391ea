# Functions of the steps in this folder; each step reads them. POSIX sh, nothing but Debian's essential packages.
# The steps set step, log, usage, up, me, client and socket; secrets.sh sets the passwords.
# shellcheck shell=sh disable=SC2034,SC2154

yes=
failed=0
words=
patience=
state=/var/lib/oxconf

# Every step begins with this: options and words, the archive's folder, and whether it is run as root.
begin() {
  for word in "$@"; do
    case $word in
      --yes) yes=1 ;;
      --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
      -*) printf '%s: unknown option %s; there are --yes and --help\n' "$0" "$word" >&2; exit 2 ;;
      *[!A-Za-z0-9=:,./@%+~_-]*) printf '%s: "%s" can not be meant: %s\n' "$0" "$word" "$usage" >&2; exit 2 ;;
      *) words="$words $word" ;;
    esac
  done
  [ -z "$usage" ] || [ -n "$words" ] || { printf 'usage: %s %s [--yes]\n' "$0" "$usage" >&2; exit 2; }
  [ -n "$usage" ] || [ -z "$words" ] || { printf '%s takes no words, but has:%s\n' "$0" "$words" >&2; exit 2; }
  cd "$(dirname "$0")$up/.." || exit 2
  here=$(dirname "runbook/$step")
  [ "$(id -u)" = 0 ] || stop 'this step changes the system: run it as root'
  missing=$(grep -ohsE "'REPLACE_[a-z]*'|=REPLACE_[a-z]*$" runbook/secrets.sh runbook/*.sql runbook/*/*.sql |
    grep -o 'REPLACE_[a-z]*' | cut -c 9- | sort -u | tr '\n' ' ')
  [ -z "$missing" ] ||
    stop "passwords are missing in this archive: ${missing% }. Put them into FILE, and render it with --secrets FILE"
  # shellcheck source=/dev/null
  [ ! -e runbook/secrets.sh ] || . runbook/secrets.sh
}

say() {
  printf '%s\n' "$*"
}

# stop SENTENCE: the step ends here, with the place to look at.
stop() {
  printf '%s: %s\n' "$step" "$1" >&2
  [ -z "$log" ] || printf 'Look at: %s\n' "$log" >&2
  exit 1
}

# require FUNCTION WHAT REMEDY: what must hold before.
require() {
  ("$1") >/dev/null 2>&1 || stop "this does not hold: $2. $3"
}

# confirm FUNCTION WHAT: what must hold afterwards.
confirm() {
  "$1" >/dev/null 2>&1 || stop "the step ran, but this does not hold: $2"
}

# ask SENTENCE: everything that takes something away asks first.
ask() {
  say "$1"
  [ -z "$yes" ] || return 0
  printf 'Type yes to go on: '
  read -r answer || answer=
  [ "$answer" = yes ] || stop 'nothing was done'
}

# check FUNCTION WHAT REMEDY: one line of verify.sh.
check() {
  if "$1" >/dev/null 2>&1; then
    printf 'pass  %s\n' "$2"
  else
    printf 'FAIL  %s\n      %s\n' "$2" "$3"
    failed=$((failed + 1))
  fi
}

# mark NAME: remember that something was done here. install.sh keeps what it knows in the same folder, for root alone.
mark() {
  install -d -m 0700 "$state"
  : >"$state/$1"
}

# wait_for SECONDS COMMAND...: try once a second until it succeeds. Where patience is set, it counts instead: what an
# earlier step has waited for is there or is not.
wait_for() {
  left=${patience:-$1}
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}

# answers HOST PORT: whether somebody listens there.
answers() {
  timeout 3 bash -c ": </dev/tcp/$1/$2" 2>/dev/null
}

# The client as root: by root's option file, and by the socket alone while root has no password yet.
connect() {
  if printf 'SELECT 1' | "$client" >/dev/null 2>&1; then
    "$client" "$@"
  else
    "$client" --no-defaults --user=root --socket="$socket" "$@"
  fi
}

# sql OPTIONS...: the rows alone, columns apart by tabs.
sql() {
  connect --batch --skip-column-names "$@"
}

# column NAME STATEMENT: the value of one column of a statement with many, as SHOW SLAVE STATUS.
column() {
  connect --vertical --execute="$2" | sed -n "s/^ *$1: //p"
}

# status NAME: the value of one status variable.
status() {
  sql --execute="SHOW GLOBAL STATUS LIKE '$1'" | cut -f 2
}

# variable NAME: the value of one variable of the server.
variable() {
  sql --execute="SELECT @@global.$1"
}

# databases: what is neither the server's own nor empty.
databases() {
  sql --execute="SHOW DATABASES" |
    grep -vxE 'mysql|information_schema|performance_schema|sys|test|#mysql50#.*|lost\+found' || true
}

# ox ACTION: start, stop or restart Open-Xchange, whatever its units are called in this release.
ox() {
  found=
  for unit in open-xchange-admin open-xchange-groupware open-xchange; do
    if systemctl cat "$unit.service" >/dev/null 2>&1; then
      systemctl "$1" "$unit.service"
      found=1
    fi
  done
  [ -n "$found" ] || stop 'there is no unit of Open-Xchange on this host: install its packages'
}

# given NAME: what the words say of it, as NAME=VALUE.
given() {
  for word in $words; do
    case $word in "$1="*) printf '%s\n' "${word#*=}" ;; esac
  done
}

# address_of NAME NAME=ADDRESS...: the address of one of them; the step ends when it is none.
address_of() {
  wanted=$1
  shift
  for peer in "$@"; do
    [ "${peer%%=*}" != "$wanted" ] || { printf '%s\n' "${peer#*=}"; return 0; }
  done
  stop "there is no $wanted among $*"
}

# peer_answers PORT NAME=ADDRESS...: whether one of them, other than this host, listens there.
peer_answers() {
  port=$1
  shift
  for peer in "$@"; do
    [ "${peer%%=*}" = "$me" ] || ! answers "${peer#*=}" "$port" || return 0
  done
  return 1
}

# setup_steps SLUG...: take the setup's own steps of those names, as far as this host has them.
setup_steps() {
  for slug in "$@"; do
    for script in runbook/[0-9][0-9]-"$slug".sh; do
      [ -e "$script" ] || continue
      sh "$script" ${yes:+--yes} || stop "$script did not work"
    done
  done
}

# take_due: do what the files of the last install.sh ask for, in its order, and strike out what is done. A command with a
# note behind it is noticed by people: it is said, and left to them.
take_due() {
  due=$state/due
  [ -s "$due" ] || return 0
  while command=$(grep -v -m 1 '  # ' "$due"); do
    say "$command"
    sh -ec "$command" </dev/null || stop "this failed: $command. Put it right and take this step again: it goes on there"
    grep -vxF -e "$command" "$due" >"$due.new" || true
    mv "$due.new" "$due"
  done
  [ -s "$due" ] || return 0
  say 'This is left to you, if it was not done since; the runbook restart has the order:'
  sed 's/^/    /' "$due"
}
