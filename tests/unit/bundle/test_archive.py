"""An archive's bytes depend on its contents alone, and it can not leave its folder."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from oxconf.bundle.archive import compress, tar
from oxconf.bundle.contents import Entry, HostContents

HOST = HostContents(
    "ox1",
    "1m-ox1",
    (Entry("README.md", b"# ox1\n", 0o644), Entry("rootfs/etc/hosts", b"127.0.0.1 localhost\n", 0o640)),
)


def test_members_have_modes_and_root_as_owner_and_one_time() -> None:
    with tarfile.open(fileobj=io.BytesIO(compress(tar(HOST)))) as archive:
        members = [(m.name, m.mode, m.uname, m.uid, m.mtime) for m in archive]

    assert members == [
        ("1m-ox1", 0o755, "root", 0, 315532800),
        ("1m-ox1/rootfs", 0o755, "root", 0, 315532800),
        ("1m-ox1/rootfs/etc", 0o755, "root", 0, 315532800),
        ("1m-ox1/README.md", 0o644, "root", 0, 315532800),
        ("1m-ox1/rootfs/etc/hosts", 0o640, "root", 0, 315532800),
    ]


def test_the_tar_is_this_one_for_ever() -> None:
    digest = hashlib.sha256(tar(HOST)).hexdigest()

    assert digest == "edc9d3248cc825cf098f637fca4d15ef494ef5d62134fefa9e57cc35d1298a8a"


DIGESTS = """
import json, sys
from oxconf.api import load
from oxconf.bundle.archive import tar
from oxconf.bundle.contents import contents, digest
from oxconf.plan import make_plan
plan = make_plan(load(tier=sys.argv[1]))
print(json.dumps({host.host.name: digest(tar(contents(plan, host))) for host in plan.hosts}))
"""


@pytest.mark.parametrize("tier", ["poc", "100k", "1m"])
def test_the_same_input_gives_the_same_bytes_everywhere(tier: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    outputs = set()
    for seed, zone, locale, umask, folder in (
        ("0", "UTC", "C", 0o022, root),
        ("1", "Asia/Kathmandu", "C.UTF-8", 0o077, tmp_path),
        ("4711", "America/St_Johns", "POSIX", 0o000, Path("/")),
    ):
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONPATH": str(root),
        }
        outputs.add(
            subprocess.run(
                [sys.executable, "-c", DIGESTS, tier],
                env=environment,
                umask=umask,
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )

    assert len(outputs) == 1
