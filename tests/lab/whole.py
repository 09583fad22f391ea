"""All hosts of a rendered cluster, each prepared as its packages would, and clients on the same network."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from judges.apache import SITE, put_certificate
from judges.harness import Host
from judges.sandbox import Sandbox, wire

from lab import nfs, product
from lab.cluster import LabCluster
from lab.host import LabHost
from lab.ox import StandIns


class WholeCluster(LabCluster):
    """A cluster whose OX nodes are stand-ins that serve, and whose filestore is served over NFS."""

    def __init__(self, text: str, tmp: Path, programs: StandIns) -> None:
        self.compiled = programs
        self.programs = programs
        """The programs of the stand-ins as they lie on the OX hosts."""
        self.clients: list[Sandbox] = []
        self.addresses: list[str] = []
        self.booted = 0.0
        """Seconds from empty hosts to verified."""
        super().__init__(text, tmp)

    def _come(self, host: Host) -> None:
        super()._come(host)
        made = self.hosts[host.name]
        if {"groupware", "provisioning"} & set(host.roles):
            self.programs = product.prepare(made, self.compiled, self.deployment.filestore.path)
            product.pretend_packages(made)
            nfs.prepare_client(made)
        elif "web" in host.roles:
            product.pretend_packages(made)
        if "filestore" in host.roles:
            nfs.prepare_server(made)
        if SITE in host.paths:
            put_certificate(made.box, host.text(SITE))

    def with_role(self, *roles: str) -> list[LabHost]:
        """Return the hosts that have one of these roles, in the order of the cluster file."""
        names = [host.name for host in self.deployment.hosts]
        return [self.hosts[name] for name in names if set(roles) & set(self.hosts[name].host.roles)]

    @property
    def front(self) -> str:
        """The address to which users come."""
        return str(self.deployment.web.address or self.with_role("web")[0].host.address)

    @cached_property
    def users(self) -> Sandbox:
        """The machine from which the users come."""
        return self.client()

    def client(self) -> Sandbox:
        """Return a machine on the cluster's network that is none of its hosts."""
        deployment = self.deployment
        used = {str(host.address) for host in deployment.hosts}
        used |= {str(deployment.web.address), str(deployment.database.write_address)}
        used |= {str(address) for address in self.addresses}
        free = next(
            str(each) for each in reversed(list(deployment.network.cidr.hosts())) if str(each) not in used
        )
        box = Sandbox()
        self.clients.append(box)
        self.addresses.append(free)
        wire(self.network, box, self.wired, f"{free}/{deployment.network.cidr.prefixlen}")
        self.wired += 1
        return box

    def close(self) -> None:
        for box in self.clients:
            box.close()
        super().close()
