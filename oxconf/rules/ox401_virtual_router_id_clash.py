"""OX401: two floating addresses of one network use one virtual router id."""

from collections.abc import Iterator
from itertools import combinations

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import Peer, groups


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the groups of instances that share no address but have one id and hear each other."""
    by_id: dict[int, dict[int, list[Peer]]] = {}
    for number, group in enumerate(groups(evidence)):
        for peer in group:
            if peer.instance.virtual_router_id is not None:
                by_id.setdefault(peer.instance.virtual_router_id, {}).setdefault(number, []).append(peer)
    for router_id, found in by_id.items():
        for ours, theirs in combinations(found.values(), 2):
            if any(_hears(one, other) or _hears(other, one) for one in ours for other in theirs):
                one, other = ours[0], theirs[0]
                yield RULE.finding(
                    f"virtual router id {router_id} is used by {listed(dict.fromkeys(p.host for p in ours))} for "
                    f"{listed(one.addresses)} and by {listed(dict.fromkeys(p.host for p in theirs))} for "
                    f"{listed(other.addresses)}",
                    *(peer.at("virtual_router_id") for peer in (*ours, *theirs)),
                )


def _hears(one: Peer, other: Peer) -> bool:
    """Whether adverts of `other` reach `one`."""
    if one.host == other.host:
        # keepalived itself refuses an id that stands twice in its file for one interface.
        return False
    if other.instance.unicast_peers:
        return one.source in {str(peer) for peer in other.instance.unicast_peers}
    return not one.instance.unicast_peers and _one_network(one, other)


def _one_network(one: Peer, other: Peer) -> bool:
    """False where the floating addresses are of different networks and the interfaces differ as well."""
    ours = [a.address.network for a in one.instance.addresses if a.address.network.prefixlen < 32]
    theirs = [a.address.network for a in other.instance.addresses if a.address.network.prefixlen < 32]
    apart = ours and theirs and not any(a.overlaps(b) for a in ours for b in theirs)
    return not (apart and one.instance.interface != other.instance.interface)


RULE = Rule(
    code="OX401",
    name="virtual-router-id-clash",
    severity=Severity.ERROR,
    title="Different floating addresses use the same virtual router id",
    why=(
        "Hosts with one id take each other for the same router: one of them gives its address up although nobody else "
        "has it, and the logs fill with mismatched adverts. The address is down or moves back and forth."
    ),
    remedy=(
        "Give each floating address an id of its own on the network, the same on all hosts that may hold it; or "
        "correct the address, where both were meant to be one."
    ),
    source="keepalived.conf(5): virtual_router_id is unique on the network",
    daemons="keepalived -t says nothing; it sees one host.",
    check=check,
)
