#!/bin/sh
# Installs the files of this archive on its host. The same script is in every archive; what differs between hosts
# stands in files.txt (mode owner group how sha256 path) and services.txt (when path command).
#
# Everything new is first written beside its target under a name that no daemon reads, then renamed file by file. A
# backup holds what will be replaced before the first rename, and `pending` names it until all is done and said: a run
# that was killed, an install or a rollback, is continued by the next one, or undone by --rollback, told by the files
# alone how far it came. A run that fails undoes what it did and what it went on from, unless all files are in place.
set -u
LC_ALL=C
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset CDPATH POSIXLY_CORRECT
umask 077
# Whoever stops reading what is said here does not stop a change half way.
trap '' PIPE

usage() {
    cat <<'END'
usage: sh install.sh [--root DIR] [--dry-run] [--yes] [--replace PATH...]
       sh install.sh --rollback [--root DIR] [--dry-run] [--yes] [--replace PATH...]

Installs the files of this archive. Nothing is restarted; what has to be is printed at the end.

  --root DIR         install below DIR; users and groups are those of DIR/etc/passwd and DIR/etc/group
  --dry-run          show what would change, and change nothing
  --yes              do not ask
  --replace PATH...  take back these files although somebody changed them since the last install
  --rollback         put back what the last install replaced; once more goes back one install more
  --help             show this text

What is replaced is kept in /var/backups/oxconf. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
END
}

say() { printf '%s\n' "$*"; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
die() {
    warn "$*"
    exit 1
}
wrong() {
    warn "$* (see --help)"
    exit 2
}

# --- small tools -------------------------------------------------------------------------------------------------

carriage_return=$(printf '\r')
# A value of its own, as files hold it; a script that looks for placeholders itself has other signs around them.
placeholder="(^|[=: '\"])REPLACE_[a-z]*['\";]?( \\\\)?\$"

# Only such paths are installed: nothing in them means anything to a shell or to grep, and none leaves its folder.
plain_path() {
    case $1 in
    *[!A-Za-z0-9/._@:+=,\\-]* | *//* | */ | */./* | */../* | */. | */..) return 1 ;;
    /*) return 0 ;;
    esac
    return 1
}

# Set $real to where path $1 leads inside of the root, without the root before it. The last part is only followed
# where $2 is `follow`. A link is read as the system in the root would read it.
resolve() {
    real='' rest=${1#/} hops=0
    while [ -n "$rest" ]; do
        part=${rest%%/*}
        case $rest in
        */*) rest=${rest#*/} ;;
        *) rest='' ;;
        esac
        case $part in
        '' | .) continue ;;
        ..)
            [ -n "$real" ] || [ -z "$root" ] || die "$1 leads out of $root by a link; nothing was changed"
            real=${real%/*}
            continue
            ;;
        esac
        if [ -L "$root$real/$part" ] && { [ -n "$rest" ] || [ "$2" = follow ]; }; then
            hops=$((hops + 1))
            [ "$hops" -le 40 ] || die "$1: the links on its way lead in a circle"
            leads=$(readlink -- "$root$real/$part") || die "$root$real/$part: the link can not be read"
            case $leads in
            /*) real='' ;;
            esac
            rest=$leads${rest:+/$rest}
            continue
        fi
        real=$real/$part
        if [ -n "$rest" ] && [ -e "$root$real" ] && [ ! -d "$root$real" ]; then
            die "$root$real is on the way to $1 and no folder"
        fi
    done
    plain_path "$real" || die "$1 leads to $real, a name that this script does not write to"
}

digest() {
    sum_line=$(sha256sum <"$1") || die "$1: can not be read"
    digest=${sum_line%% *}
}

# Set $begin and $end to the first and the last line of our block in file $1, empty where it has none.
find_block() {
    begin=$(grep -anE "^# BEGIN oxconf[[:blank:]]*$carriage_return?\$" "$1" | cut -d: -f1)
    end=$(grep -anE "^# END oxconf[[:blank:]]*$carriage_return?\$" "$1" | cut -d: -f1)
    case $begin/$end in
    /) return 0 ;;
    *[!0-9/]* | /* | */) ;;
    *) [ "$begin" -gt "$end" ] || return 0 ;;
    esac
    die "$1: one line '# BEGIN oxconf' and one line '# END oxconf' below it are expected; mend it by hand"
}

# Print file $1 with block $2 in the place of the one that it has, or at its end. An empty $2 takes the block out.
merge() {
    find_block "$1"
    if [ -n "$begin" ]; then
        head -n "$((begin - 1))" "$1" && { [ -z "$2" ] || cat "$2"; } && tail -n "+$((end + 1))" "$1"
    else
        cat "$1" && { [ -z "$(tail -c 1 "$1")" ] || echo; } && cat "$2"
    fi
}

# Set $token to what file $1 holds, as far as it is ours: a digest (of the block alone where $2 is `block`) or `absent`.
token() {
    token=absent
    if [ "$2" = block ]; then
        [ -f "$1" ] || return 0
        find_block "$1"
        [ -n "$begin" ] || return 0
        token=$(sed -n "${begin},${end}p" "$1" | sha256sum)
        token=${token%% *}
    elif [ -L "$1" ]; then
        token=$(readlink -- "$1" | sha256sum)
        token=link-${token%% *}
    elif [ -f "$1" ]; then
        digest "$1"
        token=$digest
    fi
}

has_line() { [ -f "$1" ] && grep -qxF -e "$2" "$1"; }

# Put a text into file $1 at once: a killed run leaves the old one or the new one.
publish() { cat >"$1.new" && sync "$1.new" && mv -fT -- "$1.new" "$1"; }

# Set $name to the backup that $state/$1 names, and $backup to its folder; $name is empty where there is none.
find_backup() {
    name=''
    [ ! -f "$state/$1" ] || name=$(cat "$state/$1")
    case $name in
    */* | .*) name='' ;;
    esac
    backup=$backups/$name
    [ ! -L "$backup" ] && [ -d "$backup" ] || name=''
}

# Set $folder to the full name of folder $1, which may be `-` as well.
find_folder() {
    case $1 in
    /*) folder=$1 ;;
    *) folder=./$1 ;;
    esac
    folder=$(cd -- "$folder" 2>/dev/null && pwd -P)
}

beside() { beside=$root${1%/*}/.${1##*/}.oxconf-new; }

# Whether nobody but its owner and group may read a file: then its text is not shown.
is_private() {
    case $1 in
    *[0-3]) return 0 ;;
    esac
    return 1
}

# Show how file $3 would change into file $4. $1 is its name, $2 the mode that it gets.
show() {
    shown=$3
    if [ -L "$3" ] || [ ! -f "$3" ]; then
        shown=/dev/null
    fi
    if is_private "$2" || { [ "$shown" != /dev/null ] && is_private "$(stat -c %a -- "$3")"; }; then
        cmp -s -- "$shown" "$4" || say "$1 differs; it may hold secrets and is not shown"
    else
        diff -u --label "$1 (now)" --label "$1 (then)" -- "$shown" "$4"
    fi
    return 0
}

ask() {
    [ -z "$yes" ] || return 0
    [ -t 0 ] || die "nobody is there to be asked; nothing was changed. Look at --dry-run, then use --yes"
    printf '%s [y/N] ' "$1"
    read -r answer || answer=
    case $answer in
    y | Y | yes) ;;
    *) die "nothing was changed" ;;
    esac
}

# --- what shall happen -------------------------------------------------------------------------------------------

verify_bundle() {
    for list in files.txt services.txt SHA256SUMS; do
        [ -f "$here/$list" ] || die "$here/$list is missing; unpack the archive again"
    done
    (cd "$here" && sha256sum --check --strict --quiet SHA256SUMS) >&2 ||
        die "the sums do not hold: the archive was damaged or edited. Unpack it again, or render it anew"
    for list in files.txt services.txt; do
        grep -q "^[0-9a-f]*  $list\$" "$here/SHA256SUMS" || die "SHA256SUMS does not name $list; unpack the archive again"
        [ -z "$(tail -c 1 "$here/$list")" ] || die "$list ends in the middle of a line; render the archive anew"
    done
    true >"$work/paths"
    while read -r mode owner group how sum path; do
        plain_path "$path" || die "files.txt: '$path' is no path that this script installs"
        case $mode in
        0[0-7][0-7][0-7]) ;;
        *) die "files.txt: $path has the mode '$mode'" ;;
        esac
        case $how in
        replace | block) ;;
        *) die "files.txt: $path shall be installed by '$how', which this script does not know" ;;
        esac
        case $owner$group in
        *[!A-Za-z0-9._-]*) die "files.txt: $path belongs to '$owner:$group'" ;;
        esac
        has_line "$here/SHA256SUMS" "$sum  rootfs$path" || die "files.txt and SHA256SUMS disagree on $path"
        has_line "$work/paths" "$path" && die "files.txt names $path twice"
        say "$path" >>"$work/paths"
    done <"$here/files.txt"
}

# Set $number to the id of user or group $3, looked up in list $1 (passwd or group); the file that needs it is $2.
number_of() {
    case $3 in
    *[!0-9]*) ;;
    *)
        number=$3
        return 0
        ;;
    esac
    entries=$work/entries
    if [ -z "$root" ]; then
        getent "$1" "$3" >"$entries"
    else
        resolve "/etc/$1" follow
        cat -- "$root$real" >"$entries" 2>/dev/null
    fi
    number=''
    while IFS=: read -r name _ id _ || [ -n "$name" ]; do
        [ "$name" != "$3" ] || number=${number:-$id}
    done <"$entries"
    case $number in
    '' | *[!0-9]*) ;;
    *) return 0 ;;
    esac
    case $1 in
    passwd) warn "user $3 is missing, to whom $2 belongs" ;;
    *) warn "group $3 is missing, to which $2 belongs" ;;
    esac
    missing=yes
}

# Write the plan, a line a file: what, number of the staged text, uid, gid, mode, how, digest, path, where it leads.
# `what` is same, new, change, remove, or conflict where somebody changed the file since the last install.
make_plan() {
    true >"$work/plan"
    missing='' number=0 count=0
    while read -r mode owner group how sum path; do
        number_of passwd "$path" "$owner"
        uid=$number
        number_of group "$path" "$group"
        gid=$number
        lines=$(grep -naE "$placeholder" "$here/rootfs$path" | cut -d: -f1 | tr '\n' ' ')
        if [ -n "$lines" ]; then
            names=$(grep -aoE "$placeholder" "$here/rootfs$path" | grep -o 'REPLACE_[a-z]*' | cut -c 9- | sort -u | tr '\n' ' ')
            warn "$path holds a placeholder instead of a password, in line $lines${names:+(${names% })}"
            placeholders=yes
        fi
        count=$((count + 1))
        plan_file
    done <"$here/files.txt"
    if [ -n "$missing" ]; then
        [ ! -f "$here/rootfs/etc/sysusers.d/oxconf.conf" ] ||
            warn "systemd-sysusers $here/rootfs/etc/sysusers.d/oxconf.conf creates the user open-xchange"
        die "install the packages of README.md first: they create their users. Nothing was changed"
    fi
    cut -d' ' -f2,3 "$known" | sort -u >"$work/earlier"
    while read -r how path; do
        has_line "$work/paths" "$path" || plan_removal
    done <"$work/earlier"
    cut -d' ' -f9 "$work/plan" | sort | uniq -d >"$work/twice"
    [ ! -s "$work/twice" ] || die "links lead two files of files.txt to $(cat "$work/twice"); nothing was changed"
}

look_at_target() {
    if [ "$how" = block ]; then
        resolve "$path" follow
        [ ! -L "$root$path" ] || [ -f "$root$real" ] || die "$root$path is a link to $real, which is not there"
    else
        resolve "$path" ''
    fi
    target=$root$real
    case $target/ in
    "$state"/* | "$backups"/*) die "$path leads to where this script keeps what it knows; nothing was changed" ;;
    esac
    [ -L "$target" ] || [ -f "$target" ] || [ ! -e "$target" ] || die "$target is there and no file; move it away"
    token "$target" "$how"
    now=$token
}

# Whether the file still is what it was before an install that did not come to its end.
is_as_before() {
    if [ -z "$pending" ] || ! has_line "$backup/paths" "$path"; then
        return 1
    fi
    token "$backup/before$real" "$how"
    [ "$token" = "$now" ]
}

# Whether the file still is what the last archive installed in way $1, as a whole or as a block.
is_ours() {
    if [ "$1" = "$how" ]; then
        has_line "$known" "$now $how $path"
        return "$?"
    fi
    ! [ -L "$target" ] || return 1
    token "$target" "$1"
    has_line "$known" "$token $1 $path"
}

plan_file() {
    look_at_target
    staged=$work/text.$count
    if [ "$how" = block ] && [ -f "$target" ] && ! is_ours replace; then
        merge "$target" "$here/rootfs$path" >"$staged" || die "$target can not be merged"
        lines=$(grep -na "$carriage_return\$" "$staged" | cut -d: -f1 | tr '\n' ' ')
        [ -z "$lines" ] || [ "$now" = "$sum" ] ||
            die "$target has carriage returns, in line $lines; take them out first: sed -i 's/\\r\$//' $target"
    else
        cat "$here/rootfs$path" >"$staged" || die "$staged can not be written"
    fi
    what=change
    if [ "$now" = "$sum" ]; then
        [ "$how" = replace ] && [ "$(stat -c '%04a %u %g' -- "$target")" != "$mode $uid $gid" ] || what=same
    elif has_line "$work/known.paths" "$path" && ! is_ours replace && ! is_ours block && ! is_as_before; then
        has_line "$work/replace" "$path" || what=conflict
    elif [ ! -e "$target" ] && [ ! -L "$target" ]; then
        what=new
    fi
    say "$what $count $uid $gid $mode $how $sum $path $real" >>"$work/plan"
}

plan_removal() {
    look_at_target
    [ "$now" != absent ] || return 0
    if ! has_line "$known" "$now $how $path"; then
        is_as_before || say "$path" >>"$work/left"
        return 0
    fi
    # A run that did not come to its end has not reached this one, which was no file of ours before it.
    ! is_as_before || has_line "$backup/state/installed" "$now $how $path" || return 0
    count=$((count + 1))
    if [ "$how" = block ]; then
        merge "$target" '' >"$work/text.$count" || die "$target can not be merged"
    fi
    say "remove $count 0 0 0644 $how absent $path $real" >>"$work/plan"
}

show_plan() {
    changes='' conflicts=''
    while read -r what count uid gid mode how sum path real; do
        case $what in
        new | change) say "  $what $path" ;;
        remove) say "  remove $path, which this archive does not have any more" ;;
        conflict) say "  $path was changed since the last install" ;;
        same) continue ;;
        esac
        changes=yes
        [ "$what" != conflict ] || conflicts="$conflicts $path"
        [ "$path" = "$real" ] || say "    by a link at $root$real"
        if [ "$what$how" = changereplace ] && [ -f "$root$real" ] && [ ! -L "$root$real" ]; then
            access=$(stat -c '%04a %u:%g' -- "$root$real")
            [ "$access" = "$mode $uid:$gid" ] || say "    mode and owner $access become $mode $uid:$gid"
        fi
        if [ "$what" = conflict ] || [ -n "$dry_run" ]; then
            [ -f "$work/text.$count" ] || true >"$work/text.$count"
            show "$path" "$mode" "$root$real" "$work/text.$count"
        fi
    done <"$work/plan"
    [ -f "$work/left" ] || return 0
    while read -r path; do
        warn "$path is not in this archive any more, and somebody changed it: it is left alone; remove it yourself"
    done <"$work/left"
}

# --- doing it ----------------------------------------------------------------------------------------------------

make_folders() {
    [ -d "$root$1" ] || (umask 022 && mkdir -p -- "$root$1") || die "$root$1 can not be made"
}

note_folders() {
    if [ -n "$1" ] && [ ! -d "$root$1" ] && ! has_line "$collect/folders.next" "$1"; then
        note_folders "${1%/*}"
        say "$1" >>"$collect/folders.next"
    fi
}

# Set $now to what a file holds and $token to what the backup has of it. Where it holds neither that nor what was
# installed since, somebody edited it: that is kept in the backup as well, before it is replaced.
keep_edit() {
    token "$root$real" "$how"
    now=$token
    token "$backup/before$real" "$how"
    if [ "$now" = "$token" ] || has_line "$backup/wrote" "$now $how $path"; then
        return 0
    elif [ -e "$root$real" ] || [ -L "$root$real" ]; then
        mkdir -p -- "$backup/after${real%/*}" && cp -a --backup=numbered -- "$root$real" "$backup/after$real"
    fi
}

unkept() { die "$collect can not be written, and without a backup nothing is replaced; nothing was changed"; }

# Keep what will be replaced, and say in `pending` that a change is under way.
keep() {
    if [ -n "$pending" ]; then
        collect=$backup
    else
        stamp=$(date -u +%Y-%m-%dT%H%M%SZ)
        name=$stamp count=1
        while [ -e "$backups/$name" ]; do
            count=$((count + 1))
            name=$stamp-$count
        done
        backup=$backups/$name
        collect=$backups/.unfinished
        phase=keeping
        say "$name" | publish "$state/pending" || unkept
        rm -rf -- "$collect"
        mkdir -- "$collect" "$collect/before" "$collect/state" || unkept
        for list in $noted; do
            [ ! -f "$state/$list" ] || cp -- "$state/$list" "$collect/state/$list" || unkept
        done
    fi
    for list in changes wrote folders services paths; do
        rm -f -- "$collect/$list.next" || unkept
        [ ! -f "$collect/$list" ] || cp -- "$collect/$list" "$collect/$list.next" || unkept
        true >>"$collect/$list.next" || unkept
    done
    while read -r what count uid gid mode how sum path real; do
        [ "$what" != same ] || continue
        say "$sum $how $path" >>"$collect/wrote.next" || unkept
        if [ "$how" = block ]; then
            digest "$work/text.$count"
            say "$digest whole $path" >>"$collect/wrote.next" || unkept
        fi
        if has_line "$collect/paths" "$path"; then
            keep_edit || unkept
            continue
        fi
        was=new
        if [ -e "$root$real" ] || [ -L "$root$real" ]; then
            was=kept
            mkdir -p -- "$collect/before${real%/*}" || unkept
            cp -a --remove-destination -- "$root$real" "$collect/before$real" || unkept
        fi
        note_folders "${real%/*}"
        say "$was $how $path $real" >>"$collect/changes.next" || unkept
        say "$path" >>"$collect/paths.next" || unkept
    done <"$work/plan"
    cat "$here/services.txt" >>"$collect/services.next" || unkept
    [ ! -f "$state/services" ] || cat "$state/services" >>"$collect/services.next" || unkept
    # `paths` comes last: what it names has its copy, and its lines in the other lists.
    for list in wrote folders services changes paths; do
        sync "$collect/$list.next" || unkept
        mv -f -- "$collect/$list.next" "$collect/$list" || unkept
    done
    [ -n "$pending" ] && return 0
    mv -T -- "$collect" "$backup" || die "$backup can not be made; nothing was changed"
    pending=$name
}

# Write the new text of a file beside it, complete with mode and owner.
write_beside() {
    if [ "$how" = block ] && [ -f "$root$real" ]; then
        cp -a -- "$root$real" "$beside" && cat "$work/text.$count" >"$beside"
    else
        install -T -o "$uid" -g "$gid" -m "$mode" -- "$work/text.$count" "$beside"
    fi && sync "$beside"
}

write_all() {
    # A run that was killed may have left these.
    while read -r was how path real; do
        beside "$real"
        rm -f -- "$beside" || die "$beside can not be removed"
    done <"$backup/changes"
    while read -r what count uid gid mode how sum path real; do
        [ "$what" != same ] || continue
        beside "$real"
        # Of a block in a file that holds nothing else, nothing stays.
        if [ "$what" = remove ] && { [ "$how" = replace ] || [ ! -s "$work/text.$count" ]; }; then
            continue
        fi
        make_folders "${real%/*}"
        write_beside || die "$root$real can not be written"
    done <"$work/plan"
    while read -r what count uid gid mode how sum path real; do
        [ "$what" != same ] || continue
        beside "$real"
        if [ -f "$beside" ]; then
            mv -fT -- "$beside" "$root$real" || die "$root$real can not be replaced"
        else
            rm -f -- "$root$real" || die "$root$real can not be removed"
        fi
    done <"$work/plan"
}

# Let a daemon of this host, where it is installed, say what it thinks of the files. $1 is its name.
accepted() {
    judge=$1
    shift
    command -v "$1" >/dev/null 2>&1 || return 0
    # What a check makes, such as a folder below /run, is for the daemon.
    (umask 022 && exec "$@") >"$work/said" 2>&1 </dev/null && return 0
    cat "$work/said" >&2
    die "$judge refuses its configuration, see above: nothing of this archive is installed"
}

# What the daemons have to judge: what changes, and what a run that was killed has changed, whether judged or not.
note_touched() {
    while read -r what count uid gid mode how sum path real; do
        [ "$what" = same ] || say "$path"
    done <"$work/plan" >"$work/touched"
    [ -z "$pending" ] || cat "$backup/paths" >>"$work/touched"
}

touches() { grep -q "^$1" "$work/touched"; }

# These are whole in one file, which can be judged before it is there.
judge_before() {
    [ -z "$root" ] || return 0
    while read -r what count uid gid mode how sum path real; do
        if [ "$what" = remove ] || ! has_line "$work/touched" "$path"; then
            continue
        fi
        case $path in
        /etc/haproxy/haproxy.cfg) accepted HAProxy haproxy -c -f "$work/text.$count" ;;
        /etc/nftables.conf) accepted nftables nft -c -f "$work/text.$count" ;;
        esac
    done <"$work/plan"
}

# The others read many files by their real names, so these are judged in their place. No daemon reads them meanwhile,
# unless somebody reloads it in this moment.
judge_after() {
    [ -z "$root" ] || return 0
    ! touches /etc/keepalived/ || accepted keepalived keepalived -t
    ! touches /etc/apache2/ || accepted Apache apache2ctl configtest
    if touches /etc/mysql/; then
        server=mysqld
        ! command -v mariadbd >/dev/null 2>&1 || server=mariadbd
        # Percona XtraDB Cluster 5.6 and 5.7 would join the cluster before they print their help. Others pass it over.
        accepted "the database server" "$server" --user=mysql --loose-wsrep-provider=none --help --verbose
    fi
}

status() { stat -c '%f %u %g %Y' -- "$1" 2>/dev/null; }

# Put back one file as the backup has it: `$was $how $path $real` is its line there.
put_back() {
    beside "$real"
    rm -f -- "$beside"
    kept=$backup/before$real
    keep_edit || return 1
    if [ "$how" = block ] && [ -f "$root$real" ]; then
        digest "$root$real"
        if ! has_line "$backup/wrote" "$digest whole $path"; then
            # Somebody changed the machine's part since: only the block goes back.
            [ "$now" != "$token" ] || return 0
            true >"$work/block" || return 1
            if [ "$token" != absent ]; then
                find_block "$kept"
                sed -n "${begin},${end}p" "$kept" >"$work/block" || return 1
            fi
            merge "$root$real" "$work/block" >"$work/whole" || return 1
            cp -a -- "$root$real" "$beside" && cat "$work/whole" >"$beside" && sync "$beside" &&
                mv -fT -- "$beside" "$root$real"
            return "$?"
        fi
    fi
    if [ "$was" = new ]; then
        rm -f -- "$root$real"
        return 0
    fi
    [ "$now" != "$token" ] || [ "$(status "$root$real")" != "$(status "$kept")" ] || return 0
    make_folders "${real%/*}"
    cp -a -- "$kept" "$beside" && mv -fT -- "$beside" "$root$real"
}

put_all_back() {
    failed=''
    while read -r was how path real; do
        put_back || {
            warn "$root$real can not be put back; it is in $backup/before$real"
            failed=yes
        }
    done <"$backup/changes"
    sort -r "$backup/folders" >"$work/folders"
    while read -r folder; do
        # One that holds anything stays.
        rmdir -- "$root$folder" 2>/dev/null
    done <"$work/folders"
    [ -z "$failed" ]
}

# Know again what was known before the backup was made.
put_notes_back() {
    for list in $noted; do
        if cmp -s -- "$backup/state/$list" "$state/$list"; then
            continue
        elif [ -f "$backup/state/$list" ]; then
            publish "$state/$list" <"$backup/state/$list" || return 1
        else
            rm -f -- "$state/$list" || return 1
        fi
    done
}

# What a trap calls has no bare `return`: bash would return the status from before the trap.
leave() {
    code=$1
    trap '' INT TERM HUP
    case $phase in
    # Nothing was changed, and there is nothing to take back.
    keeping) rm -rf -- "$state/pending" "$collect" "$backup" ;;
    writing)
        [ "$code" -ne 0 ] || code=1
        if put_all_back && put_notes_back && rm -f -- "$state/pending"; then
            warn "everything is as it was before"
            if [ -d "$backup/after" ]; then
                warn "what somebody else had changed meanwhile is in $backup/after"
            else
                rm -rf -- "$backup"
            fi
        else
            warn "make room, then run this again, or with --rollback"
        fi
        ;;
    finishing) warn "the files are in place, but not all is done: make room, then run this again, or with --rollback" ;;
    esac
    rm -rf -- "$work"
    exit "$code"
}

# Write the commands that the changed files ask for, each once, in the order of services.txt, to `due`: a step of the
# runbook does them from there, also after a run that was killed.
note_due() {
    true >"$work/due" || return 1
    while read -r when path command; do
        if has_line "$work/in" "$path"; then
            [ "$when" != remove ] || continue
        elif has_line "$work/out" "$path"; then
            [ "$when" != install ] || continue
        else
            continue
        fi
        has_line "$work/due" "$command" || say "$command" >>"$work/due"
    done <"$1"
    publish "$state/due" <"$work/due"
}

print_due() {
    if [ -s "$work/due" ]; then
        say "Nothing was restarted. To make it take effect, in this order:"
        sed 's/^/    /' "$work/due"
    fi
}

do_install() {
    verify_bundle
    if [ -s "$work/replace" ]; then
        while read -r path; do
            has_line "$work/paths" "$path" || wrong "--replace $path: this archive has no such file"
        done <"$work/replace"
    fi
    placeholders=''
    make_plan
    show_plan
    [ -z "$placeholders" ] || die "render the archive with --secrets FILE; nothing was changed"
    if [ -n "$conflicts" ]; then
        warn "somebody changed these files since the last install; nothing was changed by this run"
        die "keep what was meant in the cluster's description, then: sh install.sh --replace$conflicts"
    fi
    if [ -z "$changes" ] && [ -z "$pending" ]; then
        [ -n "$dry_run" ] || remember
        say "Nothing to do: every file is as this archive has it."
        return 0
    fi
    [ -z "$dry_run" ] || return 0
    ask "Install these files?"
    if [ -n "$pending" ]; then
        say "The last run did not come to its end; this one goes on from there."
        phase=writing
    fi
    note_touched
    judge_before
    keep
    phase=writing
    write_all
    judge_after
    finish_install
}

# Note what this archive has: what its files held when they were installed, and what they ask for.
remember() {
    while read -r mode owner group how sum path; do
        say "$sum $how $path"
    done <"$here/files.txt" >"$work/installed" || die "$work can not be written"
    # What somebody changed stays known, so that it is named again.
    [ ! -f "$work/left" ] || while read -r sum how path; do
        ! has_line "$work/left" "$path" || say "$sum $how $path" >>"$work/installed" || die "$work can not be written"
    done <"$known"
    cmp -s -- "$work/installed" "$state/installed" || publish "$state/installed" <"$work/installed" ||
        die "$state can not be written"
    cmp -s -- "$here/services.txt" "$state/services" || publish "$state/services" <"$here/services.txt" ||
        die "$state can not be written"
}

# The files are in place and judged. From here nothing is undone: `pending` stays until all is done, for the next run.
finish_install() {
    phase=finishing
    trap '' INT TERM HUP
    remember
    say "$pending" | publish "$state/last" || die "$state can not be written"
    # What this archive has was installed; the rest of what changed was removed.
    grep -xF -f "$backup/paths" "$work/paths" >"$work/in"
    cp -- "$backup/paths" "$work/out" || die "$work can not be written"
    note_due "$backup/services" || die "$state can not be written"
    say "Installed. What was replaced is in $backup; --rollback puts it back."
    [ -z "$root" ] || say "The daemons were not asked: $root is not the running system."
    print_due || die "what has to be restarted could not be said"
    rm -f -- "$state/pending" || die "$state can not be written"
    phase='done'
}

do_rollback() {
    if [ -z "$pending" ] && [ -f "$state/pending" ]; then
        [ -n "$dry_run" ] || rm -f -- "$state/pending"
        say "The last run was stopped before it changed anything. Once more takes back the install before it."
        return 0
    elif [ -z "$pending" ]; then
        [ -f "$state/last" ] || die "there is no install to take back"
        find_backup last
        [ -n "$name" ] || die "the backup that $state/last names is not there any more"
    fi
    say "Puts back what $backup holds:"
    conflicts=''
    while read -r was how path real; do
        recorded=$real
        if [ "$how" = block ]; then resolve "$path" follow; else resolve "$path" ''; fi
        [ "$real" = "$recorded" ] || die "$path leads to $real now, and led to $recorded; nothing was changed"
        token "$root$real" "$how"
        now=$token
        token "$backup/before$real" "$how"
        link=''
        [ ! -L "$backup/before$real" ] || link=", a link to $(readlink -- "$backup/before$real")"
        if [ "$was" = new ]; then say "  remove $path"; else say "  put back $path$link"; fi
        if [ "$now" != "$token" ] && ! has_line "$backup/wrote" "$now $how $path" && ! has_line "$work/replace" "$path"; then
            say "  $path was changed since the install"
            conflicts="$conflicts $path"
        elif [ -z "$dry_run" ]; then
            continue
        fi
        if [ "$was$link" = kept ]; then cat "$backup/before$real"; fi >"$work/old"
        show "$path" "$(stat -c %a "$backup/before$real" 2>/dev/null || echo 644)" "$root$real" "$work/old"
    done <"$backup/changes"
    [ -z "$conflicts" ] || die "nothing was changed. To lose these changes: sh install.sh --rollback --replace$conflicts"
    [ -z "$dry_run" ] || return 0
    ask "Put them back?"
    # From here this is a change under way as well, and the next run knows these files.
    [ -n "$pending" ] || mv -fT -- "$state/last" "$state/pending" || die "$state can not be written; nothing was changed"
    if ! put_all_back || ! put_notes_back; then
        die "make room, then run --rollback again"
    fi
    sed -n 's/^kept [a-z]* \([^ ]*\) .*/\1/p' "$backup/changes" >"$work/in"
    sed -n 's/^new [a-z]* \([^ ]*\) .*/\1/p' "$backup/changes" >"$work/out"
    note_due "$backup/services" || die "$state can not be written; run --rollback again"
    say "Put back."
    print_due || die "what has to be restarted could not be said; run --rollback again"
    rm -f -- "$state/pending" || die "$state can not be written; run --rollback again"
}

# --- the call ----------------------------------------------------------------------------------------------------

find_folder "$(dirname -- "$0")" || die "the folder of $0 is not there"
here=$folder
# What is noted of the last install; a backup holds how it was before.
noted='installed services last due'
root='' dry_run='' yes='' rollback='' replace='' phase=looking work=''
while [ "$#" -gt 0 ]; do
    case $1 in
    --root)
        [ "$#" -gt 1 ] || wrong "--root needs a folder"
        [ -n "$2" ] || wrong "--root needs a folder"
        find_folder "$2" || wrong "$2 is no folder"
        root=${folder%/}
        shift
        ;;
    --dry-run) dry_run=yes ;;
    --yes) yes=yes ;;
    --rollback) rollback=yes ;;
    --replace)
        [ "$#" -gt 1 ] || wrong "--replace needs a path"
        while [ "$#" -gt 1 ]; do
            case $2 in
            -*) break ;;
            esac
            plain_path "$2" || wrong "--replace $2: say the path as files.txt has it"
            replace="$replace$2
"
            shift
        done
        ;;
    --help)
        usage
        exit 0
        ;;
    *) wrong "'$1' is no option" ;;
    esac
    shift
done

me=$(id -u)
if [ "$me" -ne 0 ] && { [ -z "$root" ] || [ "$(stat -c %u -- "$root")" != "$me" ]; }; then
    die "only root can install; other users only into a --root of their own"
fi
resolve /var/lib/oxconf follow
state=$root$real state_path=$real
resolve /var/backups/oxconf follow
backups=$root$real
for list in $noted pending; do
    for file in "$state/$list" "$state/$list.new"; do
        [ ! -L "$file" ] || die "$file is a link, which this script did not make; remove it"
    done
done
trap 'leave $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ -n "$dry_run" ]; then
    work=$(mktemp -d) || die "no temporary folder can be made"
else
    for folder in "$state_path" "$real"; do
        make_folders "$folder"
        chmod 0700 -- "$root$folder" || die "$root$folder can not be kept from others"
    done
    # The lock ends with the last process that has the folder open.
    exec 9<"$state"
    flock -n 9
    case $? in
    0) ;;
    1) die "another install.sh is running" ;;
    *) die "$state can not be locked; nothing was changed" ;;
    esac
    rm -rf -- "$state/work"
    mkdir -- "$state/work" || die "$state can not be written; nothing was changed"
    work=$state/work
fi
printf '%s' "$replace" >"$work/replace" || die "$work can not be written; nothing was changed"
known=$work/known
find_backup pending
pending=$name
true >"$known"
for list in "$state/installed" "${pending:+$backup/wrote}" "${pending:+$backup/state/installed}"; do
    [ ! -f "$list" ] || grep -v -e ' whole ' "$list" >>"$known"
done
cut -d' ' -f3 "$known" >"$work/known.paths"
if [ -n "$rollback" ]; then
    do_rollback
else
    do_install
fi
