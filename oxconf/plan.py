"""Which host gets which files."""

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.deployment.model import Deployment, Host

ARTIFACTS: tuple[type[Artifact], ...] = (
    AjpProperties,
)
"""Every type of file, in the order in which manifests and READMEs list them."""

MY_CNF = "/etc/mysql/my.cnf"
OPTION_FILES = "/etc/mysql/ox.conf.d/*.cnf"


@frozen
class HostPlan:
    """One host and its files."""

    host: Host
    artifacts: tuple[Artifact, ...]


@frozen
class Plan:
    """The whole cluster."""

    deployment: Deployment
    hosts: tuple[HostPlan, ...]


def make_plan(deployment: Deployment) -> Plan:
    """Return the files of every host."""
    return Plan(deployment, tuple(HostPlan(host, _artifacts(deployment, host)) for host in deployment.hosts))


def _artifacts(deployment: Deployment, host: Host) -> tuple[Artifact, ...]:
    made = (cls.from_deployment(deployment, host) for cls in ARTIFACTS)
    return tuple(artifact for artifact in made if artifact is not None)
