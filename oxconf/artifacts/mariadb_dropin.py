"""Drop-ins for the unit of the database server: its limit of open files, and time for a state transfer."""

from abc import ABC
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._server import open_files_limit, unit_name
from oxconf.artifacts._setting import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import ours
from oxconf.deployment.units import MIB
from oxconf.syntax.unit import quote

DATA_PER_MAILBOX = MIB
"""OURS: calendar, contacts and indexes of one user in the database, with room to spare."""

TRANSFER_RATE = 50 * MIB
"""OURS: bytes a second of a full state transfer: half a gigabit link, as the joiner prepares the copy too."""


def transfer_hours(deployment: Deployment) -> int:
    """Return the hours in which a full state transfer of all mailboxes' data is surely done, at least one."""
    seconds = deployment.mailboxes * DATA_PER_MAILBOX // TRANSFER_RATE
    return -(-max(seconds, 1) // 3600)


@frozen(kw_only=True)
class _ServerDropin(Artifact, ABC):
    """What both drop-ins hold."""

    unit: ClassVar[str]
    title: ClassVar[str] = "Open files and start time of the database server."

    limit_nofile: int
    start_hours: int | None = None
    """Hours until systemd gives up a start; None keeps the packaged limit, where no state is transferred."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the drop-in of a database server whose unit has this name."""
        if not host.has(Role.DATABASE) or unit_name(deployment) != cls.unit:
            return None
        galera = deployment.database.mode is Mode.GALERA
        return cls(
            limit_nofile=open_files_limit(deployment),
            start_hours=transfer_hours(deployment) if galera else None,
            origins={
                "Service TimeoutStartSec": ours(
                    f"a full state transfer of {deployment.mailboxes:,} mailboxes with 1 MiB each at 50 MiB a second; "
                    "the packages' 15 minutes would end it half way",
                    ("mailboxes",),
                )
            },
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import units

        return units.DROPIN

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            "database-dropin.conf", quote, limit_nofile=self.limit_nofile, start_hours=self.start_hours
        )


@frozen(kw_only=True)
class MariadbDropin(_ServerDropin):
    """For mariadb.service."""

    kind: ClassVar[str] = "mariadb-dropin"
    unit: ClassVar[str] = "mariadb.service"
    path: ClassVar[str] = "/etc/systemd/system/mariadb.service.d/oxconf.conf"


@frozen(kw_only=True)
class MysqlDropin(_ServerDropin):
    """For mysql.service: MySQL, Percona XtraDB Cluster and MariaDB 10.0."""

    kind: ClassVar[str] = "mysql-dropin"
    unit: ClassVar[str] = "mysql.service"
    path: ClassVar[str] = "/etc/systemd/system/mysql.service.d/oxconf.conf"
