"""The README of a host: what it is, its files, its ports, what to do."""

from collections.abc import Iterator

from oxconf.artifacts._artifact import Artifact, Install, Switch
from oxconf.artifacts._server import is_mariadb, unit_name
from oxconf.artifacts._template import fill
from oxconf.artifacts.filestore import Exports, Fstab
from oxconf.artifacts.garb import Garb
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.multicast import MulticastInterfaces
from oxconf.artifacts.my_cnf import MyCnf
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.artifacts.sysusers import Sysusers
from oxconf.artifacts.write_address import WriteAddress
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.ports import Listener, listeners
from oxconf.deployment.sizing import budget
from oxconf.deployment.topology import floating_addresses
from oxconf.deployment.units import speak_size
from oxconf.plan import HostPlan

_ROLES = {
    "groupware": "runs Open-Xchange for the users",
    "provisioning": "runs Open-Xchange for provisioning alone; no user comes here",
    "database": "is a database server",
    "web": "is a web server in front of Open-Xchange",
    "balancer": "may hold the web address",
    "filestore": "keeps the filestore and serves it over NFS to the OX hosts that are elsewhere",
    "arbitrator": "votes in the Galera cluster without holding data",
}

_SWITCHES = {
    Switch.APACHE_MODULE: "a2enmod",
    Switch.APACHE_CONF: "a2enconf",
    Switch.APACHE_SITE: "a2ensite",
    Switch.UNIT: "systemctl enable",
}


def host_readme(deployment: Deployment, plan: HostPlan) -> str:
    """Return the Markdown text."""
    host = plan.host
    return fill(
        "readme.md",
        _markdown,
        host=host,
        cluster=deployment.name,
        roles=[_ROLES[role.value] for role in host.roles],
        memory=speak_size(host.memory),
        interface=deployment.network.interface,
        floating=[floating for floating in floating_addresses(deployment) if host in floating.holders],
        files=[
            (
                artifact.path,
                f"{artifact.mode:04o}",
                f"{artifact.owner}:{artifact.group}",
                _how(artifact.install),
                artifact.title,
            )
            for artifact in plan.artifacts
        ],
        ports=[_port(listener, host) for listener in listeners(deployment, host)],
        budget=[(part.name, speak_size(part.size)) for part in budget(deployment, host)],
        total=speak_size(sum(part.size for part in budget(deployment, host))),
        steps=list(_steps(deployment, plan)),
    )


def _how(install: Install) -> str:
    return "block in the existing file" if install is Install.BLOCK else "replace"


def _port(listener: Listener, host: Host) -> tuple[str, str, str, str]:
    port = listener.protocol if listener.port is None else f"{listener.port}/{listener.protocol}"
    callers = ["this host" if name == host.name else name for name in listener.callers]
    return port, listener.address, listener.service, ", ".join(callers) or "this host only"


Step = tuple[str, list[str]]
"""A sentence, and the commands for it."""


def _steps(deployment: Deployment, plan: HostPlan) -> Iterator[Step]:
    """Yield what to do on the host, in order."""
    paths = {artifact.path for artifact in plan.artifacts}
    yield "Check in this folder that nothing was damaged on the way.", ["sha256sum -c SHA256SUMS"]
    yield (
        "Look for passwords that nobody gave; `oxconf render --secrets FILE` puts them in. This prints nothing then.",
        [r"grep -rnE '[=: ]REPLACE_[a-z]*( \\)?$' rootfs"],
    )
    if Sysusers.path in paths:
        uid, gid = deployment.filestore.uid, deployment.filestore.gid
        yield (
            "Create the user open-xchange before a package does: its numbers must be the same on all hosts. The last "
            "command fails where another user has them already.",
            [
                f"install -D -m 0644 rootfs{Sysusers.path} {Sysusers.path}",
                f"systemd-sysusers {Sysusers.path}",
                f'test "$(id -u open-xchange):$(id -g open-xchange)" = {uid}:{gid}',
            ],
        )
    packages = _packages(deployment, plan)
    if packages:
        yield "Install the packages.", [f"apt install {' '.join(packages)}"]
    if plan.host.has(Role.FILESTORE):
        folder = deployment.filestore.path
        yield (
            "Create the folder of the filestore.",
            [f"install -d -o open-xchange -g open-xchange -m 0750 {folder}"],
        )
    if OxInstaller.path in paths:
        yield (
            "Install the Open-Xchange packages, then configure them once. The files below replace what this writes.",
            [f"sh rootfs{OxInstaller.path}"],
        )
        yield (
            "Take the line `127.0.1.1` with this host's name, which Debian's installer writes, out of /etc/hosts: "
            "the caches tell each other the address that this name has.",
            [f"getent ahostsv4 {plan.host.name}"],
        )
    if MyCnf.path in paths:
        yield (
            "Stop the database server. Its block belongs at the end of the file that /etc/mysql/my.cnf is a link to.",
            [f"systemctl stop {unit_name(deployment)}", "readlink -f /etc/mysql/my.cnf"],
        )
    yield (
        "Keep the old ones, and copy the files with the mode and owner above; add each block to its file.",
        [],
    )
    yield from _switch_on(plan, paths)
    if Fstab.path in paths:
        path = deployment.filestore.path
        yield "Mount the filestore.", [f"mkdir -p {path}", f"mount {path}"]
    if Exports.path in paths:
        yield "Export the folder.", ["exportfs -ra"]
    if MyCnf.path in paths or OxInstaller.path in paths:
        yield (
            "What follows is not part of this archive: the database accounts (by address: names are not resolved), the "
            "first start of a database cluster, and the registration in Open-Xchange. The tutorial has them.",
            [],
        )


def _packages(deployment: Deployment, plan: HostPlan) -> list[str]:
    """Return Debian's packages for the files of a host; those of Open-Xchange and of other vendors are not Debian's."""
    kinds = {type(artifact) for artifact in plan.artifacts}
    database = ["mariadb-server"] if is_mariadb(deployment) else []
    if is_mariadb(deployment) and deployment.database.mode is Mode.GALERA:
        # The full state transfer needs both; Debian's mariadb-server depends on socat, which other packages need not.
        database += ["mariadb-backup", "socat"]
    by_kind: tuple[tuple[type[Artifact], list[str]], ...] = (
        (MyCnf, database),
        (WriteAddress, ["iputils-arping"]),
        (Garb, ["galera-arbitrator-4"]),
        (HaproxyCfg, ["haproxy"]),
        (ProxyAjp, ["apache2"]),
        (KeepalivedConf, ["keepalived"]),
        (Exports, ["nfs-kernel-server"]),
        (Fstab, ["nfs-common"]),
    )
    return [package for kind, packages in by_kind if kind in kinds for package in packages]


def _switch_on(plan: HostPlan, paths: set[str]) -> Iterator[Step]:
    """Yield how the running host takes what the files say; a package has started its service already."""
    enables = [enable for artifact in plan.artifacts for enable in artifact.enables()]
    commands = []
    if any(path.startswith("/etc/systemd/system/") for path in paths):
        commands.append("systemctl daemon-reload")
    for switch, command in _SWITCHES.items():
        names = [enable.name for enable in enables if enable.switch is switch]
        if names:
            commands.append(f"{command} {' '.join(names)}")
    units = [enable.name for enable in enables if enable.switch is Switch.UNIT]
    if units:
        commands.append(f"systemctl restart {' '.join(units)}")
    for artifact in plan.artifacts:
        if isinstance(artifact, MulticastInterfaces):
            commands += [
                f"ip route replace {route.network} dev {route.interface}" for route in artifact.routes
            ]
    if commands:
        yield (
            "Switch on what the files need; restart what a package has started with its own files.",
            commands,
        )


def _markdown(text: str) -> str:
    # A pipe would end the cell of a table.
    return text.replace("|", "\\|")
