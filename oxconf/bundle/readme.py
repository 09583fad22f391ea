"""The README of a host: what it is, its files, its ports, what to do."""

from collections.abc import Iterator

from oxconf.artifacts._artifact import Install, Switch
from oxconf.artifacts._template import fill
from oxconf.artifacts.filestore import Exports, Fstab
from oxconf.artifacts.my_cnf import MyCnf
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.artifacts.sysusers import Sysusers
from oxconf.deployment.model import Deployment
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
    "balancer": "holds the web address while it is the first healthy one",
    "filestore": "serves the filestore over NFS",
    "arbitrator": "votes in the Galera cluster without holding data",
}

_SWITCHES = {
    Switch.UNIT: "systemctl enable",
    Switch.APACHE_MODULE: "a2enmod",
    Switch.APACHE_CONF: "a2enconf",
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
        ports=[_port(listener) for listener in listeners(deployment, host)],
        budget=[(part.name, speak_size(part.size)) for part in budget(deployment, host)],
        total=speak_size(sum(part.size for part in budget(deployment, host))),
        steps=list(_steps(deployment, plan)),
    )


def _how(install: Install) -> str:
    return "block in the existing file" if install is Install.BLOCK else "replace"


def _port(listener: Listener) -> tuple[str, str, str, str]:
    port = listener.protocol if listener.port is None else f"{listener.port}/{listener.protocol}"
    return port, listener.address, listener.service, ", ".join(listener.callers) or "this host only"


def _steps(deployment: Deployment, plan: HostPlan) -> Iterator[tuple[str, list[str]]]:
    """Yield what to do on the host, in order: a sentence, and the commands for it."""
    paths = [artifact.path for artifact in plan.artifacts]
    yield "Check in this folder that nothing was damaged on the way.", ["sha256sum -c SHA256SUMS"]
    yield (
        "Look for passwords that nobody gave; `oxconf render --secrets FILE` puts them in. This prints nothing then.",
        ["grep -rn --exclude=oxconf-oxinstaller REPLACE_ rootfs"],
    )
    if Sysusers.path in paths:
        yield (
            "Create the user open-xchange before a package does: its numbers must be the same on all hosts.",
            [
                f"install -D -m 0644 rootfs{Sysusers.path} {Sysusers.path}",
                f"systemd-sysusers {Sysusers.path}",
            ],
        )
    if Exports.path in paths:
        folder = deployment.filestore.path
        yield (
            "Create the folder of the filestore.",
            [f"install -d -o open-xchange -g open-xchange -m 0750 {folder}"],
        )
    if Fstab.path in paths:
        yield "Create the mount point of the filestore.", [f"mkdir -p {deployment.filestore.path}"]
    if OxInstaller.path in paths:
        yield (
            "Install the Open-Xchange packages, then configure them once. The files below replace what this writes.",
            [f"sh rootfs{OxInstaller.path}"],
        )
    if MyCnf.path in paths:
        yield (
            "Stop the database server. Its block belongs at the end of the file that /etc/mysql/my.cnf is a link to.",
            ["readlink -f /etc/mysql/my.cnf"],
        )
    yield (
        "Keep the old ones, and copy the files with the mode and owner above; add each block to its file.",
        [],
    )
    enables = [enable for artifact in plan.artifacts for enable in artifact.enables()]
    commands = (
        ["systemctl daemon-reload"] if any(path.startswith("/etc/systemd/system/") for path in paths) else []
    )
    for switch, command in _SWITCHES.items():
        names = [enable.name for enable in enables if enable.switch is switch]
        if names:
            commands.append(f"{command} {' '.join(names)}")
    if commands:
        yield "Switch on what the files need.", commands
    if Exports.path in paths:
        yield "Export the folder.", ["exportfs -ra"]


def _markdown(text: str) -> str:
    # A pipe would end the cell of a table.
    return text.replace("|", "\\|")
