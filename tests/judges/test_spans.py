"""The daemons take the times of hosts that stand farther apart, and Galera's provider obeys its own.

`mariadbd --help` looks at the spelling alone: whether timers fit each other is known when the provider starts.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges.harness import CLUSTERS, Host, need, render_text
from judges.server import WITH_DAEMONS, Server, free_port, server
from judges.test_apache import test_apache_keeps_every_balancer_member as test_apache
from judges.test_haproxy import test_haproxy_accepts_its_file_without_a_warning as test_haproxy
from judges.test_keepalived import (
    test_keepalived_accepts_its_file_on_a_host_with_the_interface as test_keepalived,
)
from judges.test_mariadb import test_every_option_file_is_read as test_option_files
from judges.test_mariadb import test_the_server_runs_with_what_our_files_say as test_mariadb

from oxconf.artifacts._provider_options import ProviderOptions, timers
from oxconf.artifacts.garb import Garb
from oxconf.deployment.load import load_text

__all__ = ["test_apache", "test_haproxy", "test_keepalived", "test_mariadb", "test_option_files"]

GALERA = Path("/usr/lib/galera/libgalera_smm.so")
SPANS = ("lan", "metro", "wan")


@pytest.fixture(scope="session", params=["1m metro", "1m wan", "1m-lvs wan"])
def hosts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Host]:
    cluster, span = request.param.split()
    folder = tmp_path_factory.mktemp(f"{cluster}-{span}")
    return render_text(f'{CLUSTERS[cluster]}\n[network]\nspan = "{span}"\n', folder)


def wanted(span: str) -> ProviderOptions:
    return timers(load_text(f'tier = "1m"\n[network]\nspan = "{span}"\n'))


@pytest.fixture
def node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, int]]:
    """A Galera cluster of one node with the timers of a span, and its port."""
    if not GALERA.is_file():
        pytest.skip(f"needs {GALERA} (Debian package galera-4)")
    port = free_port()
    options = f"{wanted(request.param)}; gcache.size=16M; gmcast.listen_addr=tcp://127.0.0.1:{port}"
    with server(
        tmp_path_factory.mktemp("sp"),
        "wsrep_on=ON",
        f"wsrep_provider={GALERA}",
        "wsrep_cluster_address=gcomm://",
        "wsrep_cluster_name=1m",
        f"wsrep_node_address=127.0.0.1:{port}",
        f'wsrep_provider_options="{options}"',
        "binlog_format=ROW",
        "innodb_autoinc_lock_mode=2",
        "wsrep_new_cluster",
    ) as made:
        yield made, port


@pytest.mark.parametrize(("node", "span"), [(span, span) for span in SPANS], indirect=["node"])
def test_galera_starts_with_the_timers_and_obeys_them(node: tuple[Server, int], span: str) -> None:
    said = node[0].sql("SELECT @@wsrep_provider_options").strip()
    obeyed = ProviderOptions.parse(said)

    for name in ProviderOptions.__slots__:
        value = getattr(wanted(span), name, None)
        if name.startswith("evs_") and value is not None:
            assert getattr(obeyed, name) == value, name


@pytest.mark.parametrize(("node", "span"), [(span, span) for span in SPANS], indirect=["node"])
def test_an_arbitrator_joins_with_them(node: tuple[Server, int], span: str, tmp_path: Path) -> None:
    need("garbd", "galera-arbitrator-4")
    made, port = node
    settings = tmp_path / "garb"
    settings.write_text(Garb(nodes=(f"127.0.0.1:{port}",), cluster="1m", options=wanted(span)).render())
    start = f""". {settings}
        exec garbd -a "gcomm://${{GALERA_NODES// /,}}" -g "$GALERA_GROUP" \
            -o "$GALERA_OPTIONS; gmcast.listen_addr=tcp://127.0.0.1:{free_port()}" """
    arbitrator = subprocess.Popen(
        ["bash", "-c", start],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=WITH_DAEMONS,
    )
    try:
        assert _grows(made)
    finally:
        arbitrator.terminate()
        arbitrator.wait()


def _grows(made: Server) -> bool:
    for _ in range(100):
        if "wsrep_cluster_size\t2" in made.sql("SHOW STATUS LIKE 'wsrep_cluster_size'; SELECT SLEEP(0.1)"):
            return True
    return False
