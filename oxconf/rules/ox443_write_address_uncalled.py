"""OX443: the unit of the write address holds another address than the one that OX writes to."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._addresses import is_ipv4
from oxconf.rules._endpoints import clients, write_addresses
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the unit's address with those of all writeUrls; a name may be any address."""
    called = [client for client in clients(evidence) if client.writes]
    addresses = tuple(dict.fromkeys(client.url.host for client in called))
    held = [each for host in evidence.hosts for each in write_addresses(host)]
    if not addresses or not all(map(is_ipv4, addresses)):
        return
    if evidence.complete and not any(each.address in addresses for each in held):
        # Nobody has the address that is called, which is OX704's.
        return
    for each in held:
        if each.address not in addresses:
            yield RULE.finding(
                f"{each.place.host} would hold {each.address} as the write address, "
                f"but OX writes to {listed(addresses)}",
                each.place,
                *(client.place for client in called),
            )


RULE = Rule(
    code="OX443",
    name="write-address-uncalled",
    severity=Severity.ERROR,
    title="The unit of the write address holds an address that OX does not write to",
    why=(
        "On the day when this host becomes the master, it takes an address that nobody calls: the failover is done, "
        "the database takes writes, and no OX host finds it."
    ),
    remedy="Write the address of writeUrl in configdb.properties into every line of the unit, on every database host.",
    source="ip(8), ip address replace; configdb.properties: writeUrl",
    daemons="systemd-analyze verify: accepted. OX waits for a connection.",
    check=check,
)
