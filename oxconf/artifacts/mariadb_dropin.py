"""Drop-ins for the unit of the database server: its limit of open files, and time for a state transfer."""

from abc import ABC
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._server import PRODUCT, is_pxc, open_files_limit, unit_name
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Derived, Mark, Origin, ours
from oxconf.deployment.sizing import max_connections
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


def start_limit(deployment: Deployment) -> Derived[str] | None:
    """Return what the drop-in says of the time for a start; None leaves it to the package's unit.

    A limit is written only where the unit has a shorter one. SOURCE: mariadb.service has 900 seconds, and calls that
    short for Galera itself. Percona's guide to 5.7 shows 10 minutes for mysql.service and how to switch them off; its
    unit for Debian (pull request 520 of percona-xtradb-cluster) had no limit, so none is what fits both. The units of
    8.0 have none (PXC-3055), and of 5.6 and MariaDB 10.0, which start by scripts, none is known.
    """
    if deployment.database.mode is not Mode.GALERA:
        return None
    if unit_name(deployment) == MariadbDropin.unit:
        why = (
            f"a full state transfer of {deployment.mailboxes:,} mailboxes with 1 MiB each at 50 MiB a second, in whole "
            "hours; mariadb.service has 15 minutes"
        )
        return Derived(f"{transfer_hours(deployment)}h", ours(why, ("mailboxes",)))
    if is_pxc(deployment) and deployment.database.version == "5.7":
        why = "Percona's guide to 5.7: the unit's 10 minutes may end a full state transfer half way"
        return Derived("infinity", Origin(Mark.SOURCE, why, keys=PRODUCT))
    return None


@frozen(kw_only=True)
class _ServerDropin(Artifact, ABC):
    """What both drop-ins hold."""

    unit: ClassVar[str]
    title: ClassVar[str] = "Open files and start time of the database server."

    limit_nofile: int
    start_limit: str | None = None
    """Time until systemd gives up a start, as `6h` or `infinity`; None keeps what the package's unit says."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the drop-in of a database server whose unit has this name."""
        if not host.has(Role.DATABASE) or unit_name(deployment) != cls.unit:
            return None
        limit = start_limit(deployment)
        return cls(
            limit_nofile=open_files_limit(deployment),
            start_limit=limit.value if limit else None,
            origins={
                "Service LimitNOFILE": ours(
                    "as many as open_files_limit in ox.cnf says; the server can not raise it itself",
                    *max_connections(deployment).origin.keys,
                ),
                **({"Service TimeoutStartSec": limit.origin} if limit else {}),
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
            "database-dropin.conf",
            quote,
            limit_nofile=self.limit_nofile,
            start_limit=self.start_limit,
            unit=self.unit,
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
