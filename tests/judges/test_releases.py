"""The runbooks on the database servers of other releases of Debian and Ubuntu: the same tests as on this machine's own.

Only where OXCONF_RELEASES names a folder (make releases): each release comes from its distribution's mirror, some
gigabytes in all, and a cluster takes minutes. Where Ubuntu calls a package otherwise than Percona or MariaDB do, an
empty one has their name, and the data folder of Percona XtraDB Cluster is put where Percona has it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from judges import test_live_runbook as live
from judges.harness import need, need_root
from judges.test_mariadb import MY_CNF, final_values, options
from lab.cluster import LabCluster
from lab.release import FOLDER, Release

from oxconf.deployment import servers
from oxconf.runbook import _product as product
from oxconf.runbook.passwords import takes_both


@dataclass(frozen=True)
class Server:
    """A series of a product, and the release that has it."""

    flavour: str
    version: str
    modes: tuple[str, ...]
    release: Release

    @property
    def name(self) -> str:
        return f"{self.flavour}-{self.version}-{self.release.suite}"

    @property
    def product(self) -> str:
        """Its lines of the table [database]."""
        return f'flavour = "{self.flavour}"\nversion = "{self.version}"\n'


def percona(suite: str, version: str) -> Server:
    data, here = "/var/lib/mysql", "/var/lib/percona-xtradb-cluster"
    files = "/etc/mysql/percona-xtradb-cluster.conf.d/mysqld.cnf /etc/init.d/mysql"
    packages = (f"percona-xtradb-cluster-server-{version}", "percona-xtrabackup", "socat")
    as_percona = f"mv {here} {data} && sed -i s,{here},{data}, {files}"
    names = (
        (f"percona-xtradb-cluster-{version.replace('.', '')}", f"{version}.0"),
        ("percona-xtrabackup-24", "2.4.0"),
    )
    release = Release(suite, packages, names, as_percona)
    return Server("percona-xtradb-cluster", version, ("galera",), release)


MARIADB = ("mariadb-server", "mariadb-backup", "socat")
BOTH = ("standalone", "replication")
ALL = (*BOTH, "galera")

SERVERS = (
    Server("mariadb", "10.0", BOTH, Release("xenial", ("mariadb-server-10.0",))),
    Server(
        "mariadb",
        "10.1",
        ALL,
        Release("bionic", ("mariadb-server-10.1", "socat"), (("mariadb-backup-10.1", "10.1.0"),)),
    ),
    Server("mariadb", "10.3", ALL, Release("focal", MARIADB)),
    Server("mariadb", "10.5", ALL, Release("bullseye", MARIADB)),
    Server("mariadb", "10.6", ALL, Release("jammy", MARIADB)),
    Server("mariadb", "11.4", ALL, Release("plucky", MARIADB)),
    Server("mariadb", "11.8", ALL, Release("trixie", MARIADB)),
    Server("mysql", "5.7", BOTH, Release("bionic", ("mysql-server",))),
    Server("mysql", "8.0", BOTH, Release("noble", ("mysql-server",))),
    Server("mysql", "8.4", BOTH, Release("questing", ("mysql-server",))),
    percona("xenial", "5.6"),
    percona("bionic", "5.7"),
)


OTHERS = {("mariadb", "10.11"), ("mysql", "5.6")}
"""Test_live_runbook.py and test_mysql.py run these on every machine."""

# Galera takes the format from it, and needs no log; PXC 5.6 says that our option is the one that counts. The page of
# databases says what ages.
HARMLESS = (
    "deprecated|You need to use --log-bin to make --binlog-format work"
    "|--wsrep-sync-wait=1 takes precedence over --wsrep-causal-reads"
)


def of_mode(mode: str) -> list[object]:
    return [pytest.param(server, id=server.name) for server in SERVERS if mode in server.modes]


def need_folder(server: Server) -> None:
    """Skip where releases can not be made."""
    if FOLDER not in os.environ:
        pytest.skip(
            f"{server.name}: needs {FOLDER}, a folder for releases from their mirrors (make releases)"
        )
    need_root()
    need("debootstrap", "debootstrap")


def set_up(server: Server, mode: str, tmp: Path) -> Iterator[LabCluster]:
    need_folder(server)
    cluster = LabCluster(
        live.described(mode).replace("[database]\n", f"[database]\n{server.product}", 1),
        tmp,
        server.release,
    )
    try:
        cluster.set_up()
        cluster.all_pass()
        live.fill(cluster, "db1")
        yield cluster
    finally:
        cluster.close()


@pytest.fixture(scope="module", params=of_mode("standalone"))
def standalone(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabCluster]:
    yield from set_up(request.param, "standalone", tmp_path_factory.mktemp("standalone"))


@pytest.fixture(scope="module", params=of_mode("replication"))
def replication(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabCluster]:
    yield from set_up(request.param, "replication", tmp_path_factory.mktemp("replication"))


@pytest.fixture(scope="module", params=of_mode("galera"))
def galera(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabCluster]:
    yield from set_up(request.param, "galera", tmp_path_factory.mktemp("galera"))


def test_what_is_marked_as_run_is_run_here() -> None:
    marked = {
        (flavour.value, each.version, mode.value)
        for each in servers.SERVERS
        for flavour in [each.flavour]
        for mode in servers.MODES[flavour]
        if each.proved(mode) is servers.Proof.RUN
    }
    here = {(each.flavour, each.version, mode) for each in SERVERS for mode in each.modes}
    assert here == {mark for mark in marked if mark[:2] not in OTHERS}


def obeys(cluster: LabCluster) -> None:
    """Each server runs with what its files say, and has no word about an option of ours but that it ages."""
    for server in cluster.servers:
        assert MY_CNF in server.host.paths
        program = product.server_program(cluster.deployment)
        # Percona XtraDB Cluster would join its cluster to print its help.
        words = "--user=mysql --loose-wsrep-provider=none --help --verbose"
        said = server.sh(f"{program} {words} 2>&1 >/tmp/help; cat /tmp/help >/tmp/printed")
        asked, final = options(server.host), final_values(server.sh("cat /tmp/printed"))
        asked.pop("wsrep_provider", None)
        if "pxc_strict_mode" in asked:
            # Off without a provider, so the running server is asked.
            assert server.sql("SELECT @@pxc_strict_mode").strip() == asked.pop("pxc_strict_mode")
        # Masked where they are printed, as they should be.
        asked.pop("wsrep_sst_auth", None)
        # The unit's drop-in raises it; here the machine's own limit is the end.
        asked.pop("open_files_limit", None)
        assert len(asked) > 15
        assert {option: final.get(option) for option in asked} == asked, server.name
        lines = [line for line in said.splitlines() if re.search("warning|error", line, re.IGNORECASE)]
        spelled = {spelling for option in asked for spelling in (option, option.replace("_", "-"))}
        complaints = [line for line in lines if any(re.search(rf"\b{word}\b", line) for word in spelled)]
        assert [line for line in complaints if not re.search(HARMLESS, line)] == []


def test_a_server_alone_obeys_its_files(standalone: LabCluster) -> None:
    obeys(standalone)


def test_master_and_slave_obey_their_files(replication: LabCluster) -> None:
    obeys(replication)


def test_nodes_obey_their_files(galera: LabCluster) -> None:
    obeys(galera)


def test_the_accounts_can_be_made_again(standalone: LabCluster) -> None:
    standalone.take("setup", "accounts", "db1")
    standalone.all_pass()


def test_a_slave_has_what_its_master_has(replication: LabCluster) -> None:
    replication.take("setup", "accounts", "db1")
    replication["ox1"].write("/tmp/password", replication.passwords["configdb"])
    assert live.alike(replication, "db1", "db2")
    assert "read-only" in replication["ox1"].sh(
        live.ASK.replace("217", "218").replace("SELECT 1", "CREATE DATABASE x"), check=False
    )


def test_every_node_has_what_the_first_has(galera: LabCluster) -> None:
    galera.take("setup", "accounts", "db1")
    assert len({live.checksum(galera, server.name) for server in galera.servers}) == 1


test_a_restore_is_rehearsed = live.test_a_restore_is_rehearsed_beside_the_live_server
test_roots_password_changes_alone = live.test_roots_password_changes_alone

test_a_slave_is_promoted_and_the_old_master_follows_it = (
    live.test_a_slave_is_promoted_and_the_old_master_follows_it
)
test_a_master_that_died_is_replaced = live.test_a_master_that_died_with_more_than_its_slave_had_is_replaced
test_a_slave_goes_on_while_the_password_changes = (
    live.test_a_slave_goes_on_while_the_password_of_the_replication_changes
)

test_a_cluster_that_was_killed_is_recovered = live.test_a_cluster_that_was_killed_is_recovered_without_a_loss


def test_the_password_of_ox_changes(galera: LabCluster) -> None:
    if takes_both(galera.deployment):
        live.test_nobody_is_locked_out_while_the_password_of_ox_changes(galera)
        return
    galera.copy_new_archives(passwords={"configdb": "n3w'of\\OX\"$"})
    galera.take("rotate-configdb", "only-new", "db1")
    galera["ox1"].write("/tmp/password", galera.passwords["configdb"])
    galera["ox1"].sh(live.ASK)


test_a_node_without_data_is_replaced = (
    live.test_a_node_without_data_is_replaced_with_the_new_password_of_the_transfer
)
test_a_server_comes_and_another_one_leaves = live.test_a_server_comes_and_another_one_leaves
