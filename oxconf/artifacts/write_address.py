"""The unit that holds the write address of a replicating cluster on its master.

A person moves the address, never a health check: a slave that nobody made the master must not get writes.
"""

import re
from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact, Enable, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._server import unit_name
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.topology import is_writer
from oxconf.syntax._base import Unwritable

UNIT = "oxconf-write-address.service"


@frozen(kw_only=True)
class WriteAddress(Artifact):
    """Adds the address on start, removes it on stop, and does not start while somebody else has it.

    Announcing and asking use arping of the Debian package iputils-arping. Without it ping asks, and the
    neighbours find the moved address when their own entries are out of date. Without both it does not start.
    """

    kind: ClassVar[str] = "write-address"
    path: ClassVar[str] = f"/etc/systemd/system/{UNIT}"
    title: ClassVar[str] = "Holds the write address on the master."

    address: IPv4Address
    interface: str
    server: str
    """Unit of the database server."""
    enabled: bool
    """Whether the unit starts with the host: on the master alone."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the unit of a server that is the master or may become it."""
        database = deployment.database
        if database.mode is not Mode.REPLICATION or not host.has(Role.DATABASE):
            return None
        if database.write_address is None:
            return None
        return cls(
            address=database.write_address,
            interface=deployment.network.interface,
            server=unit_name(deployment),
            enabled=is_writer(deployment, host),
            origins={"Service ExecStart": deployment.origin("database", "write_address")},
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import units

        return units.WRITE_ADDRESS

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            UNIT,
            _bare,
            address=self.address,
            # A /32 adds no route, and does not vanish with the host's own address as a secondary one does.
            prefixed=f"{self.address}/32",
            interface=self.interface,
            server=self.server,
        )

    def enables(self) -> tuple[Enable, ...]:
        """Return the unit on the master, nothing on a slave."""
        return (Enable(Switch.UNIT, UNIT),) if self.enabled else ()


def _bare(word: str) -> str:
    """Return a word that needs no quotes: it stands in a command of a shell, which is in quotes itself."""
    if not re.fullmatch(r"[A-Za-z0-9_./:@-]+", word):
        raise Unwritable(f"{word!r} does not fit into the unit of the write address")
    return word
