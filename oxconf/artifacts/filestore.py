"""The shared file storage: who exports it, who mounts it, and that OX does not start without it."""

from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Enable, Install, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.topology import composed, filestore_server, mounts_filestore
from oxconf.syntax import exports, fstab, unit
from oxconf.syntax._base import Problem, Unwritable
from oxconf.syntax.blocks import wrap

_SQUASHES = ("all_squash", "root_squash", "no_root_squash")


@frozen
class Client:
    """Who may mount an export, and how. Of contradicting options the last one wins."""

    host: str
    options: tuple[str, ...] = ()

    @property
    def squash(self) -> str:
        """Whose accesses become the anonymous user's.

        `all_squash`, `root_squash` (which is the default) or `no_root_squash`.
        """
        if "all_squash" in self.options:
            return "all_squash"
        return next((option for option in reversed(self.options) if option in _SQUASHES), "root_squash")

    @property
    def anonuid(self) -> int | None:
        """User id that squashed accesses get; None where the line does not say, which is nobody's."""
        return self._number("anonuid")

    @property
    def anongid(self) -> int | None:
        """Group id that squashed accesses get, as `anonuid`."""
        return self._number("anongid")

    @property
    def writable(self) -> bool:
        """Whether the client may write; exports(5): it may not, unless the line says `rw`."""
        return next((option for option in reversed(self.options) if option in ("rw", "ro")), "ro") == "rw"

    @property
    def sync(self) -> bool:
        """Whether a write is on disk when it is acknowledged, which is the default."""
        return next((o for o in reversed(self.options) if o in ("sync", "async")), "sync") == "sync"

    def _number(self, name: str) -> int | None:
        for option in reversed(self.options):
            key, equals, value = option.partition("=")
            if key == name and equals and value.isascii() and value.isdigit():
                return int(value)
        return None


@frozen
class Export:
    """One exported folder."""

    path: str
    clients: tuple[Client, ...]
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Exports(ParsedArtifact):
    """What the filestore host exports. The file belongs to the machine as well."""

    kind: ClassVar[str] = "exports"
    path: ClassVar[str] = "/etc/exports"
    title: ClassVar[str] = "Exports the filestore to the OX hosts."
    install: ClassVar[Install] = Install.BLOCK

    exports: tuple[Export, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the export of the filestore host; None where nobody mounts it over the network."""
        store = deployment.filestore
        clients = [client for client in deployment.hosts if mounts_filestore(deployment, client)]
        if not host.has(Role.FILESTORE) or store.server is not None or not clients:
            return None
        # The tutorial's options, and sync, which is the default but too important to leave unsaid.
        options = (
            "rw",
            "sync",
            "no_subtree_check",
            "all_squash",
            f"anonuid={store.uid}",
            f"anongid={store.gid}",
        )
        origins = {
            "path": deployment.origin("filestore", "path"),
            "anonuid": deployment.origin("filestore", "uid"),
            "anongid": deployment.origin("filestore", "gid"),
            **{f"{each.address} client": deployment.host_origin(each, "address") for each in clients},
        }
        return cls(
            exports=(Export(store.path, tuple(Client(str(each.address), options) for each in clients)),),
            origins=origins,
        )

    def render(self) -> str:
        """Return our block."""
        items: list[exports.Export | exports.Comment] = [
            exports.Comment(self.title),
            exports.Comment(
                "all_squash: whoever writes, the files belong to open-xchange, the same numbers on all hosts."
            ),
        ]
        for each in self.exports:
            clients = tuple(exports.Client(client.host, client.options) for client in each.clients)
            items.append(exports.Export(each.path, clients))
        return wrap(exports.render(exports.Document(tuple(items))))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.EXPORTS

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read a whole file, inside and outside of the block."""
        document = exports.parse(text)
        found = tuple(
            Export(
                each.path, tuple(Client(client.host, client.options) for client in each.clients), each.line
            )
            for each in document.exports
        )
        return cls(exports=found), document.problems

    def enables(self) -> tuple[Enable, ...]:
        """Return the NFS server."""
        return (Enable(Switch.UNIT, "nfs-server.service"),)


@frozen
class Mount:
    """One line of fstab."""

    spec: str
    file: str
    type: str
    options: tuple[str, ...]
    freq: int = 0
    passno: int = 0
    line: int = field(default=0, eq=False)

    @property
    def nfs(self) -> bool:
        """Whether the file system comes from an NFS server."""
        return self.type in ("nfs", "nfs4")

    @property
    def server(self) -> str | None:
        """Host part of `host:path`, None for what is no NFS mount."""
        return self.spec.rpartition(":/")[0] or None if self.nfs else None

    @property
    def exported(self) -> str | None:
        """Path part of `host:path`, None for what is no NFS mount."""
        _, colon, path = self.spec.rpartition(":/")
        return f"/{path}" if self.nfs and colon else None


@frozen(kw_only=True)
class Fstab(ParsedArtifact):
    """What an OX host mounts. The file belongs to the machine as well."""

    kind: ClassVar[str] = "fstab"
    path: ClassVar[str] = "/etc/fstab"
    title: ClassVar[str] = "Mounts the filestore."
    install: ClassVar[Install] = Install.BLOCK

    mounts: tuple[Mount, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the mount of an OX host; None on the host that has the files itself."""
        if not mounts_filestore(deployment, host):
            return None
        path = deployment.filestore.path
        options = ("rw", "hard", "noatime", "_netdev")
        if deployment.filestore.server is not None:
            server = deployment.origin("filestore", "server")
        else:
            (store,) = deployment.with_role(Role.FILESTORE)
            server = deployment.host_origin(store, "address")
        folder = deployment.origin("filestore", "path")
        origins = {
            "device": composed("the filestore's server and its folder", server, folder),
            "mount point": folder,
        }
        mount = Mount(f"{filestore_server(deployment)}:{path}", path, "nfs", options)
        return cls(mounts=(mount,), origins=origins)

    def render(self) -> str:
        """Return our block."""
        items: list[fstab.Mount | fstab.Comment] = [
            fstab.Comment(self.title),
            fstab.Comment(
                "hard: writers wait while the server is away, and lose nothing. _netdev: after the network."
            ),
        ]
        items += [
            fstab.Mount(each.spec, each.file, each.type, each.options, each.freq, each.passno)
            for each in self.mounts
        ]
        return wrap(fstab.render(fstab.Document(tuple(items))))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.FSTAB

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read a whole file, inside and outside of the block."""
        document = fstab.parse(text)
        mounts = tuple(
            Mount(each.spec, each.file, each.type, each.options, each.freq, each.passno, each.line)
            for each in document.mounts
        )
        return cls(mounts=mounts), document.problems


@frozen(kw_only=True)
class FilestoreGuard(ParsedArtifact):
    """Drop-in of the OX service, which would otherwise fill the folder below the mount point.

    RequiresMountsFor= pulls in the mount and waits for it, but asks for nothing where fstab has no such line;
    AssertPathIsMountPoint= makes the start fail there as well, and says so (a Condition would only skip it).
    """

    kind: ClassVar[str] = "filestore-guard"
    path: ClassVar[str] = "/etc/systemd/system/open-xchange.service.d/oxconf-filestore.conf"
    title: ClassVar[str] = "OX does not start while the filestore is not mounted."

    requires_mounts_for: str | None = None
    assert_path_is_mount_point: str | None = None

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the guard of a host that mounts the filestore."""
        if not mounts_filestore(deployment, host):
            return None
        path = deployment.filestore.path
        return cls(requires_mounts_for=path, assert_path_is_mount_point=path)

    def render(self) -> str:
        """Return the complete text."""
        items: list[unit.Section | unit.Entry | unit.Comment] = [
            unit.Comment(f"{self.title} Written by oxconf."),
            unit.Section("Unit"),
        ]
        if self.requires_mounts_for is not None:
            items.append(unit.Comment("Mounts it first, where fstab knows it."))
            items.append(unit.Entry("Unit", "RequiresMountsFor", _plain(self.requires_mounts_for)))
        if self.assert_path_is_mount_point is not None:
            items.append(
                unit.Comment("Fails where fstab does not, instead of writing into the folder below.")
            )
            items.append(
                unit.Entry("Unit", "AssertPathIsMountPoint", _plain(self.assert_path_is_mount_point))
            )
        return unit.render(unit.Document(tuple(items)))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import units

        return units.FILESTORE_GUARD

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the drop-in; of several paths the first is taken."""
        document = unit.parse(text)
        requires = next(iter(document.values("Unit", "RequiresMountsFor")), None)
        asserted = next(iter(document.values("Unit", "AssertPathIsMountPoint")), None)
        found = {"requires_mounts_for": requires, "assert_path_is_mount_point": asserted}
        artifact = cls(
            requires_mounts_for=requires.value if requires else None,
            assert_path_is_mount_point=asserted.value if asserted else None,
            lines={name: entry.line for name, entry in found.items() if entry},
        )
        return artifact, document.problems


@frozen(kw_only=True)
class FilestoreGuardForScripts(FilestoreGuard):
    """The same for packages that start by /etc/init.d/open-xchange-groupware and /etc/init.d/open-xchange-admin.

    systemd makes units of these names. A folder whose name ends in `-` is for every unit that begins so
    (systemd.unit(5), since systemd 239), but not for open-xchange.service.
    """

    kind: ClassVar[str] = "filestore-guard-for-scripts"
    path: ClassVar[str] = "/etc/systemd/system/open-xchange-.service.d/oxconf-filestore.conf"
    title: ClassVar[str] = "No part of OX starts while the filestore is not mounted."


def _plain(path: str) -> str:
    """Return a path that both keys read alike: only one of them knows quotes."""
    if unit.quote(path) != path:
        raise Unwritable(f"a mount point in a unit must be a plain word, not {path!r}")
    return path
