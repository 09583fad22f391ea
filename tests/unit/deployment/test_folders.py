"""Folders that belong to somebody else: which are refused, which are not, and that none of ours is forgotten."""

from contextlib import nullcontext
from pathlib import PurePosixPath

import pytest

from oxconf.artifacts.https_site import DOCUMENT_ROOT
from oxconf.deployment.folders import OWNED, Owned, conflict
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError
from oxconf.plan import ARTIFACTS
from oxconf.runbook.saved import SAVED

PATHS = sorted({cls.path for cls in ARTIFACTS})


@pytest.mark.parametrize("path", PATHS)
def test_no_folder_with_a_rendered_file_can_be_taken(path: str) -> None:
    assert conflict(str(PurePosixPath(path).parent))


def test_what_apache_serves_is_public() -> None:
    assert any(f"{DOCUMENT_ROOT}/".startswith(f"{owned.path}/") for owned in OWNED if owned.public)


@pytest.mark.parametrize("owned", OWNED, ids=lambda owned: str(owned.path))
def test_a_folder_above_one_that_has_an_owner_has_one_too(owned: Owned) -> None:
    parents = [str(parent) for parent in PurePosixPath(owned.path).parents][:-1]

    assert all(conflict(parent) for parent in parents)


@pytest.mark.parametrize(
    "path",
    [
        "/home",
        "/opt",
        "/opt/open-xchange/etc",
        "/tmp/b",
        "/usr/local/sbin",
        "/var",
        "/var/lib",
        "/var/lib/mysql",
        "/var/lib/mysql/ox",
        "/var/log",
        "/var/www/html/backup",
        SAVED,
    ],
)
def test_these_are_refused(path: str) -> None:
    assert conflict(path)


@pytest.mark.parametrize(
    "path",
    [
        "/backup",
        "/data/ox",
        "/home/ox",
        "/libs",
        "/mnt",
        "/opt/open-xchange-files",
        "/srv/filestore",
        "/var/backups/ox",
        "/var/lib/mysqldata",
        "/var/lib/oxfiles",
        "/var/opt/filestore",
    ],
)
def test_these_are_free(path: str) -> None:
    assert conflict(path) is None


@pytest.mark.parametrize(
    ("file", "fits"),
    [
        ("/etc/ssl/private/a.key", True),
        ("/etc/apache2/a.key", True),
        ("/root/a.key", True),
        ("/usr/local/etc/a.key", True),
        ("/var/www/a.key", False),
        ("/var/www/html/a.key", False),
        ("/var/wwwx/a.key", True),
        ("/tmp/a.key", False),
        ("/run/a.key", False),
    ],
)
def test_where_a_key_may_lie(file: str, fits: bool) -> None:
    text = f'[web]\nname = "a.example"\ncertificate = "/etc/ssl/certs/a.pem"\ncertificate_key = "{file}"\n'
    with nullcontext() if fits else pytest.raises(ClusterError, match=file):
        load_text(text, tier="poc")
