"""The health check asks a real Galera node, and is asked over real connections."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from attrs import evolve
from judges.harness import need

from oxconf.artifacts._provider_options import timers
from oxconf.artifacts.clustercheck import Clustercheck, ClustercheckCnf
from oxconf.artifacts.garb import Garb
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.load import load_text

GALERA = Path("/usr/lib/galera/libgalera_smm.so")
PASSWORD = 'c#heck"pass\\word'
# Daemons lie where a plain user's PATH does not lead.
WITH_DAEMONS = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
REQUEST = b"GET / HTTP/1.0\r\nHost: db1\r\n\r\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Node:
    """A Galera node of one, started from the rendered option files."""

    folder: Path
    server: subprocess.Popen[bytes]
    galera_port: int

    def sql(self, statement: str) -> str:
        command = [
            "mariadb",
            "--no-defaults",
            f"--socket={self.folder / 'socket'}",
            "--user=root",
            "-BNe",
            statement,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def check(self, script: str = "clustercheck") -> subprocess.CompletedProcess[str]:
        """Run the script as keepalived or a person does."""
        return subprocess.run(
            [str(self.folder / script)],
            env={**os.environ, "CREDENTIALS_DIRECTORY": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @contextmanager
    def port(self) -> Iterator[int]:
        """Serve the script as the socket unit does: one process for each connection, which is its input and output."""
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve() -> None:
                while True:
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return
                    with connection:
                        subprocess.Popen(
                            [str(self.folder / "clustercheck"), "--http"],
                            env={**os.environ, "CREDENTIALS_DIRECTORY": str(self.folder)},
                            stdin=connection,
                            stdout=connection,
                        )

            threading.Thread(target=serve, daemon=True).start()
            yield int(listener.getsockname()[1])
            listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    need("mariadbd", "mariadb-server-core")
    need("mariadb-install-db", "mariadb-server-core")
    need("mariadb", "mariadb-client-core")
    if not GALERA.is_file():
        pytest.skip(f"needs {GALERA} (Debian package galera-4)")
    # Sockets have short names.
    folder = tmp_path_factory.mktemp("cc")
    deployment = load_text("", tier="1m", secrets={"clustercheck": PASSWORD})
    host = deployment.host("db1")
    galera_port = _free_port()
    for artifact in (OxCnf, WsrepCnf, HostCnf):
        rendered = artifact.from_deployment(deployment, host)
        assert rendered is not None
        (folder / f"{artifact.kind}.cnf").write_text(rendered.render())
    small = evolve(timers(deployment), gcache_size=16 << 20)
    # Only what a tiny node on the loopback interface needs is set otherwise.
    (folder / "my.cnf").write_text(
        f"""!include {folder}/ox-cnf.cnf
!include {folder}/wsrep-cnf.cnf
!include {folder}/host-cnf.cnf
[mysqld]
datadir={folder}/data
socket={folder}/socket
pid_file={folder}/pid
port={_free_port()}
bind_address=127.0.0.1
slow_query_log_file={folder}/slow.log
innodb_buffer_pool_size=32M
innodb_log_file_size=8M
performance_schema=OFF
table_open_cache=64
open_files_limit=1024
max_connections=20
wsrep_cluster_address=gcomm://
wsrep_node_address=127.0.0.1:{galera_port}
wsrep_provider_options="{small}; gmcast.listen_addr=tcp://127.0.0.1:{galera_port}"
user={getpass.getuser()}
"""
    )
    subprocess.run(
        [
            "mariadb-install-db",
            f"--defaults-file={folder / 'my.cnf'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
        env=WITH_DAEMONS,
    )
    account = ClustercheckCnf.from_deployment(deployment, host)
    script = Clustercheck.from_deployment(deployment, host)
    assert account is not None
    assert script is not None
    (folder / "clustercheck.cnf").write_text(evolve(account, socket=str(folder / "socket")).render())
    (folder / "clustercheck").write_text(script.render())
    (folder / "of-two").write_text(evolve(script, donor_serves=True).render())
    for program in ("clustercheck", "of-two"):
        (folder / program).chmod(0o755)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["mariadbd", f"--defaults-file={folder / 'my.cnf'}", "--wsrep-new-cluster"],
            stdout=log,
            stderr=log,
            env=WITH_DAEMONS,
        )
    node = Node(folder, server, galera_port)
    try:
        _wait_for(node)
        quoted = PASSWORD.replace("\\", "\\\\")
        node.sql(f"CREATE USER clustercheck@localhost IDENTIFIED BY '{quoted}'")
        yield node
    finally:
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait()


def _wait_for(node: Node) -> None:
    for _ in range(600):
        if node.server.poll() is None:
            try:
                if "Synced" in node.sql("SHOW STATUS LIKE 'wsrep_local_state_comment'"):
                    return
            except subprocess.CalledProcessError:
                pass
            time.sleep(0.1)
    pytest.fail("the server did not come up:\n" + (node.folder / "log").read_text()[-4000:])


def _ask(port: int, request: bytes = REQUEST) -> tuple[str, dict[str, str], bytes]:
    """Return status line, headers and body; a connection that is reset in the middle is an error."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    return status, dict(line.split(": ", 1) for line in headers), body


def test_a_synced_node_is_fit(node: Node) -> None:
    with node.port() as port:
        status, headers, body = _ask(port)
    assert status == "HTTP/1.1 200 OK"
    assert headers["Connection"] == "close"
    assert int(headers["Content-Length"]) == len(body)
    assert b"wsrep_local_state=4" in body

    assert node.check().returncode == 0


def test_a_head_request_gets_no_body(node: Node) -> None:
    with node.port() as port:
        status, headers, body = _ask(port, b"HEAD / HTTP/1.0\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"
    assert int(headers["Content-Length"]) > 0
    assert body == b""


def test_the_request_is_read_to_its_end_before_the_answer(node: Node) -> None:
    request = b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 200) for n in range(50)) + b"\r\n"
    with node.port() as port:
        for _ in range(5):
            assert _ask(port, request)[0] == "HTTP/1.1 200 OK"


def test_a_client_that_says_nothing_gets_its_answer_all_the_same(node: Node) -> None:
    with node.port() as port:
        assert _ask(port, b"")[0] == "HTTP/1.1 200 OK"


def test_a_client_that_never_ends_its_request_is_not_listened_to_for_ever(node: Node) -> None:
    with node.port() as port, socket.create_connection(("127.0.0.1", port), timeout=60) as connection:

        def talk() -> None:
            with suppress(OSError):
                while True:
                    connection.sendall(b"X: y\r\n")
                    time.sleep(0.01)

        threading.Thread(target=talk, daemon=True).start()
        # What is still unread when the script ends may make the kernel reset the connection.
        with suppress(ConnectionError):
            assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize(
    ("break_it", "mend_it", "shown"),
    [
        ("SET GLOBAL read_only = ON", "SET GLOBAL read_only = OFF", "read_only=ON"),
        ("SET GLOBAL wsrep_desync = ON", "SET GLOBAL wsrep_desync = OFF", "wsrep_local_state=2"),
        (
            "ALTER USER clustercheck@localhost IDENTIFIED BY 'other'",
            "ALTER USER clustercheck@localhost IDENTIFIED BY '" + PASSWORD.replace("\\", "\\\\") + "'",
            "wsrep_cluster_status= ",
        ),
    ],
    ids=["read only", "donor or desynced", "wrong password"],
)
def test_a_node_that_cannot_serve_is_not_fit(node: Node, break_it: str, mend_it: str, shown: str) -> None:
    node.sql(break_it)
    try:
        with node.port() as port:
            status, headers, body = _ask(port)
        assert status == "HTTP/1.1 503 Service Unavailable"
        assert int(headers["Content-Length"]) == len(body)
        assert shown in body.decode()
        assert node.check().returncode == 1
    finally:
        node.sql(mend_it)
    assert _becomes_fit(node)


def test_of_two_nodes_the_donor_is_fit_and_one_that_is_read_only_is_not(node: Node) -> None:
    node.sql("SET GLOBAL wsrep_desync = ON")
    try:
        done = node.check("of-two")
        assert (done.returncode, "wsrep_local_state=2" in done.stdout) == (0, True)
        assert node.check().returncode == 1
        node.sql("SET GLOBAL read_only = ON")
        assert node.check("of-two").returncode == 1
    finally:
        node.sql("SET GLOBAL read_only = OFF; SET GLOBAL wsrep_desync = OFF")
    assert _becomes_fit(node)
    assert node.check("of-two").returncode == 0


def _becomes_fit(node: Node) -> bool:
    for _ in range(100):
        if node.check().returncode == 0:
            return True
        time.sleep(0.1)
    return False


def test_a_node_without_majority_is_not_fit(node: Node) -> None:
    need("garbd", "galera-arbitrator-4")
    members = "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_cluster_status')"
    settings = Garb(
        nodes=(f"127.0.0.1:{node.galera_port}",), cluster="1m", options=timers(load_text("", tier="1m"))
    )
    (node.folder / "garb").write_text(settings.render())
    # As the package's start script does: the file is read by the shell.
    start = f""". {node.folder}/garb
        exec garbd -a "gcomm://${{GALERA_NODES// /,}}" -g "$GALERA_GROUP" \
            -o "$GALERA_OPTIONS; gmcast.listen_addr=tcp://127.0.0.1:{_free_port()}" """
    arbitrator = subprocess.Popen(
        ["bash", "-c", start], cwd=node.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert _says(node, members, "wsrep_cluster_size\t2")
        assert node.check().returncode == 0
        # One of two members is no majority.
        arbitrator.kill()
        assert _says(node, members, "wsrep_cluster_status\tnon-Primary")
        done = node.check()
        assert done.returncode == 1
        assert "wsrep_cluster_status=non-Primary" in done.stdout
        assert "wsrep_ready=OFF" in done.stdout
    finally:
        arbitrator.kill()
        arbitrator.wait()
        node.sql("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'")
    assert _becomes_fit(node)


def _says(node: Node, statement: str, wanted: str) -> bool:
    for _ in range(200):
        if wanted in node.sql(f"SET SESSION wsrep_sync_wait = 0; {statement}"):
            return True
        time.sleep(0.1)
    return False


def test_a_hung_server_is_not_fit_and_the_answer_comes_in_time(node: Node) -> None:
    node.server.send_signal(signal.SIGSTOP)
    try:
        with node.port() as port:
            # Without a limit of its own the check would wait as long as the server is stopped.
            assert _ask(port)[0] == "HTTP/1.1 503 Service Unavailable"
        assert node.check().returncode == 1
    finally:
        node.server.send_signal(signal.SIGCONT)
    assert node.check().returncode == 0


def test_without_systemd_the_account_is_read_from_its_own_place(node: Node) -> None:
    traced = subprocess.run(
        ["bash", "-x", str(node.folder / "clustercheck")],
        env={key: value for key, value in os.environ.items() if key != "CREDENTIALS_DIRECTORY"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert "--defaults-file=/etc/mysql/clustercheck.cnf" in traced.stderr


def test_haproxy_follows_the_check(node: Node) -> None:
    need("haproxy", "haproxy")
    admin = node.folder / "admin"
    with node.port() as port:
        (node.folder / "haproxy.cfg").write_text(
            f"""global
    stats socket {admin}
defaults
    mode tcp
    timeout connect 1s
    timeout client 1m
    timeout server 1m
    timeout check 2s
listen read
    bind 127.0.0.1:{_free_port()}
    option httpchk GET /
    http-check expect status 200
    server db1 127.0.0.1:1 check port {port} inter 200ms rise 1 fall 1
"""
        )
        balancer = subprocess.Popen(
            ["haproxy", "-db", "-f", str(node.folder / "haproxy.cfg")],
            stderr=subprocess.DEVNULL,
            env=WITH_DAEMONS,
        )
        try:
            assert _until(admin, "L7OK/200")
            node.sql("SET GLOBAL read_only = ON")
            assert _until(admin, "L7STS/503")
            node.sql("SET GLOBAL read_only = OFF")
            assert _until(admin, "L7OK/200")
        finally:
            node.sql("SET GLOBAL read_only = OFF")
            balancer.terminate()
            balancer.wait()


def _until(admin: Path, wanted: str) -> bool:
    """Whether HAProxy's last check of the server comes to say `wanted`."""
    for _ in range(200):
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(admin))
                connection.sendall(b"show stat\n")
                text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        except OSError:
            text = ""
        names, *rows = [line.removeprefix("# ").split(",") for line in text.splitlines() if line] or [[]]
        states = [dict(zip(names, row, strict=False)) for row in rows]
        for state in states:
            if state.get("svname") == "db1" and f"{state['check_status']}/{state['check_code']}" == wanted:
                return True
        time.sleep(0.1)
    return False
