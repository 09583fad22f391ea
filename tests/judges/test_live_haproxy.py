"""HAProxy, started from the rendered listeners, in front of three servers that only greet and answer checks."""

from __future__ import annotations

import getpass
import os
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from select import select

import pytest
from attrs import evolve
from judges.harness import need

from oxconf.artifacts import haproxy_cfg
from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener
from oxconf.deployment.load import load_text

# What HAProxy needs on a real host and a test run has not: root, the unit's folders, the system's log.
OF_THE_HOST = ("chroot ", "user ", "group ", "stats socket ", "log ")

SYSTEM = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}

REPLICATION = '[database]\nmode = "replication"\n'

# A server is left and taken back within a second or two; a busy machine may take longer.
PATIENCE = 15.0


class Server:
    """A database server that says its name to whoever connects, and how it is to a health check."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = 200
        self.connections: list[socket.socket] = []
        self.port, self._database = self._listen(0, self._greet)
        self.check_port, self._checks = self._listen(0, self._tell)

    def _listen(self, port: int, answer: Callable[[socket.socket], None]) -> tuple[int, socket.socket]:
        listening = socket.create_server(("127.0.0.1", port))

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                    answer(connection)
                except OSError:
                    if listening.fileno() < 0:
                        return

        threading.Thread(target=serve, daemon=True).start()
        return listening.getsockname()[1], listening

    def _greet(self, connection: socket.socket) -> None:
        self.connections.append(connection)
        connection.sendall(self.name.encode())

    def _tell(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(PATIENCE)
            connection.recv(4096)
            connection.sendall(f"HTTP/1.0 {self.status} -\r\nContent-Length: 0\r\n\r\n".encode())

    def die(self) -> None:
        """Refuse everything, as the kernel does for a process that is gone."""
        for listening in (self._database, self._checks):
            # A thread that waits in accept() keeps the port open until this wakes it.
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for connection in self.connections:
            connection.close()

    def rise(self) -> None:
        """Listen again where it listened before."""
        _, self._database = self._listen(self.port, self._greet)
        _, self._checks = self._listen(self.check_port, self._tell)


def rendered(cluster: str) -> HaproxyCfg:
    """The HAProxy of an OX host of a cluster like the 1m tier's."""
    deployment = load_text(cluster, tier="1m")
    artifact = HaproxyCfg.from_deployment(deployment, deployment.host("ox1"))
    assert artifact is not None
    return artifact


def start(artifact: HaproxyCfg, folder: Path) -> subprocess.Popen[bytes]:
    """Start HAProxy; what it says goes to haproxy.log in the folder."""
    lines = [line for line in artifact.render().splitlines() if not line.strip().startswith(OF_THE_HOST)]
    config = folder / "haproxy.cfg"
    config.write_text("\n".join(lines) + "\n")
    with (folder / "haproxy.log").open("wb") as log:
        return subprocess.Popen(["haproxy", "-db", "-f", str(config)], env=SYSTEM, stderr=log)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


class Balancer:
    """A running HAProxy, and the servers behind it."""

    def __init__(self, cluster: str, folder: Path) -> None:
        artifact = rendered(cluster)
        self.servers = {name: Server(name) for name in ("db1", "db2", "db3")}
        self.ports = {listener.name: free_port() for listener in artifact.listeners}
        listeners = tuple(self.moved(listener) for listener in artifact.listeners)
        self.process = start(evolve(artifact, listeners=listeners), folder)

    def moved(self, listener: Listener) -> Listener:
        """The listener on a free port, its servers where the ones of this test listen."""
        servers = tuple(self.stand_in(server) for server in listener.servers)
        return evolve(listener, port=self.ports[listener.name], servers=servers)

    def stand_in(self, server: haproxy_cfg.Server) -> haproxy_cfg.Server:
        """The server line for this test's server of that name, or for another listener."""
        if server.name in self.ports:
            return evolve(server, port=self.ports[server.name])
        there = self.servers[server.name]
        check_port = server.check_port and there.check_port
        return evolve(server, address="127.0.0.1", port=there.port, check_port=check_port)

    def connect(self, listener: str) -> tuple[socket.socket, str]:
        """A connection through HAProxy, and the name of the server that it leads to; empty when it is refused."""
        connection = socket.create_connection(("127.0.0.1", self.ports[listener]), timeout=PATIENCE)
        try:
            return connection, connection.recv(16).decode()
        except ConnectionResetError:
            return connection, ""

    def reached(self, listener: str, times: int) -> Counter[str]:
        """How often each server is reached."""
        names: Counter[str] = Counter()
        for _ in range(times):
            connection, name = self.connect(listener)
            connection.close()
            names[name] += 1
        return names

    def settles(self, listener: str, wanted: set[str]) -> bool:
        """Wait until a listener leads to exactly these servers."""

        def leads() -> bool:
            try:
                return set(self.reached(listener, 6)) == wanted
            except ConnectionRefusedError:
                return False

        return eventually(leads)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        for server in self.servers.values():
            if server._database.fileno() >= 0:
                server.die()


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; False when it never does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def closed(connection: socket.socket) -> bool:
    """Wait until the other side has closed; False when it stays open."""
    try:
        return connection.recv(16) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def is_open(connection: socket.socket) -> bool:
    """Whether the other side has not closed yet."""
    readable, _, _ = select([connection], [], [], 0)
    return not readable


@pytest.fixture
def galera(tmp_path: Path) -> Iterator[Balancer]:
    need("haproxy", "haproxy")
    balancer = Balancer("", tmp_path)
    yield balancer
    balancer.close()


@pytest.fixture
def replication(tmp_path: Path) -> Iterator[Balancer]:
    need("haproxy", "haproxy")
    balancer = Balancer(REPLICATION, tmp_path)
    yield balancer
    balancer.close()


def test_writes_go_to_one_server(galera: Balancer) -> None:
    assert galera.settles("mysql-write", {"db1"})
    assert galera.reached("mysql-write", 30) == {"db1": 30}


def test_reads_are_spread_evenly(galera: Balancer) -> None:
    assert galera.settles("mysql-read", {"db1", "db2", "db3"})
    assert galera.reached("mysql-read", 30) == {"db1": 10, "db2": 10, "db3": 10}


def test_writes_leave_a_writer_whose_check_fails_and_its_connections_are_closed(galera: Balancer) -> None:
    assert galera.settles("mysql-write", {"db1"})
    old, name = galera.connect("mysql-write")
    assert name == "db1"
    galera.servers["db1"].status = 503
    assert closed(old)
    assert galera.settles("mysql-write", {"db2"})
    assert galera.reached("mysql-write", 30) == {"db2": 30}


def test_writes_return_to_the_writer_and_those_on_a_backup_are_closed(galera: Balancer) -> None:
    galera.servers["db1"].status = 503
    assert galera.settles("mysql-write", {"db2"})
    old, name = galera.connect("mysql-write")
    assert name == "db2"
    galera.servers["db1"].status = 200
    assert closed(old)
    assert galera.settles("mysql-write", {"db1"})


def test_the_backups_take_over_in_their_order(galera: Balancer) -> None:
    galera.servers["db1"].status = galera.servers["db2"].status = 503
    assert galera.settles("mysql-write", {"db3"})
    old, name = galera.connect("mysql-write")
    assert name == "db3"
    galera.servers["db2"].status = 200
    assert galera.settles("mysql-write", {"db2"})
    assert closed(old)


@pytest.mark.parametrize("names", list(permutations(["db1", "db2", "db3"])), ids="-".join)
def test_one_server_takes_the_writes_in_whatever_order_they_come_back(
    galera: Balancer, names: tuple[str, ...]
) -> None:
    for server in galera.servers.values():
        server.status = 503
    assert galera.settles("mysql-write", {""})
    fit: set[str] = set()
    held: list[tuple[socket.socket, str]] = []
    for name in names:
        galera.servers[name].status = 200
        fit.add(name)
        assert galera.settles("mysql-write", {min(fit)})
        assert all(closed(connection) for connection, where in held if where != min(fit))
        held = [each for each in held if each[1] == min(fit)]
        assert all(is_open(connection) for connection, _ in held)
        held.append(galera.connect("mysql-write"))
        assert held[-1][1] == min(fit)


def test_a_client_that_comes_while_the_writer_dies_waits_for_the_next_one(galera: Balancer) -> None:
    assert galera.settles("mysql-write", {"db1"})
    galera.servers["db1"].die()
    assert galera.reached("mysql-write", 1) == {"db2": 1}
    galera.servers["db1"].rise()
    assert galera.settles("mysql-write", {"db1"})


def test_a_client_that_reads_while_a_server_dies_notices_nothing(galera: Balancer) -> None:
    assert galera.settles("mysql-read", {"db1", "db2", "db3"})
    galera.servers["db2"].die()
    assert set(galera.reached("mysql-read", 30)) == {"db1", "db3"}


def test_reads_leave_a_server_whose_check_fails(galera: Balancer) -> None:
    galera.servers["db1"].status = 503
    assert galera.settles("mysql-read", {"db2", "db3"})


def test_replicated_reads_go_to_the_slaves_and_to_the_master_when_all_are_gone(replication: Balancer) -> None:
    assert replication.settles("mysql-read", {"db2", "db3"})
    replication.servers["db2"].die()
    assert replication.settles("mysql-read", {"db3"})
    replication.servers["db3"].die()
    assert replication.settles("mysql-read", {"db1"})
    replication.servers["db2"].rise()
    assert replication.settles("mysql-read", {"db2"})


def test_replication_has_no_listener_for_writes(replication: Balancer) -> None:
    assert list(replication.ports) == ["mysql-read"]


class MariaDB:
    """A server of its own on a loopback port, with an empty data folder."""

    def __init__(self, folder: Path) -> None:
        user = f"--user={getpass.getuser()}"
        self.socket, self.port, self.log = folder / "socket", free_port(), folder / "mariadb.log"
        self.run("mariadb-install-db", user, f"--datadir={folder}/data", "--skip-test-db")
        where = (f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1")
        files = (f"--datadir={folder}/data", f"--pid-file={folder}/pid", f"--log-error={self.log}")
        self.process = subprocess.Popen(["mariadbd", "--no-defaults", user, *where, *files], env=SYSTEM)

    def run(self, command: str, *args: str) -> str:
        done = subprocess.run([command, "--no-defaults", *args], capture_output=True, text=True, env=SYSTEM)
        return done.stdout

    def ask(self, *command: str) -> str:
        return self.run("mariadb-admin", f"--socket={self.socket}", f"--user={getpass.getuser()}", *command)

    def status(self, name: str) -> int:
        found = re.search(rf"\| {name} +\| (\d+)", self.ask("extended-status"))
        assert found, name
        return int(found[1])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def mariadb(tmp_path: Path) -> Iterator[MariaDB]:
    for command in ("mariadbd", "mariadb-install-db", "mariadb-admin"):
        need(command, "mariadb-server")
    server = MariaDB(tmp_path)
    assert eventually(lambda: "alive" in server.ask("ping"))
    yield server
    server.stop()


def test_mariadb_does_not_notice_the_checks_of_replication(mariadb: MariaDB, tmp_path: Path) -> None:
    need("haproxy", "haproxy")
    artifact = rendered(REPLICATION)
    (read,) = artifact.listeners
    # Many more than the 100 broken handshakes after which MariaDB shuts a host out.
    servers = tuple(
        evolve(server, address="127.0.0.1", port=mariadb.port, inter=Milliseconds(5))
        for server in read.servers
    )
    process = start(evolve(artifact, listeners=(evolve(read, port=free_port(), servers=servers),)), tmp_path)
    try:
        time.sleep(1.5)
        assert mariadb.status("Aborted_connects") == 0
        assert mariadb.status("Connections") < 50
        assert "Aborted connection" not in mariadb.log.read_text()
        said = tmp_path / "haproxy.log"
        assert "is DOWN" not in said.read_text()
        mariadb.stop()
        assert eventually(lambda: said.read_text().count("is DOWN") == 3)
    finally:
        process.terminate()
        process.wait()
