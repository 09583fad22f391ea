"""LVS: the services of directors, and who stands behind them."""

import re
from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts._virtual_server import RealServer, VirtualServer
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.evidence import Evidence, HostEvidence, Located, Place
from oxconf.syntax import sysctl

DIRECT = ("DR", "TUN")
"""Methods with which a server must have the service's address itself."""


@frozen
class Directed:
    """One `virtual_server` of one director."""

    file: Located[KeepalivedConf]
    service: VirtualServer

    @property
    def director(self) -> HostEvidence:
        """The host that it is on."""
        return self.file.host

    @property
    def name(self) -> str:
        """How a message calls it."""
        return f"{self.service.address}:{self.service.port or '*'} of {self.director.name}"

    @property
    def is_direct(self) -> bool:
        """Whether its packets keep their destination: the server must have the address, and can not be the caller."""
        return (self.service.lvs_method or "NAT").upper() in DIRECT

    def takes(self, address: str, port: int) -> bool:
        """Whether a call to that address and port comes to this service."""
        return address == str(self.service.address) and self.service.port in (0, port)

    def at(self, name: str) -> Place:
        """Return where a setting of the service stands; its first line where it does not."""
        return self.file.at(self.service.line_of(name))

    def servers(self, evidence: Evidence) -> Iterator[tuple[RealServer, HostEvidence]]:
        """Yield the servers behind it of which the hosts are known."""
        for server in self.service.servers:
            owner = evidence.owner(str(server.address))
            if owner is not None:
                yield server, owner


def directed(evidence: Evidence) -> Iterator[Directed]:
    """Yield every service of every director."""
    for file in evidence.find(KeepalivedConf):
        for service in file.artifact.virtual_servers:
            yield Directed(file, service)


def taking(evidence: Evidence, address: str, port: int) -> tuple[Directed, ...]:
    """Return the services that a call comes to, one of each director that may hold the address."""
    return tuple(each for each in directed(evidence) if each.takes(address, port))


def kernel_settings(host: HostEvidence, pattern: str) -> dict[str, tuple[str, Place]]:
    """Return value and place of each key of sysctl that the host's files set; the last file and line count.

    `pattern` is a regular expression for whole keys, with dots between the parts. /etc/sysctl.conf comes last, as it
    does on Debian.
    """
    folder = sorted(path for path in host.files if re.fullmatch(r"/etc/sysctl\.d/[^/]+\.conf", path))
    found: dict[str, tuple[str, Place]] = {}
    for path in (*folder, *(path for path in ("/etc/sysctl.conf",) if path in host.files)):
        for entry in host.document(sysctl.parse, path).entries:
            if re.fullmatch(pattern, entry.key):
                found[entry.key] = (entry.value or "", Place(host.name, path, entry.line))
    return found
