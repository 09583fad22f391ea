"""OX404: hosts that may hold one floating address do not agree on how they talk about it."""

from collections.abc import Iterator

from oxconf.artifacts._time import SECOND, Milliseconds
from oxconf.artifacts.keepalived_conf import VirtualAddress
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import Peer, groups
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare addresses, interval, authentication and unicast peers of the instances that share an address."""
    for group in groups(evidence):
        for peer, other in odd_ones((peer, _settings(peer)) for peer in group):
            pairs = zip(_NAMES, _settings(peer), _settings(other), strict=True)
            differing = [(name, f"{said} against {there}") for name, said, there in pairs if said != there]
            yield RULE.finding(
                f"{peer.host} and {other.host} do not agree on a floating address: "
                f"{'; '.join(part for _, part in differing)}",
                *dict.fromkeys(each.at(name) for name, _ in differing for each in (peer, other)),
            )
        yield from _unicast(group)
        yield from _prefixes(group)


_NAMES = ("addresses", "advert_int", "auth_type", "unicast_peers")


def _settings(peer: Peer) -> tuple[str, ...]:
    instance = peer.instance
    interval = instance.advert_int or Milliseconds(SECOND)
    return (
        f"virtual_ipaddress {listed(peer.addresses)}" if peer.addresses else "no virtual_ipaddress",
        f"advert_int {interval.as_keepalived()}",
        f"auth_type {instance.auth_type}" if instance.auth_pass is not None else "no authentication",
        "unicast peers" if instance.unicast_peers else "multicast",
    )


def _unicast(group: tuple[Peer, ...]) -> Iterator[Finding]:
    """Each holder must send its adverts to each other one."""
    for peer in group:
        listed_peers = {str(address) for address in peer.instance.unicast_peers}
        if not listed_peers:
            continue
        for other in group:
            if other.host != peer.host and other.source is not None and other.source not in listed_peers:
                yield RULE.finding(
                    f"{peer.host} does not have {other.host} ({other.source}) among the unicast peers that it sends "
                    f"its adverts for {listed(peer.addresses)} to",
                    peer.at("unicast_peers"),
                    other.at("unicast_src_ip"),
                )


def _prefixes(group: tuple[Peer, ...]) -> Iterator[Finding]:
    """Compare the networks that the addresses bring with them; without one, or with /32, an address brings none."""
    by_address: dict[str, list[tuple[Peer, VirtualAddress]]] = {}
    for peer in group:
        for each in peer.instance.addresses:
            if each.address.network.prefixlen < each.address.max_prefixlen:
                by_address.setdefault(str(each.address.ip), []).append((peer, each))
    for held in by_address.values():
        for (peer, mine), (other, theirs) in odd_ones(
            (one, one[1].address.network.prefixlen) for one in held
        ):
            yield RULE.finding(
                f"{peer.host} has {mine.address}, {other.host} {theirs.address}: with the address comes another route",
                peer.file.at(mine.line),
                other.file.at(theirs.line),
            )


RULE = Rule(
    code="OX404",
    name="vrrp-peers-differ",
    severity=Severity.ERROR,
    title="The holders of a floating address do not agree",
    why=(
        "keepalived drops adverts whose addresses, interval or authentication are not its own, and gets none from a "
        "host that does not send to it. A backup that hears nothing takes the address while the master has it. "
        "With another prefix length its holder gets a route that the others do not have, and loses part of the network."
    ),
    remedy=(
        "Write the same virtual_ipaddress, advert_int and authentication on every holder, and in unicast_peer the "
        "addresses of all other holders."
    ),
    source="keepalived.conf(5); RFC 3768 for what a router drops",
    daemons="keepalived -t says nothing; it sees one host.",
    check=check,
)
