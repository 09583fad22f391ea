"""HAProxy, started from the rendered listeners, in front of three servers that only greet and answer checks."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve
from harness import need

from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener
from oxconf.deployment.load import load_text

# What HAProxy needs on a real host and a test run has not: root, the unit's folders, the system's log.
OF_THE_HOST = ("chroot ", "user ", "group ", "stats socket ", "log ")

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


class Balancer:
    """A running HAProxy, and the servers behind it."""

    def __init__(self, cluster: str, folder: Path) -> None:
        deployment = load_text(cluster, tier="1m")
        rendered = HaproxyCfg.from_deployment(deployment, deployment.host("ox1"))
        assert rendered is not None
        self.servers = {name: Server(name) for name in ("db1", "db2", "db3")}
        self.ports: dict[str, int] = {}
        listeners = tuple(self.moved(listener) for listener in rendered.listeners)
        text = evolve(rendered, listeners=listeners).render()
        lines = [line for line in text.splitlines() if not line.strip().startswith(OF_THE_HOST)]
        config = folder / "haproxy.cfg"
        config.write_text("\n".join(lines) + "\n")
        path = os.environ["PATH"] + ":/usr/sbin"
        self.process = subprocess.Popen(
            ["haproxy", "-db", "-f", str(config)], env={**os.environ, "PATH": path}
        )

    def moved(self, listener: Listener) -> Listener:
        """The listener on a free port, its servers where the ones of this test listen."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.ports[listener.name] = free.getsockname()[1]
        servers = tuple(
            evolve(
                server,
                address="127.0.0.1",
                port=self.servers[server.name].port,
                check_port=server.check_port and self.servers[server.name].check_port,
            )
            for server in listener.servers
        )
        return evolve(listener, port=self.ports[listener.name], servers=servers)

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
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if set(self.reached(listener, 6)) == wanted:
                    return True
            except ConnectionRefusedError:
                pass
            time.sleep(0.05)
        return False

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        for server in self.servers.values():
            if server._database.fileno() >= 0:
                server.die()


def closed(connection: socket.socket) -> bool:
    """Wait until the other side has closed; False when it stays open."""
    try:
        return connection.recv(16) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


@pytest.fixture
def galera(tmp_path: Path) -> Iterator[Balancer]:
    need("haproxy", "haproxy")
    balancer = Balancer("", tmp_path)
    yield balancer
    balancer.close()


@pytest.fixture
def replication(tmp_path: Path) -> Iterator[Balancer]:
    need("haproxy", "haproxy")
    balancer = Balancer('[database]\nmode = "replication"\n', tmp_path)
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
    galera.servers["db2"].status = 200
    assert galera.settles("mysql-write", {"db2"})


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
