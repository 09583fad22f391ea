"""The README of a host: what it is, its files, its ports, what to do."""

from oxconf.artifacts._artifact import Install
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Host
from oxconf.deployment.ports import Listener, listeners
from oxconf.deployment.sizing import budget
from oxconf.deployment.topology import floating_addresses
from oxconf.deployment.units import speak_size
from oxconf.plan import HostPlan, Plan
from oxconf.runbook.page import overview
from oxconf.runbook.step import Runbook

_ROLES = {
    "groupware": "runs Open-Xchange for the users",
    "provisioning": "runs Open-Xchange for provisioning alone; no user comes here",
    "database": "is a database server",
    "web": "is a web server in front of Open-Xchange",
    "filestore": "keeps the filestore and serves it over NFS to the OX hosts that are elsewhere",
    "arbitrator": "votes in the Galera cluster without holding data",
    "maxscale": "leads the database calls of OX to the database servers",
    "director": "leads the database calls of OX to the database servers",
}
"""What a host does; a balancer's floating address has a line of its own."""


def host_readme(whole: Plan, plan: HostPlan, runbook: Runbook) -> str:
    """Return the Markdown text."""
    deployment, host = whole.deployment, plan.host
    return fill(
        "readme.md",
        _markdown,
        host=host,
        cluster=deployment.name,
        roles=[_ROLES[role.value] for role in host.roles if role.value in _ROLES],
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
        steps=list(overview(runbook, host.name)),
    )


def _how(install: Install) -> str:
    return "block in the existing file" if install is Install.BLOCK else "replace"


def _port(listener: Listener, host: Host) -> tuple[str, str, str, str]:
    port = listener.protocol if listener.port is None else f"{listener.port}/{listener.protocol}"
    callers = ["this host" if name == host.name else name for name in listener.callers]
    return port, listener.address, listener.service, ", ".join(callers) or "this host only"


def _markdown(text: str) -> str:
    # A pipe would end the cell of a table.
    return text.replace("|", "\\|")
