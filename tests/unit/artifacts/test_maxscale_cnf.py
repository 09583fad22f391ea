"""maxscale.cnf: who takes writes and reads, where MaxScale runs and where OX finds it."""

from pathlib import Path

import pytest
from attrs import evolve

from oxconf.artifacts._artifact import Unreadable
from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts.check_maxscale import CheckMaxscale
from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.maxscale_cnf import Global, Listener, MaxscaleCnf, Monitor, Server, Service
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError
from oxconf.deployment.model import Deployment
from oxconf.deployment.ports import listeners
from oxconf.deployment.secrets import Secret
from oxconf.deployment.topology import floating_addresses, read_endpoint, write_endpoint
from oxconf.plan import make_plan

CLUSTERS = Path(__file__).parents[2] / "clusters" / "deployments"
LOCAL = (CLUSTERS / "1m-maxscale.toml").read_text("utf-8")
APART = (CLUSTERS / "1m-maxscale-hosts.toml").read_text("utf-8")
ALONE = APART.replace('roles = ["maxscale"]', 'roles = ["filestore"]', 1).replace(
    'roles = ["filestore"]\nmemory = "16G"', 'roles = ["web"]\nmemory = "16G"'
)
"""One host with MaxScale: the other one keeps the files."""


def maxscale(deployment: Deployment, name: str) -> MaxscaleCnf:
    found = MaxscaleCnf.from_deployment(deployment, deployment.host(name))
    assert found is not None
    return found


def runs_on(deployment: Deployment) -> list[str]:
    return [host.name for host in deployment.hosts if MaxscaleCnf.from_deployment(deployment, host)]


def options(artifact: MaxscaleCnf) -> dict[str, tuple[str, ...] | None]:
    return {service.name: service.router_options for service in artifact.of(Service)}


def test_without_hosts_of_its_own_it_runs_beside_ox() -> None:
    deployment = load_text(LOCAL)

    assert runs_on(deployment) == ["ox1", "ox2", "ox3", "prov1"]
    entrances = maxscale(deployment, "ox1").of(Listener)
    assert [(each.address, each.port) for each in entrances] == [("127.0.0.1", 3306), ("127.0.0.1", 3307)]
    assert str(read_endpoint(deployment).address) == str(write_endpoint(deployment).address) == "127.0.0.1"
    assert [each.name for each in floating_addresses(deployment)] == ["web"]


def test_two_hosts_share_the_write_address_for_both_ports() -> None:
    deployment = load_text(APART)

    assert runs_on(deployment) == ["mx1", "mx2"]
    assert [each.address for each in maxscale(deployment, "mx2").of(Listener)] == ["0.0.0.0", "0.0.0.0"]
    ends = [(str(end.address), end.port) for end in (read_endpoint(deployment), write_endpoint(deployment))]
    assert ends == [("10.20.30.218", 3306), ("10.20.30.218", 3307)]
    (floating,) = [each for each in floating_addresses(deployment) if each.name == "write"]
    assert [host.name for host in floating.holders] == ["mx1", "mx2"]
    keepalived = KeepalivedConf.from_deployment(deployment, deployment.host("mx1"))
    assert keepalived is not None
    assert [(each.name, each.track_scripts) for each in keepalived.instances] == [("write", ("maxscale",))]
    assert [script.command for script in keepalived.scripts] == [CheckMaxscale.path]
    assert CheckMaxscale.from_deployment(deployment, deployment.host("web1")) is None
    assert "/dev/tcp/127.0.0.1/8989" in CheckMaxscale().render()


def test_one_host_is_called_at_its_own_address() -> None:
    deployment = load_text(ALONE)

    assert runs_on(deployment) == ["mx2"]
    assert {each.address for each in maxscale(deployment, "mx2").of(Listener)} == {"10.20.30.228"}
    assert str(write_endpoint(deployment).address) == "10.20.30.228"
    assert [each.name for each in floating_addresses(deployment)] == ["web"]


@pytest.mark.parametrize("text", [LOCAL, APART, ALONE])
def test_ox_is_told_where_the_listeners_are(text: str) -> None:
    deployment = load_text(text)
    configdb = GroupwareConfigdb.from_deployment(deployment, deployment.host("ox1"))

    assert configdb is not None
    assert configdb.read_url is not None
    assert configdb.write_url is not None
    assert (configdb.read_url.port, configdb.write_url.port) == (3306, 3307)
    assert configdb.write_url.host == str(write_endpoint(deployment).address)


def test_every_instance_chooses_the_same_writer() -> None:
    deployment = load_text(LOCAL + 'writer = "db2"\n')
    first, *others = [maxscale(deployment, name) for name in runs_on(deployment)]

    assert {each.name: each.priority for each in first.of(Server)} == {"db2": 1, "db1": 2, "db3": 3}
    (monitor,) = first.of(Monitor)
    assert (monitor.use_priority, monitor.disable_master_failback) == (True, False)
    assert all(evolve(each, origins={}).sections[1:] == first.sections[1:] for each in others)


def test_writes_go_to_the_master_and_reads_to_all_in_sync() -> None:
    assert options(maxscale(load_text(LOCAL), "ox1")) == {
        "read_service": ("synced",),
        "write_service": ("master",),
    }


def test_where_all_goes_to_the_writer_there_is_no_listener_for_reads() -> None:
    deployment = load_text(LOCAL + 'read_policy = "write-address"\n')

    assert options(maxscale(deployment, "ox1")) == {"write_service": ("master",)}
    assert read_endpoint(deployment).port == write_endpoint(deployment).port == 3307


def test_of_two_nodes_the_donor_serves_on() -> None:
    two = APART.replace(
        'name = "db3"\naddress = "10.20.30.221"\nroles = ["database"]',
        'name = "x"\naddress = "10.20.30.221"\nroles = ["arbitrator"]',
    )
    donors = [maxscale(load_text(text), "mx1").of(Monitor)[0].available_when_donor for text in (APART, two)]

    assert donors == [False, True]


def test_it_closes_later_than_ox_in_whole_seconds() -> None:
    def idle(life: int) -> Milliseconds | None:
        deployment = load_text(f"{LOCAL}\n[database.pool]\nmax_life_time = {life}\n")
        return maxscale(deployment, "ox1").of(Service)[0].wait_timeout

    assert [str(idle(life)) for life in (600_000, 600_001, 3_600_000)] == ["20m", "1201s", "2h"]


def test_beside_ox_it_leaves_the_cores_to_ox() -> None:
    assert maxscale(load_text(LOCAL), "ox1").of(Global)[0].threads == "2"
    assert maxscale(load_text(APART), "mx1").of(Global)[0].threads == "auto"


def test_the_file_is_for_root_and_maxscale_alone() -> None:
    assert (MaxscaleCnf.mode, MaxscaleCnf.owner, MaxscaleCnf.group) == (0o640, "root", "maxscale")


def test_nothing_else_stands_in_front_and_nobody_checks_the_nodes() -> None:
    plan = make_plan(load_text(APART))
    kinds = {artifact.kind for host in plan.hosts for artifact in host.artifacts}

    assert not {kind for kind in kinds if kind.startswith("clustercheck")}
    assert HaproxyCfg.kind not in kinds


def test_the_port_matrix_names_who_calls() -> None:
    deployment = load_text(APART)

    def matrix(name: str) -> dict[int | None, tuple[str, tuple[str, ...]]]:
        return {
            each.port: (each.address, each.callers) for each in listeners(deployment, deployment.host(name))
        }

    ox = ("ox1", "ox2", "ox3", "prov1")
    assert matrix("mx1") == {
        22: ("*", ("everybody",)),
        3306: ("*", ox),
        3307: ("*", ox),
        8989: ("127.0.0.1", ()),
        None: ("10.20.30.227", ("mx2",)),
    }
    assert matrix("db1")[3306] == ("10.20.30.217", (*ox, "mx1", "mx2"))
    server = OxCnf.from_deployment(deployment, deployment.host("db1"))
    assert server is not None
    assert str(server.bind_address) == "10.20.30.217"


def test_it_is_read_back() -> None:
    artifact = maxscale(load_text(LOCAL), "ox1")
    assert MaxscaleCnf.parse(artifact.render()) == artifact


FOREIGN = """\
[MaxScale]
threads=4
query_classifier_cache_size=10M

[node-1]
type=server
address=192.168.122.101
protocol=MariaDBBackend

[Galera-Monitor]
type=Monitor
module=galeramon
servers=node-1,
        node-2
user=myuser
passwd="quoted"
monitor_interval=2500

[Router]
type=service
router=readconnroute
servers=node-1
connection_timeout=300

[Filter]
type=filter

[Entrance]
type=listener
service=Router
port=4306
"""


def test_files_of_others_are_read_with_old_names_as_well() -> None:
    artifact = MaxscaleCnf.parse(FOREIGN)

    (monitor,) = artifact.of(Monitor)
    assert (monitor.servers, monitor.password) == (("node-1", "node-2"), Secret("maxscale", "quoted"))
    assert monitor.monitor_interval == Milliseconds(2500)
    assert (monitor.use_priority, monitor.line, monitor.line_of("password")) == (None, 10, 16)
    (service,) = artifact.of(Service)
    assert service.wait_timeout == Milliseconds(300_000)
    assert [server.address for server in artifact.servers_of(service)] == ["192.168.122.101"]
    assert artifact.monitor_of(service) == monitor
    (entrance,) = artifact.of(Listener)
    assert artifact.service_of(entrance) == service
    assert (entrance.address, entrance.port) == (None, 4306)
    assert artifact.of(Global)[0].query_classifier_cache_size == 10_000_000


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("threads=4\nadmin_port=none", 'admin_port: "none" is not a whole number'),
        ("query_classifier_cache_size=5 apples", 'query_classifier_cache_size: "5 apples" is not a size'),
        ("admin_gui=perhaps", 'admin_gui: "perhaps" is neither on nor off'),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(line: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        MaxscaleCnf.parse(f"[maxscale]\n{line}\n")
    assert caught.value.problems[0].line == 2 + line.count("\n")


@pytest.mark.parametrize("sign", "\"'#;$")
def test_a_password_that_maxscale_would_read_otherwise_is_refused(sign: str) -> None:
    with pytest.raises(InputError, match="which its daemon can not be given"):
        load_text(LOCAL, secrets={"maxscale": f"a{sign}b"})
