"""The packages of a host are there in every release of the distributions, or come from a vendor."""

import csv
from pathlib import Path

import pytest

from oxconf.api import load
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Mode
from oxconf.deployment.servers import MODES, SERVERS, Server, packaged
from oxconf.plan import make_plan
from oxconf.runbook._packages import packages

ROOT = Path(__file__).parents[3]

with (ROOT / "tests/data/packages-by-release.csv").open(encoding="utf-8", newline="") as lines:
    # Versions by package and release, from the package indexes of the releases on 2026-11-23.
    INDEX = {row.pop("package"): row for row in csv.DictReader(lines)}

OF_VENDORS = {
    "galera-3",
    "galera-arbitrator-3",
    "mariadb-galera-server-10.0",
    "maxscale",
    "mysql-client",
    "mysql-server",
}
"""What the vendor of the database brings where the release does not."""


def wanted(text: str) -> set[str]:
    plan = make_plan(load_text(text))
    return {name for host in plan.hosts for name in packages(plan.deployment, host).debian}


def vendors(name: str) -> bool:
    return name in OF_VENDORS or name.startswith(("percona-", "mariadb-server-10.", "mariadb-backup-10."))


def described(server: Server, mode: Mode) -> str:
    tier = "poc" if mode is Mode.STANDALONE else "1m"
    return (
        f'tier = "{tier}"\n[database]\nflavour = "{server.flavour.value}"\n'
        f'version = "{server.version}"\nmode = "{mode.value}"\n'
        + ('write_address = "10.20.30.200"\n' if mode is Mode.REPLICATION else "")
    )


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("tests/clusters/deployments/*.toml")), ids=lambda one: one.stem
)
def test_each_package_is_in_every_release(path: Path) -> None:
    plan = make_plan(load(path))
    names = {name for host in plan.hosts for name in packages(plan.deployment, host).debian}

    assert names
    assert [name for name in sorted(names) if not vendors(name) and not all(INDEX[name].values())] == []


@pytest.mark.parametrize(
    ("server", "mode"),
    [(server, mode) for server in SERVERS for mode in MODES[server.flavour]],
    ids=lambda one: getattr(one, "name", one),
)
def test_each_package_of_a_server_is_in_every_release(server: Server, mode: Mode) -> None:
    names = wanted(described(server, mode))

    assert [name for name in sorted(names) if not vendors(name) and not all(INDEX[name].values())] == []


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_a_release_brings_a_server_as_its_index_says(server: Server) -> None:
    name = {"mariadb": "mariadb-server", "mysql": "mysql-server"}.get(server.flavour.value)
    found = [
        release
        for release, version in INDEX.get(name or "", {}).items()
        if version.partition(":")[2].startswith(f"{server.version}.")
        or version.startswith(f"{server.version}.")
    ]

    assert list(packaged(server)) == found


def test_who_talks_to_mysql_has_its_own_client() -> None:
    """The distribution's default client is MariaDB's, whose mysqldump knows nothing of MySQL's transaction ids."""
    beside = '\n[backup]\nfolder = "/var/backups/ox"\nruns_on = "filestore1"\n'
    mysql = described(next(one for one in SERVERS if one.name == "MySQL 8.0"), Mode.REPLICATION)

    assert "mysql-client" in wanted(mysql + beside)
    assert "default-mysql-client" not in wanted(mysql + beside)
    pxc = described(next(one for one in SERVERS if one.name == "Percona XtraDB Cluster 8.0"), Mode.GALERA)
    assert "percona-xtradb-cluster-client" in wanted(pxc + beside)
    old = described(next(one for one in SERVERS if one.name == "Percona XtraDB Cluster 5.7"), Mode.GALERA)
    assert "percona-xtradb-cluster-client-5.7" in wanted(old + beside)
