"""The backup: a script, its account, when it runs, and the way back."""

import re
import shlex
from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact, Enable, Switch
from oxconf.artifacts._codec import ADDRESS, INTEGER, TEXT, secret
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._server import at_least, client_program, dump_program, is_mariadb
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Flavour, Host, Mode
from oxconf.deployment.origin import Mark, ours
from oxconf.deployment.secrets import Secret
from oxconf.deployment.topology import (
    LOCALHOST,
    MYSQL_PORT,
    backup_host,
    backup_server,
    database_bind_address,
    mounts_filestore,
)
from oxconf.deployment.units import counted
from oxconf.syntax import unit
from oxconf.syntax._base import Unwritable

SCRIPT = "/usr/local/sbin/oxconf-backup"
ACCOUNT_FILE = "/etc/oxconf/backup.cnf"
DATABASE_USER = "backup"

WAIT_SECONDS = 600
"""OURS: a slave that is ten minutes behind is broken, and its backup would be of no use."""


def _made_here(deployment: Deployment, host: Host) -> bool:
    return host == backup_host(deployment)


@frozen(kw_only=True)
class Backup(Artifact):
    """The script. It needs rsync, and flock, gzip and sha256sum, which every Debian has.

    SOURCE (the middleware's file storage): OX writes a file once, under a name that is not given again where its names
    are random; the older storage with numbers gives names of deleted files again, which the script keeps apart.
    Resumed uploads add to the end of a file, and what the database knows of it stays.
    """

    kind: ClassVar[str] = "backup"
    path: ClassVar[str] = SCRIPT
    title: ClassVar[str] = "Backs up the databases and the filestore as one state."
    mode: ClassVar[int] = 0o755

    store: str
    folder: str
    keep: int
    """Days."""
    mounted: bool
    """Whether the filestore is another host's."""
    mode_of_servers: Mode
    writer: IPv4Address | None
    """Where the writes of a replicating cluster go."""
    flavour: Flavour
    old: bool
    """Whether it is MySQL 5.6, whose function to wait for a position has another name."""
    client: str
    dump: str
    dump_options: tuple[str, ...]

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of the host that makes the backup."""
        backup, database = deployment.backup, deployment.database
        if not _made_here(deployment, host) or backup.folder is None:
            return None
        return cls(
            store=deployment.filestore.path,
            folder=backup.folder,
            keep=backup.keep,
            mounted=mounts_filestore(deployment, host),
            mode_of_servers=database.mode,
            writer=database.write_address if database.mode is Mode.REPLICATION else None,
            flavour=database.flavour,
            old=not is_mariadb(deployment) and not at_least(deployment, "5.7"),
            client=client_program(deployment),
            dump=dump_program(deployment),
            dump_options=_dump_options(deployment),
            origins={
                "filestore": deployment.origin("filestore", "path"),
                "folder": deployment.origin("backup", "folder"),
                "keep": deployment.origin("backup", "keep"),
            },
        )

    def render(self) -> str:
        """Return the complete script."""
        mariadb = self.flavour is Flavour.MARIADB
        if mariadb:
            position, wait = "@@GLOBAL.gtid_binlog_pos", "MASTER_GTID_WAIT"
        else:
            # Several servers' positions stand on several lines.
            position = "REPLACE(@@GLOBAL.gtid_executed, CHAR(10), CHAR(32))"
            wait = "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS" if self.old else "WAIT_FOR_EXECUTED_GTID_SET"
        return fill(
            "backup",
            str,
            title=self.title,
            store=shlex.quote(self.store),
            folder=shlex.quote(self.folder),
            keep=self.keep,
            account=ACCOUNT_FILE,
            mounted=self.mounted,
            mode=self.mode_of_servers.value,
            writer=self.writer,
            position_of=position,
            wait_function=wait,
            wait_seconds=WAIT_SECONDS,
            # 1 is a time that is over, for the old function the number of transactions that it waited for.
            wait_returns_1=not mariadb and not self.old,
            client=shlex.quote(self.client),
            dump=shlex.quote(self.dump),
            dump_options=shlex.join(self.dump_options),
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import backup

        return backup.BACKUP


def _dump_options(deployment: Deployment) -> tuple[str, ...]:
    options = [
        "--single-transaction",
        "--quick",
        "--routines",
        "--triggers",
        "--events",
        "--hex-blob",
        # Tablespaces are of no use to another server, and MySQL 8.0 asks for the privilege PROCESS to list them.
        "--no-tablespaces",
        "--default-character-set=utf8mb4",
    ]
    if deployment.database.mode is Mode.REPLICATION:
        # Galera's nodes keep no binary log. The name is another one from MySQL 8.0.26 on, the old one is known to 8.0.
        new_name = not is_mariadb(deployment) and at_least(deployment, "8.4")
        options.append("--source-data=2" if new_name else "--master-data=2")
    if deployment.database.mode is Mode.REPLICATION and not is_mariadb(deployment):
        # TUTORIAL: a server that has positions of its own refuses those of a dump.
        options.append("--set-gtid-purged=OFF")
    return tuple(options)


@frozen(kw_only=True)
class Restore(Artifact):
    """The way back, on the host that has the backups. It can be copied to any other."""

    kind: ClassVar[str] = "restore"
    path: ClassVar[str] = "/usr/local/sbin/oxconf-restore"
    title: ClassVar[str] = "Looks whether a backup is whole, and restores it."
    mode: ClassVar[int] = 0o755

    folder: str
    client: str
    dump: str
    dump_options: tuple[str, ...]

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of the host that makes the backup."""
        folder = deployment.backup.folder
        if not _made_here(deployment, host) or folder is None:
            return None
        return cls(
            folder=folder,
            client=client_program(deployment),
            dump=dump_program(deployment),
            # Without positions: what is kept is for this server alone.
            dump_options=tuple(
                each for each in _dump_options(deployment) if not each.startswith(("--master", "--source"))
            ),
            origins={"folder": deployment.origin("backup", "folder")},
        )

    def render(self) -> str:
        """Return the complete script."""
        return fill(
            "restore",
            str,
            title=self.title,
            folder=self.folder,
            client=shlex.quote(self.client),
            dump=shlex.quote(self.dump),
            dump_options=shlex.join(self.dump_options),
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import backup

        return backup.RESTORE


@frozen(kw_only=True)
class BackupCnf(OptionsArtifact):
    """The account of the backup, read by the dump program.

    It needs SELECT, SHOW VIEW, TRIGGER and EVENT, in a replicating cluster RELOAD and REPLICATION CLIENT as well.
    """

    kind: ClassVar[str] = "backup-cnf"
    path: ClassVar[str] = ACCOUNT_FILE
    title: ClassVar[str] = "Database account of the backup."
    mode: ClassVar[int] = 0o600
    option_group: ClassVar[str] = "client"

    user: str | None = setting("user", TEXT, "Database user.", Mark.OURS, "named after what it does")
    password: Secret | None = setting(
        "password",
        secret("backup"),
        "Password of that user.",
        Mark.OURS,
        "in a file that only root reads, and never on a command line",
        keys=(("secrets", "backup"),),
    )
    host: IPv4Address | None = setting(
        "host",
        ADDRESS,
        "Address of the server that is dumped.",
        Mark.OURS,
        "the last that would take the writes: a dump does not slow down the writer",
        noted=True,
    )
    port: int | None = setting(
        "port",
        INTEGER,
        "Its port.",
        Mark.SOURCE,
        "the port of MySQL, which is the installer's default (oxinstaller.in)",
        minimum=1,
        maximum=65535,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the account of the host that makes the backup."""
        if not _made_here(deployment, host):
            return None
        server = backup_server(deployment)
        local = database_bind_address(deployment, server) == LOCALHOST
        return cls(
            user=DATABASE_USER,
            password=deployment.password("backup"),
            host=LOCALHOST if local else server.address,
            port=MYSQL_PORT,
            origins={
                "host": cls.declared("host", ("database", "writer"), deployment.path(server, "address")),
            },
        )


@frozen(kw_only=True)
class BackupService(Artifact):
    """What the timer starts; `systemctl start oxconf-backup` makes a backup at once."""

    kind: ClassVar[str] = "backup-service"
    path: ClassVar[str] = "/etc/systemd/system/oxconf-backup.service"
    title: ClassVar[str] = "Makes a backup."

    store: str
    folder: str

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the unit of the host that makes the backup."""
        folder = deployment.backup.folder
        if not _made_here(deployment, host) or folder is None:
            return None
        return cls(store=deployment.filestore.path, folder=folder)

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            "oxconf-backup.service",
            unit.quote,
            script=SCRIPT,
            store=self.store,
            folder=self.folder,
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import backup

        return backup.SERVICE


@frozen(kw_only=True)
class BackupTimer(Artifact):
    """When the backup is made."""

    kind: ClassVar[str] = "backup-timer"
    path: ClassVar[str] = "/etc/systemd/system/oxconf-backup.timer"
    title: ClassVar[str] = "Makes a backup in time."

    at: str

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the timer of the host that makes the backup."""
        if not _made_here(deployment, host):
            return None
        keep = counted(deployment.backup.keep, "day")
        origin = deployment.origin("backup", "at")
        return cls(
            at=deployment.backup.at,
            origins={
                "Timer OnCalendar": origin,
                "Timer Persistent": ours(f"a night without a backup is one of the {keep} that are kept"),
            },
        )

    def render(self) -> str:
        """Return the complete text."""
        return fill("oxconf-backup.timer", _bare, title=self.title, at=self.at)

    def enables(self) -> tuple[Enable, ...]:
        """Return the timer; the service starts by it."""
        return (Enable(Switch.UNIT, "oxconf-backup.timer"),)

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import backup

        return backup.TIMER


def _bare(text: str) -> str:
    """Return a text of a unit that stands without quotes: a calendar or a comment."""
    if not re.fullmatch(r"[A-Za-z0-9 .,:*-]+", text):
        raise Unwritable(f"{text!r} does not fit into a unit of the backup")
    return text
