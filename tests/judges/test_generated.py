"""Clusters that nobody wrote by hand: the daemons take their files as they take those of the tutorial.

The tests are those of the other modules; here they are asked of other hosts. The clusters are the same each time.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from judges.harness import Host, render_text
from judges.test_apache import test_apache_keeps_every_balancer_member as test_apache
from judges.test_haproxy import test_haproxy_accepts_its_file_without_a_warning as test_haproxy
from judges.test_keepalived import (
    test_keepalived_accepts_its_file_on_a_host_with_the_interface as test_keepalived,
)
from judges.test_mariadb import test_every_option_file_is_read as test_option_files
from judges.test_mariadb import test_the_server_runs_with_what_our_files_say as test_mariadb
from property.strategies import PASSWORDS, Tree, clusters, toml

__all__ = ["test_apache", "test_haproxy", "test_keepalived", "test_mariadb", "test_option_files"]

KINDS = {
    "standalone": {"mode": "standalone"},
    "replication": {"mode": "replication", "access": "haproxy"},
    "galera": {"mode": "galera", "access": "haproxy", "read_policy": "round-robin-causal"},
    "floating": {"mode": "galera", "access": "floating-address", "read_policy": "read-address"},
}
# The server that Debian 12 ships is the one that can be asked.
SERVER = {"flavour": "mariadb", "version": "10.11", "balancers": "yes"}


def drawn(kind: dict[str, Any]) -> tuple[Tree, dict[str, str]]:
    """The last of a few clusters of a kind; the first ones are the simplest."""
    found: list[tuple[Tree, dict[str, str]]] = []

    @settings(
        max_examples=5,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(clusters(numbers=False, **kind, **SERVER), PASSWORDS)
    def keep(tree: Tree, passwords: dict[str, str]) -> None:
        found.append((tree, passwords))

    keep()
    return found[-1]


@pytest.fixture(scope="session", params=KINDS)
def hosts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Host]:
    tree, passwords = drawn(KINDS[request.param])
    # The machines have one more interface of this name with a suffix.
    tree["network"]["interface"] = "eth0"
    folder = tmp_path_factory.mktemp(request.param)
    secrets = folder / "secrets.toml"
    names = tree.get("secrets", {})
    secrets.touch(mode=0o600)
    secrets.write_text(toml({names.get(purpose, purpose): value for purpose, value in passwords.items()}))
    return render_text(toml(tree), folder, "--secrets", str(secrets))
