"""What has to be done on a host before a changed file of ours takes effect, in the order in which it is safe."""

import shlex
from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from oxconf.artifacts._artifact import Artifact, Switch
from oxconf.artifacts._server import unit_name
from oxconf.artifacts.filestore import Fstab
from oxconf.artifacts.lvs_kernel import LvsAddresses
from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit
from oxconf.artifacts.write_address import UNIT, WriteAddress
from oxconf.deployment.model import Deployment, Mode

INSTALL, REMOVE, BOTH = "install", "remove", "both"
"""The file is new or changed; it was taken away; either."""

Command = tuple[str, str]
"""When, and the command line."""

Rule = Callable[[Deployment, Artifact], Iterator[Command]]

CARE = "  # "
"""Begins the note behind a command that people notice, and which a person takes at an hour of their own choice."""

UNIT_FOLDER = "/etc/systemd/system/"

SWITCHES = {
    Switch.APACHE_MODULE: "a2enmod",
    Switch.APACHE_CONF: "a2enconf",
    Switch.APACHE_SITE: "a2ensite",
    Switch.APACHE_SITE_OFF: "a2dissite",
    Switch.UNIT: "systemctl enable",
}
"""The command that switches something on, in the order in which they are called."""


@frozen
class _Service:
    """One command for every file of some kinds."""

    kinds: tuple[str, ...]
    command: str
    when: str = INSTALL

    def __call__(self, deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
        if artifact.kind in self.kinds:
            yield self.when, self.command


DATABASE_KINDS = (
    "my-cnf",
    "ox-cnf",
    "wsrep-cnf",
    "host-cnf",
    "gtid-cnf",
    "mariadb-dropin",
    "mysql-dropin",
)
OX_KINDS = (
    "groupware-configdb",
    "admindaemon-configdb",
    "ajp-properties",
    "groupware-cache",
    "admindaemon-cache",
    "session-cache",
    "filestore-guard",
    "filestore-guard-for-scripts",
    "imapauth-properties",
)
READ_ANEW = (
    "hosts",
    "root-my-cnf",
    "debian-cnf",
    "clustercheck",
    "clustercheck-cnf",
    "clustercheck-service",
    "oxinstaller",
    "check-web",
    "check-maxscale",
    "none-fit",
    "backup",
    "backup-cnf",
    "backup-service",
    "restore",
)
"""Kinds of files that are read each time they are needed; the units among them need `daemon-reload` alone."""


def _users(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    if artifact.kind == "sysusers":
        yield INSTALL, f"systemd-sysusers {artifact.path}"


def _switch_off(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    """Yield what a file leaves behind that is gone. Apache's modules stay: another file may need them."""
    for enable in artifact.enables():
        if enable.switch is Switch.UNIT:
            yield REMOVE, f"systemctl disable --now {shlex.quote(enable.name)}"
        elif enable.switch is Switch.APACHE_CONF:
            yield REMOVE, f"a2disconf {shlex.quote(enable.name)}"
        elif enable.switch is Switch.APACHE_SITE:
            yield REMOVE, f"a2dissite {shlex.quote(enable.name)}"
        elif enable.switch is Switch.APACHE_SITE_OFF:
            yield REMOVE, f"a2ensite {shlex.quote(enable.name)}"


def _units(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    # systemd makes a unit of each line of fstab.
    if artifact.path.startswith(UNIT_FOLDER) or isinstance(artifact, Fstab):
        yield BOTH, "systemctl daemon-reload"


def _switch_on(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    for switch, command in SWITCHES.items():
        names = [enable.name for enable in artifact.enables() if enable.switch is switch]
        if names:
            yield INSTALL, f"{command} {shlex.join(names)}"


def _network(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    if isinstance(artifact, MulticastInterfaces):
        for route in artifact.routes:
            yield INSTALL, f"ip route replace {route.network} dev {shlex.quote(route.interface)}"
    elif isinstance(artifact, MulticastUnit | LvsAddresses):
        for enable in artifact.enables():
            yield INSTALL, f"systemctl restart {enable.name}"


def _database(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    if artifact.kind in DATABASE_KINDS:
        care = {
            Mode.STANDALONE: "nobody can read or write until it is back",
            Mode.GALERA: 'one node at a time: wait until wsrep_local_state_comment is "Synced"',
            Mode.REPLICATION: "one server at a time, the slaves first",
        }[deployment.database.mode]
        yield BOTH, f"systemctl restart {unit_name(deployment)}{CARE}{care}"


def _write_address(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    # Where it does not run it must stay so: two servers would have the address.
    if isinstance(artifact, WriteAddress):
        yield INSTALL, f"systemctl try-restart {UNIT}"


def _mounts(deployment: Deployment, artifact: Artifact) -> Iterator[Command]:
    if isinstance(artifact, Fstab):
        for mount in artifact.mounts:
            path = shlex.quote(mount.file)
            yield INSTALL, f"mkdir -p {path} && {{ mountpoint -q {path} || mount {path}; }}"


RULES: tuple[Rule, ...] = (
    _users,
    _switch_off,
    _units,
    _switch_on,
    _Service(("lvs-modules",), "systemctl restart systemd-modules-load.service"),
    _Service(("lvs-sysctl",), "systemctl restart systemd-sysctl.service"),
    _network,
    _database,
    _Service(("clustercheck-socket",), "systemctl restart clustercheck.socket"),
    _write_address,
    _Service(("garb",), "systemctl restart garb.service"),
    _Service(("percona-garb",), "systemctl restart garbd.service"),
    _Service(("haproxy-cfg",), "systemctl reload-or-restart haproxy.service"),
    # It reads its file when it starts, and keepalived asks it.
    _Service(("maxscale-cnf",), "systemctl restart maxscale.service"),
    _Service(("keepalived-conf",), "systemctl reload-or-restart keepalived.service"),
    _Service(("munin-node", "munin-database"), "systemctl restart munin-node.service"),
    _Service(("backup-timer",), "systemctl restart oxconf-backup.timer"),
    _Service(("exports",), "exportfs -ra", BOTH),
    _mounts,
    _Service(OX_KINDS, f"systemctl restart 'open-xchange*.service'{CARE}one OX node at a time", BOTH),
    _Service(
        ("proxy-ajp", "https-site", "remoteip"),
        "apache2ctl configtest && systemctl reload-or-restart apache2.service",
        BOTH,
    ),
    # Last: who shuts himself out has at least done the rest.
    _Service(("nftables",), "systemctl reload-or-restart nftables.service"),
)
"""In the order in which to do it: what others need comes first."""


def effects(deployment: Deployment, artifacts: Iterable[Artifact]) -> Iterator[tuple[str, str, str]]:
    """Yield for the files of a host when, the path, and the command; in the order in which to do it."""
    artifacts = tuple(artifacts)
    for rule in RULES:
        for artifact in artifacts:
            for when, command in rule(deployment, artifact):
                yield when, artifact.path, command


def after(
    deployment: Deployment,
    *,
    added: Iterable[Artifact] = (),
    changed: Iterable[Artifact] = (),
    removed: Iterable[Artifact] = (),
) -> tuple[str, ...]:
    """Return the commands of a host, each once. What has only changed is switched on already."""
    turns = ((tuple(added), INSTALL), (tuple(changed), INSTALL), (tuple(removed), REMOVE))
    commands = (
        command
        for rule in RULES
        for number, (artifacts, now) in enumerate(turns)
        if not (number == 1 and rule is _switch_on)
        for artifact in artifacts
        for when, command in rule(deployment, artifact)
        if when in (now, BOTH)
    )
    return tuple(dict.fromkeys(commands))
