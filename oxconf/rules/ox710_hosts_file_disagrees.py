"""OX710: a hosts file leads to another machine than the one of that name."""

from collections.abc import Iterator

from oxconf.artifacts.hosts import Hosts
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._addresses import is_ipv4
from oxconf.rules._database import is_loopback
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the addresses of the hosts' names in all hosts files with the hosts' own addresses."""
    by_name = {host.name.lower(): host for host in evidence.hosts}
    wrong: dict[tuple[str, str], list[Place]] = {}
    for file in evidence.find(Hosts):
        seen = set()
        for entry in file.artifact.names:
            for name in {word.lower(): None for word in entry.names}:
                host = by_name.get(name)
                if host is None or name in seen or not host.facts.addresses or not is_ipv4(entry.address):
                    continue
                # The resolver takes the first entry of a name.
                seen.add(name)
                # Debian's installer gives a host's own name a loopback address.
                itself = host is file.host and is_loopback(entry.address)
                if entry.address not in host.own_addresses and not itself:
                    wrong.setdefault((host.name, entry.address), []).append(file.at(entry.line))
    for (name, address), places in wrong.items():
        hosts = list(dict.fromkeys(place.host for place in places))
        own_addresses = listed(by_name[name.lower()].facts.addresses)
        yield RULE.finding(
            f"for {listed(hosts)} {name} is at {address}, but {name} has {own_addresses}", *places
        )


RULE = Rule(
    code="OX710",
    name="hosts-file-disagrees",
    severity=Severity.ERROR,
    title="A hosts file has a wrong address for a host of the cluster",
    why="Whoever uses the name on that machine reaches another one or nobody, and only there: hard to find at night.",
    remedy="Correct the line, on every host that has it.",
    source="hosts(5)",
    daemons="Nothing checks it.",
    check=check,
)
