"""How programs on a database host log in to its server: root's own option file, and that of old Debian packages."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import TEXT, secret
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._server import PRODUCT, SOCKET, at_least, is_mariadb
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Mark
from oxconf.deployment.secrets import Secret

ROOT = "root"
MAINTENANCE_USER = "debian-sys-maint"
"""Debian's name for the account of its start scripts; it needs all privileges and logs in from localhost."""


@frozen(kw_only=True)
class RootCnf(OptionsArtifact):
    """What the clients of root read when nobody names another file: the tutorial's steps give no password.

    From MariaDB 10.4 on root@localhost logs in by the socket as well, without a password; clients that offer one all
    the same are let in. `--defaults-file` keeps a client from reading this file, which Debian's scripts do.
    """

    kind: ClassVar[str] = "root-my-cnf"
    path: ClassVar[str] = "/root/.my.cnf"
    title: ClassVar[str] = "Root's login to the database server of this host."
    mode: ClassVar[int] = 0o600
    option_group: ClassVar[str] = "client"

    user: str | None = setting("user", TEXT, "Database user.", Mark.TUTORIAL)
    password: Secret | None = setting(
        "password",
        secret("root"),
        "Password of that user.",
        Mark.TUTORIAL,
        "in a file that only root reads, and never on a command line",
        keys=(("secrets", "root"),),
    )
    socket: str | None = setting(
        "socket",
        TEXT,
        "The server's socket.",
        Mark.SOURCE,
        "the packages for Debian; the account is root@localhost, which no network reaches",
        noted=True,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the login of a database host."""
        if not host.has(Role.DATABASE):
            return None
        return cls(user=ROOT, password=deployment.password("root"), socket=SOCKET)


@frozen(kw_only=True)
class DebianCnf(OptionsArtifact):
    """The login of the package's own scripts, which stop the server, flush its logs and upgrade its tables.

    Written for MariaDB 10.0 to 10.3 alone. The datadir is made anew, so the account of the package's first start is
    gone, and in Galera all nodes have the accounts of the first: the file must say the same on each (TUTORIAL, for
    10.0 to 10.2). SOURCE: from MariaDB 10.4 on root@localhost is let in by the socket, and the postinst of Debian's
    10.11 writes the file with `user = root` and no password. That file is right as it is.
    """

    kind: ClassVar[str] = "debian-cnf"
    path: ClassVar[str] = "/etc/mysql/debian.cnf"
    title: ClassVar[str] = "Login of the package's start scripts; the same on every database host."
    mode: ClassVar[int] = 0o600
    option_group: ClassVar[str] = "client"
    more_groups: ClassVar[tuple[str, ...]] = ("mysql_upgrade",)

    host: str | None = setting(
        "host", TEXT, "Where the server is.", Mark.SOURCE, "the packages write it; it means the socket"
    )
    user: str | None = setting("user", TEXT, "Database user.", Mark.TUTORIAL, keys=PRODUCT)
    password: Secret | None = setting(
        "password",
        secret("maintenance"),
        "Password of that user.",
        Mark.TUTORIAL,
        "every node of a cluster has the accounts of the first",
        noted=True,
        keys=(("secrets", "maintenance"),),
    )
    socket: str | None = setting(
        "socket", TEXT, "The server's socket.", Mark.SOURCE, "the packages for Debian"
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the login for a server whose package logs in with a password."""
        if not host.has(Role.DATABASE) or not is_mariadb(deployment) or at_least(deployment, "10.4"):
            return None
        return cls(
            host="localhost",
            user=MAINTENANCE_USER,
            password=deployment.password("maintenance"),
            socket=SOCKET,
        )
