"""OX434: a floating address is the own address of a host."""

from collections.abc import Iterator

from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for the host that has each virtual_ipaddress as its own."""
    for keepalived in evidence.find(KeepalivedConf):
        for instance in keepalived.artifact.instances:
            for virtual in instance.addresses:
                address = str(virtual.address.ip)
                owner = evidence.owner(address)
                if owner is not None:
                    yield RULE.finding(
                        f"{keepalived.host.name} moves the floating address {address}, "
                        f"which is {owner.name}'s own",
                        keepalived.at(virtual.line),
                    )


RULE = Rule(
    code="OX434",
    name="address-of-a-host",
    severity=Severity.ERROR,
    title="A floating address is the own address of a host",
    why=(
        "Two machines answer for one address. Connections reach now the one and now the other, and the host whose "
        "address it is loses its own."
    ),
    remedy="Choose an address for virtual_ipaddress that no host has.",
    source="VRRP, RFC 5798: the address moves between routers, so it can be none that one of them keeps",
    daemons="keepalived -t: accepted. The host with the address is not asked.",
    check=check,
)
