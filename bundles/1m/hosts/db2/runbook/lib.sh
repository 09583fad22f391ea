# Functions of the steps in this folder; each step reads them. POSIX sh, nothing but Debian's essential packages.
# The steps set step, log, client and socket; secrets.sh sets the passwords.
# shellcheck shell=sh disable=SC2034,SC2154

yes=
failed=0

# Every step begins with this: options, the archive's folder, and whether it is run as root.
begin() {
  for word in "$@"; do
    case $word in
      --yes) yes=1 ;;
      --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
      *) printf '%s: unknown option %s; there are --yes and --help\n' "$0" "$word" >&2; exit 2 ;;
    esac
  done
  cd "$(dirname "$0")/.." || exit 2
  [ "$(id -u)" = 0 ] || stop 'this step changes the system: run it as root'
  ! grep -qsE "'REPLACE_[a-z]*'|=REPLACE_[a-z]*$" runbook/secrets.sh runbook/*.sql ||
    stop 'passwords are missing in this archive: render it with --secrets FILE'
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
  "$1" >/dev/null 2>&1 || stop "this does not hold: $2. $3"
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

# wait_for SECONDS COMMAND...: try once a second until it succeeds.
wait_for() {
  left=$1
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
