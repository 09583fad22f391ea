"""OX402: hosts that may hold one floating address use different virtual router ids."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import groups
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the ids of the instances that share a floating address."""
    for group in groups(evidence):
        known = [
            (peer, peer.instance.virtual_router_id)
            for peer in group
            if peer.instance.virtual_router_id is not None
        ]
        for peer, other in odd_ones(known):
            shared = [address for address in peer.addresses if address in other.addresses] or peer.addresses
            yield RULE.finding(
                f"{peer.host} uses virtual router id {peer.instance.virtual_router_id} for {listed(shared)}, "
                f"{other.host} uses {other.instance.virtual_router_id}",
                peer.at("virtual_router_id"),
                other.at("virtual_router_id"),
            )


RULE = Rule(
    code="OX402",
    name="virtual-router-id-differs",
    severity=Severity.ERROR,
    title="The holders of a floating address use different virtual router ids",
    why=(
        "They do not take each other for the same router, so each finds no master and takes the address: it is on two "
        "hosts at the same time, and connections break at random."
    ),
    remedy="Write the same virtual_router_id on every host that may hold the address.",
    source="keepalived.conf(5): virtual_router_id is the same on all hosts of a virtual router",
    daemons="keepalived -t says nothing; it sees one host.",
    check=check,
)
