#!/bin/sh
# Stands in for the command line tools of Open-Xchange: what each one needs to be given, and what it says.
# Installed under the name of each tool. What was called is in /var/lib/ox-stand-in/calls.
set -eu
state=/var/lib/ox-stand-in
mkdir -p "$state"
tool=${0##*/}
printf '%s' "$tool" >>"$state/calls"
for word in "$@"; do printf ' %s' "$word" >>"$state/calls"; done
printf '\n' >>"$state/calls"

# option NAME...: the value of an option, as --name=value, --name value or -n value.
option() {
  wanted=" $* "
  shift $#
  next=
  while IFS= read -r word; do
    if [ -n "$next" ]; then
      printf '%s\n' "$word"
      return
    fi
    case $wanted in
      *" ${word%%=*} "*)
        case $word in
          *=*) printf '%s\n' "${word#*=}"; return ;;
          *) next=1 ;;
        esac ;;
    esac
  done <"$state/words"
}
for word in "$@"; do printf '%s\n' "$word"; done >"$state/words"

case $tool in
  initconfigdb)
    sql() {
      # As the real one: the words on the command line win over /root/.my.cnf.
      mysql -h "$(option --configdb-host)" -P "$(option --configdb-port)" -u "$(option --configdb-user)" \
        -p"$(option --configdb-pass)"
    }
    echo 'DROP DATABASE IF EXISTS configdb; CREATE DATABASE configdb; CREATE TABLE configdb.server (name TEXT);' | sql
    ;;
  oxinstaller)
    case "$*" in *--help*) echo 'oxinstaller --servername --smtpserver'; exit 0 ;; esac
    mkdir -p /opt/open-xchange/etc/groupware /opt/open-xchange/etc/admindaemon
    echo 'written by oxinstaller' >/opt/open-xchange/etc/groupware/ajp.properties
    option --master-pass >"$state/master"
    ;;
  *)
    # The administration answers a while after its program has started.
    [ -z "$(find /run/standin/open-xchange.service.pid -newermt '-3 seconds')" ] ||
      { echo 'Server response: no connection'; exit 102; }
    case $tool in
      *user) [ "$(option -P)" = "$(cat "$state/admin")" ] || { echo 'Authentication failed'; exit 101; } ;;
      *) [ "$(option -P)" = "$(cat "$state/master")" ] || { echo 'Authentication failed'; exit 101; } ;;
    esac
    kind=${tool#register}
    kind=${kind#create}
    rows=$state/${kind#list}
    # With --csv as the real ones: a line of names, then a row a line, each field in quotes.
    row() {
      printf '"%s"' "$1" >>"$rows"
      shift
      printf ',"%s"' "$@" >>"$rows"
      echo >>"$rows"
    }
    id=$(($(cat "$rows" 2>/dev/null | wc -l) + 4))
    case $tool in
      list*)
        echo 'id,name'
        grep -F -e "$(option -s | tr -d '*')" "$rows" 2>/dev/null || true
        exit 0
        ;;
      registerdatabase) row "$id" "$(option --name)" "jdbc:mysql://$(option --hostname)/?x=1" "$(option --master)" ;;
      registerserver) row "$id" "$(option -n)" ;;
      registerfilestore) row "$id" "$(option -t | sed 's|///|/|')" 1000 ;;
      createcontext)
        row "$(option -c)" 4 store true 1024 0 '' "$(option -L)"
        option -p >"$state/admin"
        ;;
      createuser) row "$id" "$(option -u)" "$(option -d)" ;;
    esac
    echo "$kind $id done"
    ;;
esac
