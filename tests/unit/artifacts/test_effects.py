"""What a changed file needs to take effect, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxconf.api import load
from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._effects import BOTH, INSTALL, READ_ANEW, REMOVE, RULES, after, effects
from oxconf.bundle.contents import SERVICES, contents
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.plan import ARTIFACTS, make_plan

DEPLOYMENTS = Path(__file__).parents[2] / "clusters/deployments"


def commands(deployment: Deployment, host: str) -> list[str]:
    """The commands of a host when all its files are new, as the installer prints them."""
    plan = next(plan for plan in make_plan(deployment).hosts if plan.host.name == host)
    return list(after(deployment, added=plan.artifacts))


def test_a_galera_node_is_restarted_alone() -> None:
    assert commands(load(tier="1m"), "db1") == [
        "systemctl daemon-reload",
        "systemctl enable clustercheck.socket",
        'systemctl restart mariadb.service  # one node at a time: wait until wsrep_local_state_comment is "Synced"',
        "systemctl restart clustercheck.socket",
    ]


def test_an_ox_host_has_its_user_its_way_to_the_database_and_its_files_before_ox() -> None:
    assert commands(load(tier="1m"), "ox1") == [
        "systemd-sysusers /etc/sysusers.d/oxconf.conf",
        "systemctl daemon-reload",
        "systemctl enable haproxy.service",
        "ip route replace 224.0.0.0/8 dev eth0",
        "systemctl reload-or-restart haproxy.service",
        "mkdir -p /var/opt/filestore && { mountpoint -q /var/opt/filestore || mount /var/opt/filestore; }",
        "systemctl restart 'open-xchange*.service'  # one OX node at a time",
    ]


def test_apache_is_asked_before_it_is_reloaded() -> None:
    assert commands(load(tier="1m"), "web1") == [
        "a2enmod proxy proxy_ajp proxy_balancer lbmethod_byrequests slotmem_shm headers expires deflate",
        "a2enconf proxy_ajp",
        "systemctl enable keepalived.service",
        "systemctl reload-or-restart keepalived.service",
        "apache2ctl configtest && systemctl reload-or-restart apache2.service",
    ]


def test_the_write_address_is_the_masters() -> None:
    cluster = load_text('tier = "1m"\n[database]\nmode = "replication"\n')

    for server in ("db1", "db2"):
        # Where it does not run it stays so, whatever the cluster file calls the master.
        restarts = [
            line for line in commands(cluster, server) if "write-address" in line and "restart" in line
        ]
        assert restarts == ["systemctl try-restart oxconf-write-address.service"]
    assert "systemctl restart mariadb.service  # one server at a time, the slaves first" in commands(
        cluster, "db2"
    )


def test_what_has_only_changed_is_switched_on_already() -> None:
    deployment = load(tier="1m")
    socket = [file for file in make_plan(deployment).hosts[3].artifacts if file.kind == "clustercheck-socket"]

    assert after(deployment, changed=socket) == (
        "systemctl daemon-reload",
        "systemctl restart clustercheck.socket",
    )
    assert after(deployment, removed=socket) == (
        "systemctl disable --now clustercheck.socket",
        "systemctl daemon-reload",
    )


def test_the_archive_holds_them_in_a_form_that_the_installer_reads() -> None:
    plan = make_plan(load(tier="poc"))
    entries = {entry.path: entry for entry in contents(plan, plan.hosts[0]).entries}
    paths = {artifact.path for artifact in plan.hosts[0].artifacts}

    for line in entries[SERVICES].data.decode().splitlines():
        when, path, command = line.split(" ", 2)
        assert when in (INSTALL, REMOVE, BOTH)
        assert path in paths
        assert command == command.strip()


@pytest.mark.parametrize("kind", ARTIFACTS, ids=lambda kind: kind.kind)
def test_every_kind_of_file_has_its_command_or_is_read_anew(kind: type[Artifact]) -> None:
    found = set()
    for cluster in (
        *(path.read_text() for path in sorted(DEPLOYMENTS.glob("*.toml"))),
        'tier = "1m"\n',
        'tier = "1m"\n[network]\nmanaged_by = "other"\n[database]\nmode = "replication"\n',
        'tier = "1m"\n[database]\nmode = "replication"\nflavour = "mysql"\nversion = "5.7"\n',
    ):
        deployment = load_text(cluster)
        for plan in make_plan(deployment).hosts:
            for artifact in plan.artifacts:
                if artifact.kind == kind.kind:
                    found.add(
                        any(f" {artifact.path} " in line for line in _lines(deployment, plan.artifacts))
                    )
    # Arbitrators are in none of these clusters.
    listed = {kind for rule in RULES for kind in getattr(rule, "kinds", ())}

    assert True in found or kind.kind in {*READ_ANEW, *listed}, "add its kind to oxconf/artifacts/_effects.py"


def _lines(deployment: Deployment, artifacts: tuple[Artifact, ...]) -> list[str]:
    # A unit that systemd reads again does not run its new text yet.
    lines = (" ".join(each) for each in effects(deployment, artifacts))
    return [line for line in lines if not line.endswith("daemon-reload")]


def test_a_server_behind_lvs_answers_no_arp_before_it_has_the_addresses() -> None:
    cluster = load_text((DEPLOYMENTS / "1m-lvs.toml").read_text())

    found = commands(cluster, "db1")

    assert found.index("systemctl restart systemd-sysctl.service") < found.index(
        "systemctl restart oxconf-lvs-addresses.service"
    )
