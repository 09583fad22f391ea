"""Folders that belong to the system and to the programs of a cluster: no path of the cluster file may lead there.

One list holds for every host. Roles move between hosts, and the filestore is mounted on each OX host under the same
path, so what a folder is on one host decides for all.
"""

from collections.abc import Iterator

from attrs import frozen

from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake
from oxconf.deployment.model import Deployment


@frozen
class Owned:
    """A folder that has an owner; `holds` says what is there. What is to stay there must be the owner's.

    `inner` folders may be yours, only the folder itself may not. `public` is what web servers hand to everybody;
    what is in a `fleeting` one is gone after a while.
    """

    path: str
    holds: str
    inner: bool = False
    public: bool = False
    fleeting: bool = False


OWNED = (
    # SOURCE: Filesystem Hierarchy Standard 3.0.
    Owned("/bin", "the system's programs"),
    Owned("/boot", "the kernel"),
    Owned("/dev", "the system's devices", fleeting=True),
    Owned("/etc", "the configuration of this host"),
    Owned("/home", "the homes of the host's users", inner=True),
    Owned("/lib", "the system's libraries"),
    Owned("/lib32", "the system's libraries"),
    Owned("/lib64", "the system's libraries"),
    Owned("/libx32", "the system's libraries"),
    Owned("/opt", "programs from outside the distribution", inner=True),
    Owned("/proc", "the kernel's view of its processes", fleeting=True),
    Owned("/root", "root's own files, which no other user reaches"),
    Owned("/run", "what runs now, and is empty after a restart", fleeting=True),
    Owned("/sbin", "the system's programs"),
    Owned("/sys", "the kernel's view of its devices", fleeting=True),
    Owned("/tmp", "temporary files, which are gone after a restart", fleeting=True),  # noqa: S108
    Owned("/usr", "the programs of the system and of oxconf"),
    Owned("/var", "what all programs of this host write", inner=True),
    Owned("/var/cache", "what programs may throw away and make again", fleeting=True),
    Owned("/var/lib", "the state of all programs of this host", inner=True),
    Owned("/var/lock", "what runs now, and is empty after a restart", fleeting=True),
    Owned("/var/log", "the logs"),
    Owned("/var/mail", "the host's mail"),
    Owned("/var/run", "what runs now, and is empty after a restart", fleeting=True),
    Owned("/var/spool", "the queues of mail and cron"),
    Owned("/var/tmp", "temporary files, which systemd-tmpfiles deletes after 30 days", fleeting=True),  # noqa: S108
    # Debian and Ubuntu.
    Owned("/snap", "Ubuntu's snaps"),
    Owned("/var/backups", "the distribution's copies of its own files", inner=True),
    Owned("/var/lib/apt", "what apt knows of packages"),
    Owned("/var/lib/dpkg", "what dpkg knows of the installed packages"),
    Owned("/var/lib/systemd", "systemd's own state"),
    # The cluster's own programs.
    Owned("/opt/open-xchange", "Open-Xchange itself"),
    Owned("/var/backups/oxconf", "the files that the installer has replaced"),
    Owned("/var/lib/haproxy", "the folder that HAProxy is locked into"),
    Owned("/var/lib/maxscale", "MaxScale's own state"),
    Owned("/var/lib/munin", "Munin's own state"),
    Owned("/var/lib/munin-node", "Munin's own state"),
    Owned("/var/lib/mysql", "the databases"),
    Owned("/var/lib/mysql-files", "the files of the database server"),
    Owned("/var/lib/mysql-keyring", "the keys of the database server"),
    Owned("/var/lib/nfs", "what the NFS server knows of its clients"),
    Owned("/var/www", "what Apache shows to everybody", public=True),
)


def conflict(path: str) -> str | None:
    """Return why a folder can not be the cluster's own, as the end of a sentence that begins with it; or None."""
    for owned in OWNED:
        if path == owned.path:
            return f"holds {owned.holds}"
    for owned in OWNED:
        if path.startswith(f"{owned.path}/") and not owned.inner:
            return f"lies in {owned.path}, which holds {owned.holds}"
    return None


def folder_mistakes(deployment: Deployment) -> Iterator[Mistake]:
    """Look at each path of the cluster file."""
    why = conflict(deployment.filestore.path)
    if why:
        yield Mistake(
            ("filestore", "path"),
            f"{deployment.filestore.path} {why}; the filestore would hide it or mix with it",
            'take a folder of its own, like "/var/opt/filestore"',
        )
    folder = deployment.backup.folder
    why = conflict(folder) if folder is not None else None
    if why:
        yield Mistake(
            ("backup", "folder"),
            f"{folder} {why}",
            'take a folder of its own, like "/var/backups/ox", best on another disk',
        )
    for key in ("certificate", "certificate_key"):
        yield from _certificate(("web", key), getattr(deployment.web, key))


def _certificate(path: Path, file: str | None) -> Iterator[Mistake]:
    """A certificate and its key may lie beside the system's own files, where they stay and nobody fetches them."""
    for owned in OWNED:
        if file is not None and (owned.public or owned.fleeting) and file.startswith(f"{owned.path}/"):
            yield Mistake(
                path,
                f"{file} lies in {owned.path}, which holds {owned.holds}",
                'take "/etc/ssl/private" for the key and "/etc/ssl/certs" for the certificate',
            )
