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
    [ "$tool" = createuser ] || [ "$(option -P)" = "$(cat "$state/master")" ] || { echo 'Authentication failed'; exit 101; }
    case $tool in
      list*) cat "$state/${tool#list}" 2>/dev/null || true ;;
      registerdatabase)
        id=$(($(wc -l <"$state/database" 2>/dev/null || echo 0) + 4))
        echo "$id $(option --name)" >>"$state/database"
        echo "database $id registered"
        ;;
      register*)
        echo "$*" >>"$state/${tool#register}"
        echo "${tool#register} 2 registered"
        ;;
      createcontext) option -L >>"$state/context"; echo 'context 1 created' ;;
      createuser) echo 'user 3 in context 1 created' ;;
    esac
    ;;
esac
