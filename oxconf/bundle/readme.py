"""The README of a host: what it is, its files, its ports, what to do."""

from oxconf.artifacts._artifact import Install, Switch
from oxconf.artifacts._template import fill
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
        commands=_commands(plan),
    )


def _how(install: Install) -> str:
    return "block in the existing file" if install is Install.BLOCK else "replace"


def _port(listener: Listener) -> tuple[str, str, str, str]:
    port = listener.protocol if listener.port is None else f"{listener.port}/{listener.protocol}"
    return port, listener.address, listener.service, ", ".join(listener.callers) or "this host only"


def _commands(plan: HostPlan) -> list[str]:
    """One command for each kind of switch."""
    enables = [enable for artifact in plan.artifacts for enable in artifact.enables()]
    lines = []
    for switch, command in _SWITCHES.items():
        names = [enable.name for enable in enables if enable.switch is switch]
        if names:
            lines.append(f"{command} {' '.join(names)}")
    return lines


def _markdown(text: str) -> str:
    # A pipe would end the cell of a table.
    return text.replace("|", "\\|")
