"""The programs that stand in for Open-Xchange: they do what the rendered files say, and say what they did."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from judges.harness import CLUSTERS, Host, need_root, render
from judges.sandbox import Sandbox, bridge, wire
from judges.server import WITH_DAEMONS, Server, server

from lab.ox import Program, StandIns, stand_ins
from lab.ox.ajp import Ajp
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.ox import checks

ETC = "/opt/open-xchange/etc"
AJP = f"{ETC}/groupware/ajp.properties"
CONFIGDB = f"{ETC}/groupware/configdb.properties"
PORTS = {"groupware": 57462, "admindaemon": 57461}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> StandIns:
    need_root()
    return stand_ins(tmp_path_factory.mktemp("classes"))


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> list[Host]:
    """The two OX hosts of a rendered cluster."""
    return [host for host in render("100k", tmp_path_factory.mktemp("cluster")) if AJP in host.paths]


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


# --- OxNode


@dataclass
class Node:
    """A running node, a connection to it, and its filestore."""

    program: Program
    box: Sandbox
    address: str
    filestore: Path

    def connect(self) -> Ajp:
        with self.box.network():
            return Ajp(self.address)


@pytest.fixture(scope="module")
def node(programs: StandIns, nodes: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    host, folder = nodes[0], tmp_path_factory.mktemp("node")
    filestore = folder / "filestore"
    filestore.mkdir()
    with Sandbox() as box:
        box.interface("eth0", f"{host.address}/24")
        program = Program(box, programs.node(str(host.file(AJP)), str(filestore)), folder / "log")
        wait_until(lambda: "ready" in program.lines())
        yield Node(program, box, host.address, filestore)


def test_a_node_listens_where_its_file_says_and_answers_with_its_route(node: Node) -> None:
    with node.connect() as web:
        assert web.ping()
        status, text = web.ask("/ajax/login")

    assert status == 200
    assert re.fullmatch(r"OX1 ajax \w+\.OX1\nfrom=192\.0\.2\.7 scheme=http\n", text)


def test_what_a_node_answers_to_have_written_is_in_the_filestore_and_nowhere_else(node: Node) -> None:
    content = os.urandom(200_000)
    digest = f"sha256={hashlib.sha256(content).hexdigest()} size=200000"

    with node.connect() as web:
        status, text = web.ask("/infostore?action=write&name=mail-1.bin", content)
        assert (status, text.splitlines()[2]) == (200, digest)
        assert (node.filestore / "mail-1.bin").read_bytes() == content

        os.chown(node.filestore / "mail-1.bin", 1001, 1002)
        status, text = web.ask("/infostore?action=read&name=mail-1.bin")
        assert (status, text.splitlines()[2]) == (200, f"{digest} uid=1001 gid=1002")

        assert web.ask("/infostore?action=read&name=none")[0] == 404
        assert web.ask("/infostore?action=read&name=../log")[0] == 400
        assert web.ask("/infostore?action=write&name=..")[0] == 400


# The last one that asks the node, because it stops it.
def test_a_node_that_is_stopped_ends_what_is_in_flight_and_takes_nothing_new(node: Node) -> None:
    got: list[tuple[int, str]] = []
    asking, idle = node.connect(), node.connect()
    assert idle.ask("/ajax/login")[0] == 200
    thread = threading.Thread(target=lambda: got.append(asking.ask("/ajax/slow?ms=1500")))
    thread.start()
    wait_until(lambda: any("/ajax/slow" in line for line in node.program.lines()))
    begin = time.monotonic()

    os.kill(node.program.pid, signal.SIGTERM)
    time.sleep(0.5)
    with pytest.raises(ConnectionRefusedError):
        node.connect()
    with pytest.raises(ConnectionError):
        idle.ask("/ajax/login")
    thread.join()
    node.program.process.wait()

    assert got[0][0] == 200
    assert 0.9 < time.monotonic() - begin < 5


# --- Caches


@dataclass
class Caches:
    """The processes of two hosts, by the address that they announce."""

    running: dict[str, Program]
    hosts: dict[str, Sandbox]

    def verified(self) -> dict[str, bool]:
        """What verify.sh finds on each host about its connections."""
        plan = make_plan(load_text(CLUSTERS["100k"]))
        found = {}
        for name, box in self.hosts.items():
            host = next(each for each in plan.hosts if each.host.name == name)
            (test,) = (
                each for each in checks(plan.deployment, host) if each.says.startswith("the caches of")
            )
            found[name] = box.run("sh", "-c", test.shell, check=False).returncode == 0
        return found

    def peers(self, name: str) -> set[str]:
        return {words[1] for line in self.running[name].lines() if (words := line.split())[0] == "peer"}

    def told(self, change: str, sender: str) -> set[str]:
        """Who heard of a change from `sender`."""
        return {name for name, each in self.running.items() if f"{change} from {sender}" in each.lines()}


@contextmanager
def caches(programs: StandIns, nodes: list[Host], tmp_path: Path, *, route: bool = True) -> Iterator[Caches]:
    """Start both processes of both hosts as they are rendered into the network that they have."""
    network, boxes = bridge(), [Sandbox() for _ in nodes]
    made = Caches({}, {host.name: box for host, box in zip(nodes, boxes, strict=True)})
    try:
        for number, (host, box) in enumerate(zip(nodes, boxes, strict=True)):
            wire(network, box, number, f"{host.address}/24")
            box.run("hostname", host.name)
            box.bind(host.file("/etc/hosts"), "/etc/hosts")
            if route:
                box.run("ip", "route", "replace", "224.0.0.0/8", "dev", "eth0")
        for host, box in zip(nodes, boxes, strict=True):
            for process, port in PORTS.items():
                command = programs.caches(str(host.file(f"{ETC}/{process}/cache.ccf")))
                name = f"{host.address}:{port}"
                made.running[name] = Program(box, command, tmp_path / name)
                wait_until(lambda name=name: "ready" in made.running[name].lines())
        # Who is there already hears of the last ones when somebody asks again, or half a minute later.
        for box in boxes:
            if route:
                with box.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                    asking.sendto(b"who test", ("224.0.0.1", 6780))
        yield made
    finally:
        for box in (*boxes, network):
            box.close()


def test_the_caches_find_each_other_tell_all_others_of_a_change_and_see_when_one_ends(
    programs: StandIns, nodes: list[Host], tmp_path: Path
) -> None:
    with caches(programs, nodes, tmp_path) as all_of_them:
        names = set(all_of_them.running)
        wait_until(lambda: all(all_of_them.peers(name) == names - {name} for name in names))
        assert all_of_them.verified() == {"ox1": True, "ox2": True}
        sender = f"{nodes[0].address}:57462"
        others = names - {sender}

        # The first is lateral, and sent as a remove as the file says; the elements of the others stay at home.
        for command in ("put default a 1", "put User b 1", "remove User c", "remove OXMessageCache d"):
            all_of_them.running[sender].say(command)
        all_of_them.running[sender].say("remove User last")

        wait_until(lambda: all_of_them.told("remove User last", sender) == others)
        assert all_of_them.told("remove default a", sender) == others
        assert all_of_them.told("remove User c", sender) == others
        for unsent in ("put default a 1", "put User b 1", "remove User b", "remove OXMessageCache d"):
            assert all_of_them.told(unsent, sender) == set(), unsent

        os.kill(all_of_them.running[sender].pid, signal.SIGTERM)
        for name in others:
            wait_until(lambda name=name: f"peer {sender} down" in all_of_them.running[name].lines())


def with_other_group(host: Host, folder: Path) -> Host:
    """A copy of the host that looks for the others on another port."""
    shutil.copytree(host.folder, folder / host.name)
    changed = Host(folder / host.name)
    for process in PORTS:
        file = changed.file(f"{ETC}/{process}/cache.ccf")
        file.write_text(file.read_text().replace("UdpDiscoveryPort=6780", "UdpDiscoveryPort=6781"))
    return changed


def test_a_host_with_another_group_is_alone(programs: StandIns, nodes: list[Host], tmp_path: Path) -> None:
    other = with_other_group(nodes[1], tmp_path)
    with caches(programs, [nodes[0], other], tmp_path) as all_of_them:
        for host in nodes:
            first, second = (f"{host.address}:{port}" for port in PORTS.values())
            wait_until(lambda first=first, second=second: all_of_them.peers(second) == {first})
        time.sleep(1)
        for name in all_of_them.running:
            assert {peer.partition(":")[0] for peer in all_of_them.peers(name)} <= {name.partition(":")[0]}
        assert all_of_them.verified() == {"ox1": False, "ox2": False}


def test_without_the_route_nobody_is_found(programs: StandIns, nodes: list[Host], tmp_path: Path) -> None:
    with caches(programs, nodes, tmp_path, route=False) as all_of_them:
        time.sleep(1)
        for name, each in all_of_them.running.items():
            assert all_of_them.peers(name) == set()
            assert any(line.startswith("error") for line in each.lines()), each.lines()


def test_a_list_of_servers_does_without_the_group(
    programs: StandIns, nodes: list[Host], tmp_path: Path
) -> None:
    file = tmp_path / "cache.ccf"
    text = nodes[0].text(f"{ETC}/groupware/cache.ccf")
    kept = [
        line for line in text.splitlines() if ".UdpDiscovery" not in line and "IssueRemoveOnPut" not in line
    ]
    listed = ["TcpServers=127.0.0.1:57461", "UdpDiscoveryEnabled=false"]
    prefix = "jcs.auxiliary.LTCP.attributes."
    file.write_text("\n".join([*kept, *(prefix + line for line in listed)]))
    other = tmp_path / "other.ccf"
    other.write_text(file.read_text().replace("57461", "0").replace("57462", "57461").replace(":0", ":57462"))
    with Sandbox() as box:
        second = Program(box, programs.caches(str(other)), tmp_path / "second")
        wait_until(lambda: "ready" in second.lines())
        first = Program(box, programs.caches(str(file)), tmp_path / "first")
        wait_until(lambda: "peer 127.0.0.1:57461 up" in first.lines())

        first.say("put default key some value")

        wait_until(
            lambda: any(line.startswith("put default key some value from ") for line in second.lines())
        )


# --- DatabaseClient


@dataclass(frozen=True)
class Operation:
    """A line of the load; the times are seconds since 1970."""

    kind: str
    thread: int
    seq: int
    begin: float
    end: float
    result: str

    @property
    def fine(self) -> bool:
        return self.result == f"ok {socket.gethostname()}"


def operations(program: Program) -> list[Operation]:
    made = []
    for line in program.lines():
        kind, client, thread, seq, begin, end, result = line.split(" ", 6)
        assert client == "ox1"
        made.append(Operation(kind, int(thread), int(seq), float(begin) / 1000, float(end) / 1000, result))
    return made


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as made:
        os.chmod(folder, 0o755)
        made.sql(
            "CREATE DATABASE configdb; GRANT ALL ON configdb.* TO openexchange@localhost IDENTIFIED BY 'x=y'"
        )
        yield made


@pytest.fixture
def configdb(nodes: list[Host], database: Server, tmp_path: Path) -> Path:
    """A host's configdb.properties, with port and password of the test's server and a timeout that a test outlasts."""
    text = nodes[0].text(CONFIGDB)
    assert re.findall("password=.*|socketTimeout=.*", text)
    text = re.sub(r"Url=jdbc:mysql://[^/]*/", f"Url=jdbc:mysql://127.0.0.1:{database.port}/", text)
    text = re.sub("password=.*", "password=x=y", text)
    file = tmp_path / "configdb.properties"
    file.write_text(text.replace("socketTimeout=15000", "socketTimeout=1000"))
    return file


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True)


def test_writes_go_where_the_switches_of_the_file_send_them(programs: StandIns, configdb: Path) -> None:
    text = configdb.read_text()
    assert "useSeparateWrite=true\nwriteOnly=false\n" in text
    text = re.sub(r"writeUrl=.*", "writeUrl=jdbc:mysql://127.0.0.1:1/configdb", text)

    for separate, only, fine in (
        ("true", "false", False),
        ("false", "false", True),
        ("false", "true", False),
    ):
        configdb.write_text(
            text.replace(
                "useSeparateWrite=true\nwriteOnly=false", f"useSeparateWrite={separate}\nwriteOnly={only}"
            )
        )
        done = run(programs.prepare(str(configdb)))
        assert (done.returncode == 0) is fine, (separate, only, done.stderr)
        assert fine or "Connection refused" in done.stderr


def test_stale_reads_are_counted(programs: StandIns, configdb: Path) -> None:
    assert run(programs.prepare(str(configdb))).returncode == 0
    command = programs.stale(str(configdb), "reader", count=30, readers=3)
    name = socket.gethostname()

    assert run(command).stdout == f"stale 0 of 30, writes on {name}, reads on {name}\n"
    # Connections that look at what was there when each looked first.
    with configdb.open("a") as file:
        file.write("readProperty.11=sessionVariables=autocommit=0\n")
    assert run(command).stdout == f"stale 27 of 30, writes on {name}, reads on {name}\n"


# The last one, because it kills the server.
def test_what_the_load_says_is_written_is_there_whatever_happens_to_the_server(
    programs: StandIns, configdb: Path, database: Server, tmp_path: Path
) -> None:
    assert run(programs.prepare(str(configdb))).returncode == 0
    started = time.time()
    load = Program(None, programs.load(str(configdb), "ox1"), tmp_path / "log")
    try:
        wait_until(lambda: len(operations(load)) > 100)
        pid = int((database.folder / "pid").read_text())

        os.kill(pid, signal.SIGSTOP)
        stopped = time.time()
        wait_until(lambda: len([each for each in operations(load) if not each.fine]) >= 4)
        os.kill(pid, signal.SIGCONT)
        first = [each for each in operations(load) if not each.fine][:4]
        assert all(stopped - 0.1 < each.begin and 0.9 < each.end - each.begin < 2 for each in first), first
        wait_until(lambda: operations(load)[-1].fine)

        os.kill(pid, signal.SIGKILL)
        killed = time.time()
        wait_until(
            lambda: len([each for each in operations(load) if "Connection refused" in each.result]) > 20
        )
        with restarted(database):
            back = time.time()
            wait_until(
                lambda: len([each for each in operations(load) if each.fine and each.begin > back]) > 100
            )
            assert load.end() == 0

            done = operations(load)
            rows = {tuple(map(int, row.split())) for row in database.sql(ROWS).splitlines()}
    finally:
        load.end()

    assert all(started < each.begin < each.end < time.time() for each in done)
    assert not [each for each in done if each.fine and killed + 0.1 < each.end < back - 1]
    written = {(each.thread, each.seq) for each in done if each.kind == "write"}
    acknowledged = {(each.thread, each.seq) for each in done if each.kind == "write" and each.fine}
    assert {thread for thread, _ in acknowledged} == {1, 2}
    assert min(each.seq for each in done) >= 1000 * started, "a client that comes back writes new rows"
    assert len(acknowledged) > 50
    assert acknowledged <= rows <= written


ROWS = "SELECT writer, seq FROM configdb.lab_writes WHERE client = 'ox1'"


@contextmanager
def restarted(database: Server) -> Iterator[None]:
    program = shutil.which("mariadbd", path=WITH_DAEMONS["PATH"])
    assert program
    with (database.folder / "log2").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--defaults-file={database.folder}/my.cnf"], stdout=log, stderr=log, env=WITH_DAEMONS
        )
    try:
        wait_until(lambda: database.client("--execute", "SELECT 1", check=False).returncode == 0)
        yield
    finally:
        process.terminate()
        process.wait()
