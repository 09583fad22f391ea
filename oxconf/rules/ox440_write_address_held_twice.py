"""OX440: more than one host takes the write address when it starts."""

from collections.abc import Iterator

from oxconf.artifacts.write_address import UNIT
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._endpoints import write_addresses
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for an address whose unit is switched on on several hosts, as their manifests say."""
    found: dict[str, list[Place]] = {}
    for host in evidence.hosts:
        if UNIT in host.enabled:
            for held in write_addresses(host):
                found.setdefault(held.address, []).append(held.place)
    for address, places in found.items():
        if len(places) > 1:
            yield RULE.finding(
                f"{listed(place.host for place in places)} take the write address {address} when they start",
                *places,
            )


RULE = Rule(
    code="OX440",
    name="write-address-held-twice",
    severity=Severity.ERROR,
    title="The unit of the write address is switched on on more than one host",
    why=(
        "After a power failure whichever host starts first takes the address, a slave perhaps. Writes then go to a "
        "server that refuses them, or, where it does not, to one that the others do not follow: the data parts."
    ),
    remedy=(
        f"Run systemctl disable {UNIT} on every host but the master, and render all hosts of the cluster together, so "
        "that their manifests agree."
    ),
    source="oxconf's own unit: a person moves the address, and it is enabled on the master alone",
    daemons=(
        "systemd-analyze verify: accepted. The unit itself does not start while another host answers for the address, "
        "but nobody tells it who the master is."
    ),
    check=check,
)
