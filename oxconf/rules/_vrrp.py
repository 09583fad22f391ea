"""VRRP instances of all hosts, and who of them has to agree with whom."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.keepalived_conf import KeepalivedConf, VrrpInstance
from oxconf.evidence import Evidence, Located, Place


@frozen
class Peer:
    """One `vrrp_instance` of one host."""

    file: Located[KeepalivedConf]
    instance: VrrpInstance

    @property
    def host(self) -> str:
        """Name of the host."""
        return self.file.host.name

    def at(self, name: str) -> Place:
        """Return where a setting of the instance stands; its first line where it does not."""
        return self.file.at(self.instance.line_of(name))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The floating addresses, sorted, without prefix lengths."""
        return tuple(str(ip) for ip in sorted({each.address.ip for each in self.instance.addresses}))

    @property
    def source(self) -> str | None:
        """The address that its packets come from; None when nobody told."""
        if self.instance.unicast_src_ip is not None:
            return str(self.instance.unicast_src_ip)
        facts = self.file.host.facts
        if self.instance.interface is not None and self.instance.interface in facts.interfaces:
            return facts.interfaces[self.instance.interface]
        return facts.addresses[0] if len(facts.addresses) == 1 else None


def instances(evidence: Evidence) -> Iterator[Peer]:
    """Yield every instance of every host."""
    for file in evidence.find(KeepalivedConf):
        for instance in file.artifact.instances:
            yield Peer(file, instance)


def groups(evidence: Evidence) -> tuple[tuple[Peer, ...], ...]:
    """Return the instances that share a floating address, in the order of the hosts, also those that stand alone.

    An instance that shares addresses with two groups makes them one.
    """
    by_address: dict[str, list[Peer]] = {}
    for peer in instances(evidence):
        joined = [peer]
        for address in peer.addresses:
            joined = [*(p for p in by_address.get(address, ()) if p not in joined), *joined]
        for address in dict.fromkeys(address for p in joined for address in p.addresses):
            by_address[address] = joined
    return tuple({id(group): tuple(group) for group in by_address.values()}.values())
