"""The steps of an OX host: first configuration, start, and the registration of the cluster in configdb."""

from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.ports import ADMINDAEMON_CACHE_PORT, GROUPWARE_CACHE_PORT
from oxconf.deployment.topology import (
    MYSQL_PORT,
    is_writer,
    ox_hosts,
    read_endpoint,
    write_endpoint,
    writer,
)
from oxconf.plan import HostPlan
from oxconf.runbook.hosts import CONFIGURED, STATE, routes
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

SBIN = "/opt/open-xchange/sbin"
LOG = "/var/log/open-xchange/open-xchange.log.0"

OWNED = "/opt/open-xchange/etc/"
"""oxinstaller writes below it; what the archive has there as well is put back after each call."""

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
    exists = (
        f"  {mysql} --skip-column-names --execute=\"SHOW TABLES IN configdb LIKE 'server'\" | grep -qx server"
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
        ),
        loses=f"This makes configdb on {server.name}. It is taken once in the cluster's life.",
        command=(
            f'{SBIN}/initconfigdb --configdb-user={DATABASE_USER} --configdb-pass="$configdb_password" '
            f"--configdb-host={address} --configdb-port={MYSQL_PORT}"
        ),
        # Also one that came out of a dump.
        done=exists,
        after=(Test("configdb exists", exists),),
        repeat=Repeat.SKIPS,
        undo="DROP DATABASE configdb, as long as nothing is registered in it.",
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
            Test(
                "the files of this archive for Open-Xchange are not installed yet",
                f"  ! grep -qs ' {OWNED}' {STATE}/installed",
                "oxinstaller would write over them: take the runbook reconfigure, which puts them back. If it was "
                f"called before they were installed: touch {CONFIGURED}.",
            ),
        ),
        command=f"sh rootfs{OxInstaller.path}\nmark oxinstaller",
        done=f"  [ -e {CONFIGURED} ]",
        after=(Test("oxinstaller has run", f"  [ -e {CONFIGURED} ]"),),
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
            # Java's sockets are of both families: ss shows their addresses as [::ffff:192.0.2.1].
            f"  ss -Htn state established | tr -d '[]' | grep -F {other.address}: | "
            f"grep -qE ':({GROUPWARE_CACHE_PORT}|{ADMINDAEMON_CACHE_PORT}) '",
            f"Multicast between the two, /etc/hosts on both, and {LOG}; it takes a minute after a start.",
        )
        for other in ox_hosts(deployment)
        if other is not host
    ]
    return tuple(tests)
