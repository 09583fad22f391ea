"""What a changed file needs to take effect, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxconf.api import load
from oxconf.artifacts._artifact import Artifact
from oxconf.bundle.contents import SERVICES, contents
from oxconf.bundle.services import BOTH, INSTALL, READ_ANEW, REMOVE, RULES, services_text
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.plan import ARTIFACTS, make_plan

DEPLOYMENTS = Path(__file__).parents[2] / "clusters/deployments"


def commands(deployment: Deployment, host: str) -> list[str]:
    """The commands of a host when all its files are new, as the installer prints them."""
    plan = next(plan for plan in make_plan(deployment).hosts if plan.host.name == host)
    lines = [line.split(" ", 2) for line in services_text(deployment, plan.artifacts).splitlines()]
    return list(dict.fromkeys(command for when, _, command in lines if when != REMOVE))


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

    assert "systemctl restart oxconf-write-address.service  # on the master alone" in commands(cluster, "db1")
    assert not [command for command in commands(cluster, "db2") if "write-address" in command]
    assert "systemctl restart mariadb.service  # one server at a time, the slaves first" in commands(
        cluster, "db2"
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

    assert True in found or kind.kind in {*READ_ANEW, *listed}, "add its kind to oxconf/bundle/services.py"


def _lines(deployment: Deployment, artifacts: tuple[Artifact, ...]) -> list[str]:
    # A unit that systemd reads again does not run its new text yet.
    text = services_text(deployment, artifacts)
    return [line for line in text.splitlines() if not line.endswith("daemon-reload")]


def test_a_server_behind_lvs_answers_no_arp_before_it_has_the_addresses() -> None:
    cluster = load_text((DEPLOYMENTS / "1m-lvs.toml").read_text())

    found = commands(cluster, "db1")

    assert found.index("systemctl restart systemd-sysctl.service") < found.index(
        "systemctl restart oxconf-lvs-addresses.service"
    )
