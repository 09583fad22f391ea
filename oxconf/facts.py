"""What is known of the cluster and of each host beside its files; it travels in the manifests."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, TypeVar

from attrs import asdict, field, fields, frozen

from oxconf.deployment.model import Deployment, Host, Role


def _demand(fits: Callable[[Any], bool], wanted: str) -> Callable[[Any, Any, Any], None]:
    """Return a validator: a value is the default, or it fits."""

    def check(_: Any, attribute: Any, value: Any) -> None:
        if value != attribute.default and not fits(value):
            raise ValueError(f"{attribute.name} must be {wanted}")

    return check


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_address(value: Any) -> bool:
    try:
        return _is_text(value) and bool(ip_address(value))
    except ValueError:
        return False


def _all(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple) and all(map(fits, value))


_text = _demand(_is_text, "a text")
# True is an int as well.
_number = _demand(lambda value: type(value) is int and value >= 0, "a whole number")
_texts = _demand(_all(_is_text), "a list of texts")
_addresses = _demand(_all(_is_address), "a list of IP addresses")
_interfaces = _demand(
    lambda value: isinstance(value, Mapping) and all(map(_is_address, value.values())),
    "an IP address for each interface",
)


@frozen(kw_only=True)
class Facts:
    """One host. None and empty mean that nobody told. Raises ValueError for a value of another type.

    `addresses` are its own, without floating ones; `interfaces` maps an interface's name to its address; `memory` is
    in bytes; `uid` and `gid` are those of open-xchange on this host; sshd listens on `ssh_port`.
    """

    addresses: tuple[str, ...] = field(default=(), validator=_addresses)
    interfaces: Mapping[str, str] = field(default={}, validator=_interfaces)
    roles: tuple[str, ...] = field(default=(), validator=_texts)
    memory: int | None = field(default=None, validator=_number)
    cores: int | None = field(default=None, validator=_number)
    uid: int | None = field(default=None, validator=_number)
    gid: int | None = field(default=None, validator=_number)
    ssh_port: int | None = field(default=None, validator=_number)


@frozen(kw_only=True)
class ClusterFacts:
    """The cluster as a whole; `hosts` are the names of all its hosts. Raises ValueError for another type.

    `flavour` and `version` are those of its database servers, `span` how far apart its hosts stand, as the cluster file
    has them.
    """

    name: str = field(default="", validator=_text)
    tier: str | None = field(default=None, validator=_text)
    mailboxes: int | None = field(default=None, validator=_number)
    hosts: tuple[str, ...] = field(default=(), validator=_texts)
    flavour: str | None = field(default=None, validator=_text)
    version: str | None = field(default=None, validator=_text)
    span: str | None = field(default=None, validator=_text)


F = TypeVar("F", Facts, ClusterFacts)


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
        ssh_port=deployment.network.ssh_port,
    )


def cluster_facts_of(deployment: Deployment) -> ClusterFacts:
    """Return the facts of a deployment."""
    return ClusterFacts(
        name=deployment.name,
        tier=deployment.tier,
        mailboxes=deployment.mailboxes,
        hosts=tuple(host.name for host in deployment.hosts),
        flavour=deployment.database.flavour.value,
        version=deployment.database.version,
        span=deployment.network.span.value,
    )


def to_plain(facts: Facts | ClusterFacts) -> dict[str, Any]:
    """Return the facts as JSON takes them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(facts).items()}


def from_plain(cls: type[F], plain: Mapping[str, Any]) -> F:
    """Return the facts of a manifest; what this version does not know is left aside. Raises ValueError."""
    known = {attribute.name for attribute in fields(cls)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in plain.items()
        if name in known
    }
    return cls(**values)
