"""What must hold of the backup: a host that sees the files, and a folder that is not among them."""

from collections.abc import Iterator

from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, did_you_mean, quoted
from oxconf.deployment.model import Deployment, Role

FOLDER: Path = ("backup", "folder")
RUNS_ON: Path = ("backup", "runs_on")
STORE: Path = ("filestore", "path")
ROLES: Path = ("hosts", "*", "roles")
NAMES: Path = ("hosts", "*", "name")


def backup_mistakes(deployment: Deployment) -> Iterator[Mistake]:
    """Yield what does not fit together."""
    backup, store = deployment.backup, deployment.filestore.path
    if backup.folder is None:
        if backup.runs_on is not None:
            yield Mistake(
                RUNS_ON,
                "nobody makes a backup: backup.folder is absent",
                'drop this, or add a folder like "/var/backups/ox"',
                rests_on=(RUNS_ON, FOLDER),
            )
        return
    if f"{backup.folder}/".startswith(f"{store}/") or f"{store}/".startswith(f"{backup.folder}/"):
        yield Mistake(
            FOLDER,
            f"the backups in {backup.folder} and the filestore {store} lie in each other",
            "take a folder outside of the filestore, best on another disk",
            (STORE,),
            rests_on=(FOLDER, STORE),
        )
    if backup.runs_on is not None:
        able = [host.name for host in deployment.hosts if host.runs_ox or host.has(Role.FILESTORE)]
        if backup.runs_on not in able:
            yield Mistake(
                RUNS_ON,
                f"{quoted(backup.runs_on)} is not a host that sees the filestore",
                did_you_mean(backup.runs_on, able),
                rests_on=(RUNS_ON, FOLDER, ROLES, NAMES),
            )
