"""`nftables.conf`: what a host lets in, made of the port matrix that its README prints."""

import re
from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Artifact, Enable, Install, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment, Firewall, Host
from oxconf.deployment.origin import Origin, ours
from oxconf.deployment.ports import EVERYBODY, SSHD, Listener, listeners
from oxconf.syntax._base import Unwritable
from oxconf.syntax.blocks import wrap

VRRP_PROTOCOL = 112
"""SOURCE: RFC 5798. By its number: not every system's /etc/protocols has the name."""


@frozen
class Rule:
    """One kind of packet that is let in.

    `port` is None for VRRP. `sources` are empty for everybody. `group` is the multicast group that it is sent to.
    """

    protocol: str
    port: int | None
    sources: tuple[IPv4Address, ...]
    comment: str
    group: IPv4Address | None = None

    @property
    def match(self) -> str:
        """The end of the rule's condition, by which it is told from others."""
        if self.port is None:
            return f"ip protocol {VRRP_PROTOCOL}"
        return f"{self.protocol} dport {self.port}"

    @property
    def condition(self) -> str:
        """All of what a packet must be like."""
        parts = []
        if self.sources:
            parts.append(f"ip saddr {{ {', '.join(map(str, self.sources))} }}")
        if self.group is not None:
            parts.append(f"ip daddr {self.group}")
        return " ".join((*parts, self.match))


@frozen(kw_only=True)
class NftablesConf(Artifact):
    """A table of its own, so that what other programs filter stays: a packet has to pass both.

    Connections that a host begins are not limited. Floating addresses are no sources: a host calls from its own
    address, for they are added behind it or as /32 without a route.
    """

    kind: ClassVar[str] = "nftables"
    path: ClassVar[str] = "/etc/nftables.conf"
    title: ClassVar[str] = "What this host lets in: the port matrix."
    install: ClassVar[Install] = Install.BLOCK

    rules: tuple[Rule, ...] = field(factory=tuple)

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the filter of a host, or None where none is wanted."""
        if deployment.network.firewall is not Firewall.NFTABLES:
            return None
        merged: dict[tuple[str, int | None, str], list[Listener]] = {}
        for each in listeners(deployment, host):
            if set(each.callers) - {host.name}:
                group = each.address if _is_group(each.address) else ""
                merged.setdefault((each.protocol, each.port, group), []).append(each)
        rules, origins = [], {}
        for (protocol, port, group), several in merged.items():
            rule, origin = _rule(deployment, host, protocol, port, group, several)
            rules.append(rule)
            origins[f"{rule.match} let in"] = origin
        return cls(rules=tuple(rules), origins=origins)

    def render(self) -> str:
        """Return our block."""
        return wrap(fill("nftables.conf", _plain, rules=self.rules, title=self.title))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import firewall

        return firewall.NFTABLES

    def enables(self) -> tuple[Enable, ...]:
        """Return the unit that reads the file."""
        return (Enable(Switch.UNIT, "nftables.service"),)


def _is_group(address: str) -> bool:
    return address != "*" and IPv4Address(address).is_multicast


def _rule(
    deployment: Deployment,
    host: Host,
    protocol: str,
    port: int | None,
    group: str,
    several: list[Listener],
) -> tuple[Rule, Origin]:
    """Return the rule for one port, which may have several listeners, and why it is there."""
    services = "; ".join(dict.fromkeys(each.service for each in several))
    callers = dict.fromkeys(name for each in several for name in each.callers)
    multicast = IPv4Address(group) if group else None
    if EVERYBODY in callers:
        origin = ours(f"the port matrix: {services}, open to everybody")
        if any(each.service == SSHD for each in several):
            why = "from everywhere, so that nobody shuts himself out"
            origin = ours(f"the port matrix: {services}, {why}", ("network", "ssh_port"))
        return Rule(protocol, port, (), f"{services}: {EVERYBODY}", multicast), origin
    known = {each.name: each for each in deployment.hosts}
    # What a host sends to a group it hears itself, from its own address and by its interface. Everything else that it
    # sends to itself goes through the loopback interface.
    names = [name for name in callers if name != host.name] + ([host.name] if group else [])
    sources = [known[name].address if name in known else IPv4Address(name) for name in names]
    paths = [deployment.path(known[name], "address") for name in names if name in known]
    if any(name not in known for name in names):
        paths.append(("munin", "master"))
    comment = f"{services}: {listed(names)}"
    return (
        Rule(protocol, port, tuple(sources), comment, multicast),
        ours(f"the port matrix: {services}, for {listed(names)}", *paths),
    )


def _plain(text: str) -> str:
    """Return a text that can not leave its line, nor begin anything in it."""
    if not re.fullmatch(r"[A-Za-z0-9 .,:;()/{}*-]*", text):
        raise Unwritable(f"{text!r} does not fit into the packet filter")
    return text
