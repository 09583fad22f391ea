"""The port matrix is complete: what a rendered file listens on stands in it, and nothing else does."""

import re
from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.ports import listeners
from oxconf.plan import Plan, make_plan

DEPLOYMENTS = sorted((Path(__file__).parents[2] / "clusters" / "deployments").glob("*.toml"))

LISTENS = {
    "/etc/haproxy/haproxy.cfg": r"^ *bind [^ :]*:(\d+)",
    "/etc/maxscale.cnf": r"^(?:admin_)?port=(\d+)$(?!\n(?:#.*\n)*priority=)",
    "/etc/apache2/sites-available/000-open-xchange.conf": r"^<VirtualHost [*]:(\d+)>",
    "/etc/systemd/system/clustercheck.socket": r"^ListenStream=(\d+)",
    "/opt/open-xchange/etc/groupware/ajp.properties": r"^AJP_PORT=(\d+)",
    "/opt/open-xchange/etc/groupware/cache.ccf": r"(?:TcpListenerPort|UdpDiscoveryPort)=(\d+)",
    "/opt/open-xchange/etc/admindaemon/cache.ccf": r"(?:TcpListenerPort|UdpDiscoveryPort)=(\d+)",
    "/opt/open-xchange/etc/groupware/sessioncache.ccf": r"(?:TcpListenerPort|UdpDiscoveryPort)=(\d+)",
}
"""Files that say themselves on which ports their daemon listens; 3306 is that of MaxScale's servers."""

IMPLIED = {
    "/etc/apache2/conf-available/proxy_ajp.conf": (80,),
    "/etc/exports": (2049, 111),
    "/etc/mysql/ox.conf.d/ox.cnf": (3306,),
    "/etc/mysql/ox.conf.d/wsrep.cnf": (4567, 4568, 4444),
    "/etc/default/garb": (4567,),
    "/etc/default/garbd": (4567,),
    # The kernel takes the calls for the addresses of LVS.
    "/etc/modules-load.d/oxconf-lvs.conf": (3306,),
}
"""Files whose daemon listens on its own default."""

BESIDE = {22, 4949, None}
"""The port of sshd, Munin's, and VRRP, which has none: the addresses of keepalived say it."""


@pytest.fixture(scope="module", params=DEPLOYMENTS, ids=lambda path: path.stem)
def plan(request: pytest.FixtureRequest) -> Plan:
    return make_plan(load_text(request.param.read_text("utf-8")))


def test_every_port_of_the_files_is_in_the_matrix_and_no_other(plan: Plan) -> None:
    for each in plan.hosts:
        wanted: set[int | None] = set()
        for artifact, text in zip(each.artifacts, each.texts, strict=True):
            if artifact.path in LISTENS:
                found = re.findall(LISTENS[artifact.path], text, re.MULTILINE)
                assert found, artifact.path
                wanted |= {int(port) for port in found}
            wanted |= set(IMPLIED.get(artifact.path, ()))
        ports = {listener.port for listener in listeners(plan.deployment, each.host)}
        assert ports - BESIDE == wanted, each.host.name


def test_keepalived_and_the_matrix_name_the_same_hosts(plan: Plan) -> None:
    for each in plan.hosts:
        held = any(artifact.path == "/etc/keepalived/keepalived.conf" for artifact in each.artifacts)
        vrrp = any(listener.protocol == "vrrp" for listener in listeners(plan.deployment, each.host))
        assert held == vrrp, each.host.name


def test_every_caller_is_somebody(plan: Plan) -> None:
    hosts = {host.name for host in plan.deployment.hosts} | {"everybody", str(plan.deployment.munin.master)}
    for host in plan.deployment.hosts:
        for listener in listeners(plan.deployment, host):
            assert set(listener.callers) <= hosts


def test_the_host_of_the_backup_calls_one_server_of_galera_and_both_of_a_replicating_pair() -> None:
    def callers(mode: str) -> list[str]:
        text = f'[backup]\nfolder = "/backup"\n[database]\nmode = "{mode}"\n'
        deployment = load_text(text, tier="1m")
        return [
            host.name
            for host in deployment.hosts
            for listener in listeners(deployment, host)
            if listener.port == 3306 and "filestore1" in listener.callers
        ]

    assert callers("galera") == ["db3"]
    assert callers("replication") == ["db1", "db2", "db3"]
