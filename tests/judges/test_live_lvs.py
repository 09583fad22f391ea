"""A director with real LVS, in a user-mode kernel on the same bridge as the servers: where connections go, and stay."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from judges.harness import Host, need, need_root, render
from judges.sandbox import Sandbox, bridge, wire

WRITE, READ = "10.20.30.218", "10.20.30.220"
DATABASES = ("db1", "db2", "db3")
UML = Path("/usr/lib/uml/modules")

# Booting takes 5 s, a failed check a second; a busy machine may take longer.
PATIENCE = 60.0

INIT = """\
#!/bin/sh
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
for folder in /usr/local/sbin /etc/keepalived; do mount -t tmpfs tmpfs $folder; done
install -m 0755 {rootfs}/usr/local/sbin/oxconf-check-none-fit /usr/local/sbin/
install -m 0640 {rootfs}/etc/keepalived/keepalived.conf /etc/keepalived/
ip link set lo up
ip link set vec0 name eth0
ip link set eth0 up
ip address add {address}/24 dev eth0
modprobe -d {modules} -a $(grep -v '^#' {rootfs}/etc/modules-load.d/oxconf-lvs.conf)
sysctl -p {rootfs}/etc/sysctl.d/60-oxconf-lvs.conf
exec keepalived --dont-fork --log-console
"""


class Database:
    """A server in a sandbox that says its name to whoever asks, and what clustercheck would say."""

    def __init__(self, name: str, sandbox: Sandbox) -> None:
        self.name, self.fit = name, True
        with sandbox.network():
            self.sockets = [socket.create_server(("0.0.0.0", port), backlog=50) for port in (3306, 9200)]
        for server, answer in zip(self.sockets, (self.serve, self.check), strict=True):
            threading.Thread(target=self.accept, args=(server, answer), daemon=True).start()

    def accept(self, server: socket.socket, answer: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection, answer), daemon=True).start()

    def talk(self, connection: socket.socket, answer: Callable[[socket.socket], None]) -> None:
        with connection:
            try:
                answer(connection)
            except OSError:
                return

    def serve(self, connection: socket.socket) -> None:
        while connection.recv(1):
            connection.sendall(self.name.encode())

    def check(self, connection: socket.socket) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += connection.recv(1000)
        status = "200 OK" if self.fit else "503 Service Unavailable"
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    def close(self) -> None:
        for server in self.sockets:
            server.shutdown(socket.SHUT_RDWR)
            server.close()


class Lan:
    """A director, three servers behind it, and an OX host that calls."""

    def __init__(self, hosts: dict[str, Host], folder: Path) -> None:
        self.switch = bridge()
        self.sandboxes = [self.switch]
        self.databases: dict[str, Database] = {}
        for number, name in enumerate((*DATABASES, "ox1")):
            sandbox = Sandbox()
            self.sandboxes.append(sandbox)
            wire(self.switch, sandbox, number, f"{hosts[name].address}/24")
            if name in DATABASES:
                self.prepare(sandbox, hosts[name])
                self.databases[name] = Database(name, sandbox)
        self.client = self.sandboxes[-1]
        self.boot(hosts["director1"], folder)

    def prepare(self, sandbox: Sandbox, host: Host) -> None:
        sandbox.run("mount", "-t", "proc", "proc", "/proc")
        sandbox.run("sysctl", "-p", str(host.file("/etc/sysctl.d/60-oxconf-lvs.conf")))
        for line in host.text("/etc/systemd/system/oxconf-lvs-addresses.service").splitlines():
            if line.startswith("ExecStart="):
                sandbox.run(*line.removeprefix("ExecStart=").split())

    def boot(self, host: Host, folder: Path) -> None:
        (folder / "lib").mkdir()
        (folder / "lib/modules").symlink_to(UML)
        init = folder / "init"
        rootfs = host.file("/").resolve()
        init.write_text(INIT.format(rootfs=rootfs, address=host.address, modules=folder))
        init.chmod(0o755)
        self.switch.run("ip", "tuntap", "add", "tap0", "mode", "tap")
        self.switch.run("ip", "link", "set", "tap0", "master", "br0", "up")
        self.switch.start(
            *("linux.uml", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "mem=128M"),
            *("con=null", "con0=null,fd:1", f"init={init}", "vec0:transport=tap,ifname=tap0,depth=128,gro=1"),
            log=folder / "director.log",
        )

    def connect(self, address: str) -> socket.socket:
        with self.client.network():
            made = socket.socket()
        made.settimeout(2)
        made.connect((address, 3306))
        return made

    def asked(self, address: str) -> str:
        """Who answers a new connection; empty when nobody does."""
        try:
            with self.connect(address) as connection:
                return ask(connection)
        except OSError:
            return ""

    def until(self, address: str, name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.asked(address) != name:
            assert time.monotonic() < deadline, f"{name} never answered at {address}"
            time.sleep(0.05)

    def close(self) -> None:
        for database in self.databases.values():
            database.close()
        for sandbox in self.sandboxes:
            sandbox.close()


def ask(connection: socket.socket) -> str:
    """Who answers on a connection; empty when it was closed, which a silent one is not."""
    try:
        connection.sendall(b"?")
        return connection.recv(100).decode()
    except TimeoutError:
        return "nobody"
    except OSError:
        return ""


def closed(connection: socket.socket) -> None:
    """Wait for the end of a connection: on a busy director its check may come after the writer's own."""
    deadline = time.monotonic() + PATIENCE
    while ask(connection):
        assert time.monotonic() < deadline, "the connection stays"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    need_root()
    for command, package in (
        ("linux.uml", "user-mode-linux"),
        ("keepalived", "keepalived"),
        ("modprobe", "kmod"),
    ):
        need(command, package)
    folder = tmp_path_factory.mktemp("lvs")
    made = Lan({host.name: host for host in render("1m-lvs", folder)}, folder)
    try:
        made.until(WRITE, "db1")
        yield made
    finally:
        made.close()


def test_reads_go_to_all_in_turn(lan: Lan) -> None:
    for name in DATABASES:
        lan.until(READ, name)
    assert {lan.asked(READ) for _ in range(9)} == set(DATABASES)


def test_writes_go_to_one_server_and_no_connection_stays_on_another(lan: Lan) -> None:
    assert {lan.asked(WRITE) for _ in range(9)} == {"db1"}
    with lan.connect(WRITE) as before:
        assert ask(before) == "db1"
        lan.databases["db1"].fit = False
        lan.until(WRITE, "db2")
        closed(before)
    with lan.connect(WRITE) as meanwhile:
        assert ask(meanwhile) == "db2"
        lan.databases["db1"].fit = True
        lan.until(WRITE, "db1")
        # The writer is back, and nothing goes on writing to the server that took over.
        closed(meanwhile)
    assert {lan.asked(WRITE) for _ in range(9)} == {"db1"}


def test_the_third_serves_until_the_second_is_back(lan: Lan) -> None:
    lan.databases["db1"].fit = lan.databases["db2"].fit = False
    lan.until(WRITE, "db3")
    with lan.connect(WRITE) as meanwhile:
        lan.databases["db2"].fit = True
        lan.until(WRITE, "db2")
        closed(meanwhile)
    lan.databases["db1"].fit = True
    lan.until(WRITE, "db1")
