"""The steps of an OX host: first configuration, start, and the registration of the cluster in configdb."""

import shlex

from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.ports import ADMINDAEMON_CACHE_PORT, GROUPWARE_CACHE_PORT
from oxconf.deployment.topology import (
    MYSQL_PORT,
    Endpoint,
    is_writer,
    ox_hosts,
    read_endpoint,
    write_endpoint,
    writer,
)
from oxconf.plan import HostPlan
from oxconf.runbook.hosts import routes
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

SBIN = "/opt/open-xchange/sbin"
LOG = "/var/log/open-xchange/open-xchange.log.0"
STATE = "/var/lib/oxconf"
ADMIN = '-A oxadminmaster -P "$master_password"'
START_SECONDS = 300
DATABASE = "oxdatabase"

WAYS = (("haproxy-cfg", "haproxy.service"), ("maxscale-cnf", "maxscale.service"))
"""Units that lead OX to the database, by the kind of their file."""


def first(deployment: Deployment) -> Host:
    """Return the OX host that makes configdb and registers the cluster: a provisioning node where there is one."""
    return next(iter(deployment.with_role(Role.PROVISIONING)), ox_hosts(deployment)[0])


def configdb(deployment: Deployment, plan: HostPlan, servers: tuple[Host, ...]) -> Step:
    """Return the step that makes configdb, once in the cluster's life."""
    server, host = writer(deployment), plan.host
    # The local HAProxy is not there yet, and what is made here must be on the writer.
    address = "127.0.0.1" if server is host else str(server.address)
    # Without option files: root's own would give its password first.
    mysql = (
        f"MYSQL_PWD=$configdb_password mysql --no-defaults --host={address} --port={MYSQL_PORT} "
        f"--user={DATABASE_USER} --batch"
    )
    return Step(
        host=host.name,
        slug="configdb",
        title="Make configdb",
        why="The initconfigdb of that generation drops a configdb that exists, with every registration in it.",
        before=(
            Test(
                f"{server.name} lets {DATABASE_USER} in from here",
                f"  {mysql} --execute='SELECT 1'",
                f"Take the step accounts on {server.name}; look at firewalls between the hosts.",
            ),
            Test(
                "there is no configdb yet",
                f'  [ -z "$({mysql} --skip-column-names --execute="SHOW DATABASES LIKE \'configdb\'")" ]',
                "It exists, and this step would empty it. Go on with the next step.",
            ),
        ),
        loses=f"This makes configdb on {server.name}. It is taken once in the cluster's life.",
        command=(
            f'{SBIN}/initconfigdb --configdb-user={DATABASE_USER} --configdb-pass="$configdb_password" '
            f"--configdb-host={address} --configdb-port={MYSQL_PORT}\n"
            f"install -d {STATE}\ntouch {STATE}/configdb"
        ),
        done=f"  [ -e {STATE}/configdb ]",
        after=(
            Test(
                "configdb exists",
                f"  {mysql} --skip-column-names --execute=\"SHOW DATABASES LIKE 'configdb'\" | grep -qx configdb",
            ),
        ),
        repeat=Repeat.SKIPS,
        undo=f"DROP DATABASE configdb, as long as nothing is registered in it; rm {STATE}/configdb.",
        needs=(
            State(host.name, Holds.PACKAGES),
            *(State(each.name, Holds.DATABASE) for each in servers if is_writer(deployment, each)),
        ),
        gives=(State(host.name, Holds.CONFIGDB),),
        secrets=("configdb",),
    )


def configure(plan: HostPlan) -> Step:
    """Return the step that calls oxinstaller, before our files replace what it writes."""
    host = plan.host.name
    return Step(
        host=host,
        slug="oxinstaller",
        title="Configure Open-Xchange for the first time",
        why="oxinstaller writes files of its own; those of this archive replace some of them in the next step.",
        before=(
            Test(
                "Open-Xchange is installed",
                f"  [ -x {SBIN}/oxinstaller ]",
                "Take the step packages.",
            ),
        ),
        command=f"sh rootfs{OxInstaller.path}\ninstall -d {STATE}\ntouch {STATE}/oxinstaller",
        done=f"  [ -e {STATE}/oxinstaller ]",
        repeat=Repeat.SKIPS,
        undo="There is no need: another call writes everything anew. See the runbook reconfigure.",
        needs=(State(host, Holds.PACKAGES),),
        gives=(State(host, Holds.CONFIGURED),),
    )


def start(deployment: Deployment, plan: HostPlan, *, registered: bool, needs: tuple[State, ...]) -> Step:
    """Return the step that starts Open-Xchange; on the first host before anything is registered."""
    host = plan.host
    lines = list(routes(plan))
    units = [enable.name for artifact in plan.artifacts for enable in artifact.enables()]
    lines += [f"systemctl start {unit}" for unit in units if unit.endswith(".service") and "oxconf" in unit]
    kinds = {artifact.kind for artifact in plan.artifacts}
    lines += [f"systemctl enable {unit}\nsystemctl restart {unit}" for kind, unit in WAYS if kind in kinds]
    lines.append("ox enable\nox restart")
    return Step(
        host=host.name,
        slug="start-ox",
        title="Start Open-Xchange",
        why="The route of the caches' multicast and the way to the database come first.",
        before=(
            Test(
                f"{host.name} is {host.address} to this host",
                f"  [ \"$(getent ahostsv4 {host.name} | head -n 1 | cut -d ' ' -f 1)\" = {host.address} ]",
                "Take the line of 127.0.1.1 out of /etc/hosts: the caches tell each other the address of this name.",
            ),
        ),
        command="\n".join(lines),
        after=(
            Test(
                f"Open-Xchange answers on port {deployment.ox.ajp_port}",
                f"  wait_for {START_SECONDS} answers {host.address} {deployment.ox.ajp_port}",
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo="ox stop, which is systemctl stop of the units of Open-Xchange.",
        needs=(
            State(host.name, Holds.CONFIGURED),
            State(host.name, Holds.ENABLED),
            State(host.name, Holds.FILESTORE),
            State(first(deployment).name, Holds.REGISTERED if registered else Holds.CONFIGDB),
            *needs,
        ),
        gives=(State(host.name, Holds.OX),),
        log=LOG,
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
once slave {database} \\
  --name {DATABASE}_slave --hostname {_target(read)} --master false --masterid="$master_id\""""
    return Step(
        host=plan.host.name,
        slug="register",
        title="Register the cluster",
        why="One server, one filestore, one database: every OX node finds them in configdb."
        + (" Reads have an endpoint of their own, so they are registered as its slave." if slave else ""),
        before=(
            Test(
                "the administration answers",
                f"  wait_for 120 {SBIN}/listserver {ADMIN}",
                f"Look at {LOG}; the password of oxadminmaster is the one that oxinstaller was given.",
            ),
        ),
        command=f"""\
install -d {STATE}
# once NAME COMMAND...: what is registered twice is there twice.
once() {{
  name=$1
  shift
  if [ -e {STATE}/"registered.$name" ]; then
    say "$name is registered already: $(cat {STATE}/"registered.$name")"
  else
    said=$("$@")
    say "$said"
    printf '%s\\n' "$said" >{STATE}/"registered.$name"
  fi
}}
once server {SBIN}/registerserver {ADMIN} -n {shlex.quote(deployment.ox.server_name)}
once filestore {SBIN}/registerfilestore {ADMIN} -t file://{deployment.filestore.path}
once master {database} \\
  --name {DATABASE} --hostname {_target(write)} --master true
master_id=$(sed -n 's/^database \\([0-9][0-9]*\\) registered.*/\\1/p' {STATE}/registered.master)
[ -n "$master_id" ] || stop 'registerdatabase named no id: look at {STATE}/registered.master'{slave}
ox restart""",
        after=(
            Test(
                "the database is listed",
                f"  {SBIN}/listdatabase {ADMIN} | grep -q {DATABASE}",
            ),
        ),
        repeat=Repeat.SKIPS,
        undo="unregisterdatabase, unregisterfilestore and unregisterserver, then rm "
        + f"{STATE}/registered.*",
        needs=(State(plan.host.name, Holds.OX),),
        gives=(State(plan.host.name, Holds.REGISTERED),),
        log=LOG,
        secrets=("configdb", "master"),
    )


def context(plan: HostPlan) -> Step:
    """Return the step that makes a first context and a user to try everything with."""
    return Step(
        host=plan.host.name,
        slug="context",
        title="Make a context and a test user",
        why="With them somebody can log in and see that everything works together.",
        command=f"""\
umask 077
secret() {{ od -A n -N 12 -t x1 /dev/urandom | tr -d ' \\n'; }}
admin=$(secret)
user=$(secret)
printf 'oxadmin %s\\ntestuser %s\\n' "$admin" "$user" >/root/oxconf-test-passwords
{SBIN}/createcontext {ADMIN} -c 1 -u oxadmin -d 'Context Admin' -g Admin -s User -p "$admin" \\
  -L defaultcontext -e oxadmin@example.com -q 1024 --access-combination-name=all
{SBIN}/createuser -c 1 -A oxadmin -P "$admin" -u testuser -d 'Test User' -g Test -s User -p "$user" \\
  -e testuser@example.com
touch {STATE}/context
say 'Their passwords are in /root/oxconf-test-passwords; remove it when you know them.'""",
        done=f"  [ -e {STATE}/context ]",
        after=(Test("the context is listed", f"  {SBIN}/listcontext {ADMIN} | grep -q defaultcontext"),),
        repeat=Repeat.SKIPS,
        undo=f"{SBIN}/deletecontext -A oxadminmaster -c 1, which asks for the password; rm {STATE}/context.",
        needs=(State(plan.host.name, Holds.REGISTERED),),
        log=LOG,
        secrets=("master",),
    )


def checks(deployment: Deployment, plan: HostPlan) -> tuple[Test, ...]:
    """Return what verify.sh looks at on an OX host."""
    host, network = plan.host, deployment.network
    tests = [
        Test(
            f"Open-Xchange answers on port {deployment.ox.ajp_port}",
            f"  answers {host.address} {deployment.ox.ajp_port}",
            f"Look at {LOG}",
        ),
        Test(
            f"multicast to {network.multicast_group} leaves by {network.interface}",
            f"  ip route get {network.multicast_group} | grep -qw 'dev {network.interface}'",
            "; ".join(routes(plan)) or "systemctl start oxconf-multicast-route.service",
        ),
    ]
    for endpoint, what in ((write_endpoint(deployment), "writes"), (read_endpoint(deployment), "reads")):
        tests.append(
            Test(
                f"the database answers where the {what} go, {endpoint.address}:{endpoint.port}",
                f"  MYSQL_PWD=$configdb_password mysql --no-defaults --host={endpoint.address} --port={endpoint.port} "
                f"--user={DATABASE_USER} --execute='SELECT 1 FROM configdb.server LIMIT 1'",
                "Look at what stands in front of the database on this host, then at the database servers.",
            )
        )
    tests += [
        Test(
            f"the caches of this host and of {other.name} are connected",
            f"  ss -Htn state established | grep -F {other.address}: | "
            f"grep -qE ':({GROUPWARE_CACHE_PORT}|{ADMINDAEMON_CACHE_PORT}) '",
            f"Multicast between the two, /etc/hosts on both, and {LOG}; it takes a minute after a start.",
        )
        for other in ox_hosts(deployment)
        if other is not host
    ]
    return tuple(tests)
