"""What is made in Open-Xchange itself, with its own tools: the registration of the cluster, a context, a user."""

import shlex

from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.deployment.model import Authentication, Deployment, Mail
from oxconf.deployment.topology import MYSQL_PORT, Endpoint, read_endpoint, write_endpoint
from oxconf.plan import HostPlan
from oxconf.runbook.hosts import STATE
from oxconf.runbook.ox import ADMIN, DATABASE, LOG, SBIN, START_SECONDS
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

PASSWORDS = "/root/oxconf-test-passwords"

LISTED = f"""\
# listed TOOL NAME: the id of what has this name. With --csv the tools print id, name and more, in quotes.
listed() {{
  rows=$({SBIN}/"$1" {ADMIN} --csv) || stop "$1 does not answer"
  printf '%s\\n' "$rows" | tr -d '"' | while IFS=, read -r id name rest; do
    case $name in file:*) name=file:///$(printf '%s' "${{name#file:}}" | sed 's|^/*||') ;; esac
    [ "$name" != "$2" ] || printf '%s\\n' "$id"
  done
}}"""
"""SOURCE: ListServer, ListFilestore, ListDatabase and BasicCommandlineOptions.doCSVOutput of appsuite-middleware."""

ANSWERS = Test(
    "the administration answers",
    f"  wait_for 120 {SBIN}/listserver {ADMIN}",
    f"Look at {LOG}; the password of oxadminmaster is the one that oxinstaller was given.",
)


def _target(endpoint: Endpoint) -> str:
    """Return an endpoint as registerdatabase takes it.

    SOURCE: DatabaseAbstraction.java of appsuite-middleware puts the text between jdbc:mysql:// and a slash, so a port
    may be in it.
    """
    port = "" if endpoint.port == MYSQL_PORT else f":{endpoint.port}"
    return f"{endpoint.address}{port}"


def register(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that registers server, filestore and databases; the slave's master is the id that came back."""
    pool = deployment.database.pool.max_active
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    database = (
        f'{SBIN}/registerdatabase {ADMIN} --dbuser {DATABASE_USER} --dbpasswd "$configdb_password" '
        f"--poolmax {pool} --poolhardlimit true"
    )
    slave = ""
    if (read.address, read.port) != (write.address, write.port):
        slave = f"""
once listdatabase {DATABASE}_slave {database} \\
  --name {DATABASE}_slave --hostname {_target(read)} --master false --masterid="$id\""""
    server, store = shlex.quote(deployment.ox.server_name), f"file://{deployment.filestore.path}"
    return Step(
        host=plan.host.name,
        slug="register",
        title="Register the cluster",
        why="One server, one filestore, one database: every OX node finds them in configdb."
        + (" Reads have an endpoint of their own, so they are registered as its slave." if slave else ""),
        before=(ANSWERS,),
        command=f"""\
{LISTED}
# once LIST NAME COMMAND...: what is registered twice is there twice. Its id is in $id.
once() {{
  list=$1
  name=$2
  shift 2
  id=$(listed "$list" "$name")
  if [ -n "$id" ]; then
    say "$name is registered already, as $id."
  else
    "$@" || stop "$name could not be registered"
    id=$(listed "$list" "$name")
    [ -n "$id" ] || stop "$name was registered, but $list does not know it"
  fi
}}
if [ -z "$(listed listdatabase {DATABASE})" ]; then
  rows=$({SBIN}/listdatabase {ADMIN} --csv | sed 1d)
  [ -z "$rows" ] || stop "configdb knows other databases, as after a reload. Let the master of them lead to this \\
cluster, then take this step again: {SBIN}/changedatabase -A oxadminmaster -P PASSWORD --id ID --name {DATABASE} \\
--hostname {_target(write)} --dbuser {DATABASE_USER} --dbpasswd PASSWORD"
fi
once listserver {server} {SBIN}/registerserver {ADMIN} -n {server}
once listfilestore {store} {SBIN}/registerfilestore {ADMIN} -t {store}
once listdatabase {DATABASE} {database} \\
  --name {DATABASE} --hostname {_target(write)} --master true{slave}
ox restart""",
        after=(
            Test(
                "the database is listed",
                f"  database() {{ {SBIN}/listdatabase {ADMIN} | grep -qw {DATABASE}; }}\n"
                f"  wait_for {START_SECONDS} database",
            ),
        ),
        repeat=Repeat.SKIPS,
        undo=f"listdatabase, listfilestore and listserver name the ids; then, in {SBIN} and with -A oxadminmaster -P "
        "PASSWORD: unregisterdatabase -i ID, the slave first, unregisterfilestore -i ID and unregisterserver -i ID.",
        needs=(State(plan.host.name, Holds.OX),),
        gives=(State(plan.host.name, Holds.REGISTERED),),
        log=LOG,
        secrets=("configdb", "master"),
    )


def context(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that makes a first context and a user to try everything with.

    SOURCE (IMAPAuthentication.java of appsuite-middleware): with the full login, the IMAP server is asked for
    user@domain, and the domain has to be a login mapping of the context; else it is asked for the user, and the mapping
    is defaultcontext. createuser leaves the login of the mail account empty where none is given.
    """
    mail = deployment.mail
    look = f"{SBIN}/listcontext {ADMIN} -s defaultcontext"
    mailbox: tuple[Test, ...] = ()
    why = "With them somebody can log in and see that everything works together."
    if _by_imap(mail):
        shell = "  case ${words# } in *' '*) return 1 ;; ?*@?*) ;; *) return 1 ;; esac"
        mailbox = (Test("the word is the address of a mailbox", shell, "See --help."),)
        why += f" {mail.imap_server} lets the user in, with the password of the mailbox."
    return Step(
        host=plan.host.name,
        slug="context",
        title="Make a context and a test user",
        why=why,
        words=f"ADDRESS of a mailbox on {mail.imap_server}" if mailbox else "",
        example="testuser@example.com" if mailbox else "",
        before=(*mailbox, ANSWERS),
        command=f"""\
umask 077
secret() {{ od -A n -N 12 -t x1 /dev/urandom | tr -d ' \\n'; }}
found=$({look} --csv)
found=$(printf '%s\\n' "$found" | sed 1d)
if [ ! -s {PASSWORDS} ] && [ -n "$found" ]; then
  say 'There is a context with the mapping defaultcontext that this step has not made: it stays as it is.'
  exit 0
fi
# The passwords are on the disk before they count: a run that was killed goes on with them.
[ -s {PASSWORDS} ] || printf 'oxadmin %s\\ntestuser %s\\n' "$(secret)" "$(secret)" >{PASSWORDS}
admin=$(sed -n 's/^oxadmin //p' {PASSWORDS})
user=$(sed -n 's/^testuser //p' {PASSWORDS})
{_user(mail)}
[ -n "$found" ] ||
  {SBIN}/createcontext {ADMIN} -c 1 -u oxadmin -d 'Context Admin' -g Admin -s User -p "$admin" \\
    -L "$mappings" -e oxadmin@example.com -q 1024 --access-combination-name=all
users=$({SBIN}/listuser -c 1 -A oxadmin -P "$admin" --csv)
printf '%s\\n' "$users" | tr -d '"' | grep -qF ",$name," ||
  {SBIN}/createuser -c 1 -A oxadmin -P "$admin" -u "$name" -d 'Test User' -g Test -s User -p "$user" \\
    -e "$address"{_account(mail)}
mark context
{_said(mail)}""",
        done=f"  [ -e {STATE}/context ]",
        after=(
            Test(
                "the context is listed",
                f"  context() {{ {look} | grep -q defaultcontext; }}\n  wait_for 60 context",
            ),
        ),
        repeat=Repeat.SKIPS,
        undo=f"{SBIN}/deletecontext -A oxadminmaster -c 1, which asks for the password; then rm {STATE}/context "
        f"{PASSWORDS}.",
        needs=(State(plan.host.name, Holds.REGISTERED),),
        log=LOG,
        secrets=("master",),
    )


def _by_imap(mail: Mail) -> bool:
    return mail.authentication is Authentication.IMAP


def _user(mail: Mail) -> str:
    """Return shell that sets the user's name and address, and the mappings by which the context is found."""
    if not _by_imap(mail):
        return "name=testuser\naddress=testuser@example.com\nmappings=defaultcontext"
    domain = ",${address##*@}" if mail.full_login else ""
    return f"address=${{words# }}\nname=${{address%@*}}\nmappings=defaultcontext{domain}"


def _account(mail: Mail) -> str:
    """Return the options that give the user a mail account: createuser knows none of its own."""
    if not _by_imap(mail):
        return ""
    login = "$address" if mail.full_login else "$name"
    # Early releases take HOST:PORT alone.
    scheme = "imaps://" if mail.imap_secure else ""
    server = shlex.quote(f"{scheme}{mail.imap_server}:{mail.imap_port}")
    return (
        f' \\\n    --imaplogin "{login}" --imapserver {server} --smtpserver {shlex.quote(mail.smtp_server)}'
    )


def _said(mail: Mail) -> str:
    if not _by_imap(mail):
        return f"say 'Their passwords are in {PASSWORDS}; remove it when you know them.'"
    login = "$address" if mail.full_login else "$name"
    return (
        f'say "{login} logs in with the password of the mailbox."\n'
        f"say 'The password of oxadmin is for the tools alone: {PASSWORDS}; remove it when you know it.'"
    )
