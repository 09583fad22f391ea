"""What is known of the cluster and of each host beside its files; it travels in the manifests."""

from collections.abc import Mapping
from typing import Any

from attrs import asdict, frozen

from oxconf.deployment.model import Deployment, Host, Role


@frozen(kw_only=True)
class Facts:
    """One host. None and empty mean that nobody told.

    `addresses` are its own, without floating ones; `interfaces` maps an interface's name to its address; `memory` is
    in bytes; `uid` and `gid` are those of open-xchange on this host.
    """

    addresses: tuple[str, ...] = ()
    interfaces: Mapping[str, str] = {}
    roles: tuple[str, ...] = ()
    memory: int | None = None
    cores: int | None = None
    uid: int | None = None
    gid: int | None = None


@frozen(kw_only=True)
class ClusterFacts:
    """The cluster as a whole."""

    name: str = ""
    tier: str | None = None
    mailboxes: int | None = None


def facts_of(deployment: Deployment, host: Host) -> Facts:
    """Return the facts of a host of a deployment."""
    has_user = host.runs_ox or host.has(Role.FILESTORE)
    return Facts(
        addresses=(str(host.address),),
        interfaces={deployment.network.interface: str(host.address)},
        roles=tuple(role.value for role in host.roles),
        memory=host.memory,
        cores=host.cores,
        uid=deployment.filestore.uid if has_user else None,
        gid=deployment.filestore.gid if has_user else None,
    )


def cluster_facts_of(deployment: Deployment) -> ClusterFacts:
    """Return the facts of a deployment."""
    return ClusterFacts(name=deployment.name, tier=deployment.tier, mailboxes=deployment.mailboxes)


def to_plain(facts: Facts | ClusterFacts) -> dict[str, Any]:
    """Return the facts as JSON takes them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(facts).items()}
