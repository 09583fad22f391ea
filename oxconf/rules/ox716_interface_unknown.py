"""OX716: an address or a route is bound to an interface that the host does not have."""

from collections.abc import Iterator

from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._endpoints import write_addresses
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import interfaces

LOOPBACK = "lo"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the interfaces that files name with those of the host's facts, where these name any."""
    for host in evidence.hosts:
        known = host.facts.interfaces
        unknown: dict[str, dict[str, Place]] = {}
        for name, use, place in _named(host) if known else ():
            # `eth0:1` is a label of eth0.
            if name.partition(":")[0] not in (*known, LOOPBACK):
                unknown.setdefault(name, {}).setdefault(use, place)
        for name, uses in unknown.items():
            yield RULE.finding(
                f"{host.name} binds {listed(uses)} to {name}; its interfaces as far as known: "
                f"{', '.join(sorted(known))}",
                *uses.values(),
            )


def _named(host: HostEvidence) -> Iterator[tuple[str, str, Place]]:
    for keepalived in host.each(KeepalivedConf):
        for instance in keepalived.artifact.instances:
            if instance.interface is not None:
                place = keepalived.at(instance.line_of("interface"))
                yield instance.interface, f'the vrrp_instance "{instance.name}"', place
            for virtual in instance.addresses:
                if virtual.interface is not None:
                    yield virtual.interface, f"the address {virtual.address.ip}", keepalived.at(virtual.line)
    for cls in (MulticastInterfaces, MulticastUnit):
        for found in host.each(cls):
            for route in found.artifact.routes:
                yield route.interface, f"the route of {route.network}", found.at(route.line)
    for table in host.each(MulticastInterfaces):
        # The route is set when the interface of its stanza goes up.
        for stanza in host.document(interfaces.parse, table.path).stanzas("iface"):
            lines = {option.line for option in stanza.options}
            for route in table.artifact.routes:
                if route.line in lines and stanza.words and route.interface != stanza.words[0]:
                    yield (
                        stanza.words[0],
                        f"the stanza that sets the route of {route.network}",
                        table.at(stanza.line),
                    )
    for held in write_addresses(host):
        if held.interface is not None:
            yield held.interface, f"the write address {held.address}", held.place


RULE = Rule(
    code="OX716",
    name="interface-unknown",
    severity=Severity.WARNING,
    title="A floating address or a route is bound to an interface that the host does not have",
    why=(
        "keepalived does not start, so that the host never holds the address and the first failover ends in nothing; "
        "without the route the caches do not find each other, and users see old folders and settings."
    ),
    remedy=(
        "Write the name that ip link shows on that host. Where it has the interface, add it to facts.interfaces in the "
        "host's manifest.json."
    ),
    source="ip-link(8); measured with keepalived 2.2",
    daemons=(
        "keepalived -t, on the host itself: Non-existent interface specified in configuration. "
        "systemd-analyze verify: accepted."
    ),
    check=check,
)
