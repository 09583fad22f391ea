"""The few calls that most users need, with the reading of files that the core leaves to others."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError
from oxconf.deployment.model import Deployment
from oxconf.deployment.secrets import Secret, SecretsError, parse_secrets
from oxconf.plan import Plan, make_plan
from oxconf.render import evidence_of
from oxconf.rules import Finding, judge

LARGEST = 16 << 20
"""Bytes of an input file; a thousand hosts take a hundredth of it."""


def load(
    path: str | os.PathLike[str] | None = None,
    *,
    tier: str | None = None,
    secrets: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Deployment:
    """Return the deployment of a cluster file, of a tier, or of a file on top of the tier that it names.

    `secrets` is a TOML file that only its owner may read; `environment`, which may be `os.environ`, is searched for
    OXCONF_SECRET_... Raises InputError with a complete message.
    """
    if path is None and tier is None:
        raise InputError("name a cluster file or a tier")
    text = "" if path is None else read_text(Path(path))
    given: Mapping[str, Secret] = {}
    wrong = ""
    if secrets is not None:
        try:
            given = parse_secrets(read_text(Path(secrets), private=True), str(secrets))
        except SecretsError as error:
            given, wrong = error.usable, str(error)
    name = "cluster.toml" if path is None else str(path)
    try:
        deployment = load_text(text, name=name, tier=tier, secrets=given, environment=environment)
    except InputError as error:
        if wrong:
            # All mistakes at once, those of the other file too.
            raise InputError(f"{wrong}\n{error}") from None
        raise
    if wrong:
        raise InputError(wrong)
    return deployment


def check(deployment: Deployment | Plan, *, deploy: bool = False) -> tuple[Finding, ...]:
    """Return what does not fit together in the files of a deployment, the errors first.

    Give its plan where you have one: the files are rendered once, whoever asks. `deploy` judges as before an
    installation: placeholders of secrets are errors then. Raises Unwritable when a value does not fit into its file's
    syntax.
    """
    plan = make_plan(deployment) if isinstance(deployment, Deployment) else deployment
    return judge(evidence_of(plan), deploy=deploy)


def check_bundle(path: str | os.PathLike[str], *, deploy: bool = False) -> tuple[Finding, ...]:
    """Return what does not fit together in an output folder, a host's folder or an archive.

    Raises UnreadableBundle.
    """
    from oxconf.bundle.read import read

    return judge(read(Path(path)), deploy=deploy)


def read_text(path: Path, *, private: bool = False) -> str:
    """Return the text of an input file; a `private` one may be readable by its owner alone.

    Raises InputError with one line.
    """
    try:
        with path.open("rb") as file:
            # Of the open file, so that nobody can change it in between.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if private and mode & 0o077:
                raise InputError(f"{path}: others may read it (mode {mode:04o}); run: chmod 600 {path}")
            data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise InputError(f"{path}: larger than {LARGEST >> 20} MiB; this is no cluster file")
            return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start + 1}; save the file as UTF-8") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, not a file") from None
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: can not be read: {getattr(error, 'strerror', None) or error}") from None
