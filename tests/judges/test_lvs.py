"""What LVS needs beside keepalived's file, judged by the tools that read it; nothing here needs LVS in the kernel."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from judges.harness import Host, need, need_root, render
from judges.sandbox import Sandbox

MODULES = "/etc/modules-load.d/oxconf-lvs.conf"
SYSCTL = "/etc/sysctl.d/60-oxconf-lvs.conf"
ADDRESSES = "/etc/systemd/system/oxconf-lvs-addresses.service"
SCRIPT = "/usr/local/sbin/oxconf-check-none-fit"
UML = Path("/usr/lib/uml/modules")


@pytest.fixture(scope="module")
def lvs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Host]:
    return {host.name: host for host in render("1m-lvs", tmp_path_factory.mktemp("lvs"))}


def test_a_kernel_has_the_modules(lvs: dict[str, Host], tmp_path: Path) -> None:
    need("modprobe", "kmod")
    if not UML.exists():
        pytest.skip("needs the modules of a kernel (Debian package user-mode-linux)")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/modules").symlink_to(UML)
    (release,) = UML.iterdir()
    for name in ("director1", "director2"):
        names = [line for line in lvs[name].text(MODULES).splitlines() if not line.startswith("#")]
        for module in names:
            command = ["modprobe", "-d", str(tmp_path), "-S", release.name, "--show-depends", module]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (module, done.returncode) == (module, 0), done.stderr


def test_the_kernel_takes_the_settings_and_the_addresses_of_a_server(lvs: dict[str, Host]) -> None:
    need_root()
    need("sysctl", "procps")
    for name in ("db1", "db2", "db3"):
        with Sandbox() as sandbox:
            sandbox.run("mount", "-t", "proc", "proc", "/proc")
            sandbox.run("sysctl", "-p", str(lvs[name].file(SYSCTL)))
            asked = sandbox.run(
                "sysctl", "-n", "net.ipv4.conf.all.arp_ignore", "net.ipv4.conf.all.arp_announce"
            )
            assert asked.stdout.split() == ["1", "2"]
            commands = {"ExecStart": [], "ExecStop": []}  # type: ignore[var-annotated]
            for line in lvs[name].text(ADDRESSES).splitlines():
                key, _, command = line.partition("=")
                commands.get(key, []).append(command.split())
            # Twice: a restart of the unit after a half finished stop finds some of them.
            for command in 2 * commands["ExecStart"]:
                sandbox.run(*command)
            shown = sandbox.run("ip", "-4", "-o", "address", "show", "dev", "lo").stdout
            assert "inet 10.20.30.218/32" in shown
            assert "inet 10.20.30.220/32" in shown
            for command in commands["ExecStop"]:
                sandbox.run(*command)
            assert "10.20.30" not in sandbox.run("ip", "-4", "-o", "address", "show", "dev", "lo").stdout


def test_the_setting_of_a_director_is_all_that_it_has(lvs: dict[str, Host]) -> None:
    """This kernel may have no LVS; that the key exists where it has, was seen on Linux 6.1."""
    lines = [line for line in lvs["director1"].text(SYSCTL).splitlines() if not line.startswith("#")]
    assert lines == ["net.ipv4.vs.expire_nodest_conn = 1"]


@contextmanager
def answering(sandbox: Sandbox, address: str, status: str | None) -> Iterator[None]:
    """Answer health checks at an address with a status; None accepts and says nothing."""
    with sandbox.network():
        server = socket.create_server((address, 9200))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            request = b""
            if status is None:
                held.append(connection)
                continue
            with connection:
                # As clustercheck does: who closes with a request half read resets the connection.
                while not request.endswith(b"\r\n\r\n"):
                    request += connection.recv(1000)
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    held: list[socket.socket] = []
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
        for each in held:
            each.close()


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((None, None), 0),
        (("503 Service Unavailable", "503 Service Unavailable"), 0),
        (("200 OK", "503 Service Unavailable"), 1),
        (("503 Service Unavailable", "200 OK"), 1),
        ((None, "200 OK"), 1),
    ],
)
def test_the_check_of_those_before(lvs: dict[str, Host], answers: tuple[str | None, ...], code: int) -> None:
    need_root()
    script = str(lvs["director1"].file(SCRIPT))
    with (
        Sandbox() as sandbox,
        answering(sandbox, "127.0.0.2", answers[0]),
        answering(sandbox, "127.0.0.3", answers[1]),
    ):
        done = sandbox.run("bash", script, "127.0.0.2", "127.0.0.3", check=False)
    assert done.returncode == code


def test_a_server_that_refuses_is_not_fit(lvs: dict[str, Host]) -> None:
    need_root()
    with Sandbox() as sandbox:
        done = sandbox.run("bash", str(lvs["director1"].file(SCRIPT)), "127.0.0.2", check=False)
    assert done.returncode == 0
