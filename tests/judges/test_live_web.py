"""Apache and the nodes behind it, started from the rendered files, in a network of namespaces."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from judges import apache
from judges.harness import Host, need, need_root, render
from judges.machine import install
from judges.sandbox import Sandbox, bridge, wire
from lab.spellings import SOAP_PATHS, SOAP_SPELLINGS

from oxconf.syntax import properties

AJP = "/opt/open-xchange/etc/groupware/ajp.properties"
STRANGER = "10.20.30.99"

Program = Callable[[str], list[str]]
"""The command of a node, by the path of its ajp.properties."""

USER_PATHS = {
    "/ajax": "ajax",
    "/servlet": "servlet",
    "/infostore": "infostore",
    "/publications": "publications",
    "/Microsoft-Server-ActiveSync": "activesync",
    "/usm-json": "usm",
}

# A dead node costs a request at most the ping of a pooled connection (2 s) and connectiontimeout (2 s); twice
# that for a busy machine.
LEFT_WITHIN = 8.0


@dataclass(frozen=True)
class Answer:
    """What a client got: the status, and of a node's answer its route, servlet and session."""

    status: int
    route: str = ""
    servlet: str = ""
    session: str = ""
    cookie: str = ""


@dataclass
class Web:
    """The running machines."""

    front: Host
    switch: Sandbox
    provisioning: str
    sandboxes: dict[str, Sandbox] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, int] = field(default_factory=dict)
    logs: dict[str, Path] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)

    @property
    def balanced(self) -> set[str]:
        """The routes of the nodes that users are sent to."""
        return {self.routes[name] for name in self.hosts}

    def get(self, target: str, cookie: str = "", source: str = "stranger") -> Answer:
        """Ask Apache for `target`, sent as it is written, from the machine `source`."""
        address = "127.0.0.1" if source == self.front.name else self.front.address
        with self.sandboxes[source].network():
            connection = socket.create_connection((address, 80), timeout=20)
        with connection:
            headers = f"Host: {self.front.address}\r\nConnection: close\r\n"
            if cookie:
                headers += f"Cookie: JSESSIONID={cookie}\r\n"
            connection.sendall(f"GET {target} HTTP/1.1\r\n{headers}\r\n".encode("latin-1"))
            reply = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
        head, _, body = reply.partition("\r\n\r\n")
        status = re.match(r"HTTP/1.1 (\d+)", head)
        assert status, reply
        answer = re.search(r"^(\S+) (\S+) (\S+\.\S+)$", body, re.MULTILINE)
        set_cookie = re.search(r"^Set-Cookie: JSESSIONID=([^;\r]+)", head, re.MULTILINE | re.IGNORECASE)
        return Answer(
            int(status[1]),
            *(answer.groups() if answer else ("", "", "")),
            set_cookie[1] if set_cookie else "",
        )

    def is_up(self) -> bool:
        """Whether Apache answers at all."""
        try:
            return bool(self.get("/"))
        except ConnectionRefusedError:
            return False

    def session_on(self, route: str) -> Answer:
        """A new session on the node of that route, within a number of tries that outlasts its start."""
        for _ in range(150):
            answer = self.get("/ajax/login")
            if answer.route == route:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"{route} gets no new session")

    def received(self, servlet: str = "") -> list[tuple[str, str]]:
        """The host and path of each request that the nodes saw so far, of `servlet` where it is given."""
        lines = [
            (host, line.split(" ", 4))
            for host, log in self.logs.items()
            for line in log.open(errors="replace")
        ]
        requests = [(host, fields) for host, fields in lines if fields[0] == "request"]
        return [(host, fields[4].strip()) for host, fields in requests if servlet in ("", fields[3])]

    def start_node(self, host: Host, program: Program) -> None:
        settings = {entry.key: entry.value for entry in properties.parse(host.text(AJP)).entries}
        self.routes[host.name] = settings["AJP_JVM_ROUTE"]
        self.nodes[host.name] = self.sandboxes[host.name].start(
            *program(str(host.file(AJP))), log=self.logs[host.name]
        )


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("waited 30 seconds in vain")


@pytest.fixture(scope="module")
def web(java_program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    need_root()
    need("apache2", "apache2")
    scratch = tmp_path_factory.mktemp("web")
    hosts = render("1m", scratch)
    front = next(host for host in hosts if "web" in host.roles)
    nodes = [host for host in hosts if AJP in host.paths]
    provisioning = next(host for host in nodes if "provisioning" in host.roles)
    machines = {host.name: host.address for host in (front, *nodes)} | {"stranger": STRANGER}

    switch = bridge()
    running = Web(front, switch, provisioning.name)
    running.hosts = {host.name: host for host in nodes if host is not provisioning}
    try:
        for number, (name, address) in enumerate(machines.items()):
            running.sandboxes[name] = Sandbox()
            running.logs[name] = scratch / f"{name}.log"
            running.logs[name].touch()
            running.ports[name] = wire(switch, running.sandboxes[name], number, f"{address}/24")
        for host in nodes:
            running.start_node(host, java_program)
        install(running.sandboxes[front.name], front, scratch)
        apache.switch_on(running.sandboxes[front.name], front)
        running.sandboxes[front.name].start("apache2ctl", "-D", "FOREGROUND", log=running.logs[front.name])
        for host in nodes:
            wait_until(lambda log=running.logs[host.name]: "ready" in log.read_text(errors="replace"))
        wait_until(running.is_up)
        yield running
    finally:
        for sandbox in (*running.sandboxes.values(), switch):
            sandbox.close()


@pytest.mark.parametrize("path", USER_PATHS)
def test_every_path_is_answered_by_every_node(web: Web, path: str) -> None:
    answers = [web.get(f"{path}/x?action=y") for _ in range(4 * len(web.balanced))]
    assert {answer.status for answer in answers} == {200}
    assert {answer.servlet for answer in answers} == {USER_PATHS[path]}
    assert {answer.route for answer in answers} == web.balanced


def test_new_sessions_are_spread_evenly(web: Web) -> None:
    routes = Counter(web.get("/ajax/login").route for _ in range(200))
    assert set(routes) == web.balanced
    fair = 200 / len(web.balanced)
    assert all(0.8 * fair <= count <= 1.2 * fair for count in routes.values()), routes


def test_a_session_stays_on_its_node_by_cookie(web: Web) -> None:
    for _ in range(10):
        first = web.get("/ajax/login")
        assert first.cookie == first.session
        assert first.session.endswith(f".{first.route}")
        for path in USER_PATHS:
            assert {web.get(f"{path}/x", cookie=first.session).session for _ in range(4)} == {first.session}


def test_a_session_stays_on_its_node_by_address(web: Web) -> None:
    for _ in range(10):
        session = web.get("/ajax/login").session
        later = [web.get(f"/ajax/mail;jsessionid={session}?action=all") for _ in range(10)]
        assert {answer.session for answer in later} == {session}


def test_users_never_reach_the_provisioning_node(web: Web) -> None:
    for path in USER_PATHS:
        web.get(f"{path}/x")
    paths = {path for host, path in web.received() if host == web.provisioning}
    assert all(path.startswith(SOAP_PATHS) for path in paths), paths


@pytest.mark.parametrize("path", SOAP_PATHS)
def test_soap_is_answered_by_the_provisioning_node_for_its_callers(web: Web, path: str) -> None:
    """The web server itself is the one that the tutorial lets call."""
    answer = web.get(f"{path}/OXContextService?wsdl", source=web.front.name)
    assert (answer.status, answer.servlet) == (200, "soap")
    assert answer.route == web.routes[web.provisioning]


@pytest.mark.parametrize("spelling", SOAP_SPELLINGS)
def test_soap_is_closed_to_strangers(web: Web, spelling: str) -> None:
    before = web.received("soap")
    answer = web.get(spelling)
    assert web.received("soap") == before
    if spelling.startswith(SOAP_PATHS):
        assert answer.status in (403, 404)


@pytest.mark.parametrize("fault", ["hung", "unreachable", "killed"])
def test_a_dead_node_is_left_and_taken_back(web: Web, java_program: Program, fault: str) -> None:
    name = max(web.hosts)
    route = web.routes[name]
    lost = web.session_on(route)

    with broken(web, name, fault, java_program):
        for cookie in [lost.session, *[""] * 30]:
            start = time.monotonic()
            answer = web.get("/ajax/login", cookie=cookie)
            assert (answer.status, answer.route != route) == (200, True)
            assert time.monotonic() - start < LEFT_WITHIN

    # Apache asks it again after retry=5 seconds.
    assert web.session_on(route).status == 200


RELOADS = "#!/bin/sh\n[ \"$*\" = 'reload apache2.service' ] && exec apache2ctl graceful\n"


def take(web: Web, slug: str, node: str) -> str:
    """Take a step of the runbook restart on the web server, where Apache runs without systemd."""
    (script,) = (web.front.folder / "runbook/restart").glob(f"*-{slug}.sh")
    machine = web.sandboxes[web.front.name]
    machine.run(
        "sh", "-c", "cat >/usr/local/bin/systemctl; chmod 0755 /usr/local/bin/systemctl", stdin=RELOADS
    )
    return machine.run(
        "sh", str(script), "--yes", node, env={"PATH": f"/usr/local/bin:{os.environ['PATH']}"}
    ).stdout


def test_a_drained_node_keeps_its_sessions_and_gets_no_new_ones(web: Web) -> None:
    name = min(web.hosts)
    route = web.routes[name]
    machine = web.sandboxes[web.front.name]
    drained = f"/etc/apache2/conf-available/oxconf-drain-{name}.conf"
    session = web.session_on(route).session
    for times in range(2):
        take(web, "drain", name)
        assert {web.get("/ajax/login").route for _ in range(40)} == web.balanced - {route}, times
        for path in USER_PATHS:
            assert {web.get(f"{path}/x", cookie=session).session for _ in range(4)} == {session}, times
    # Another reload does not bring it back, and what the archive has is as it was installed.
    machine.run("apache2ctl", "graceful")
    time.sleep(1)
    assert {web.get("/ajax/login").route for _ in range(40)} == web.balanced - {route}
    assert machine.run("cat", apache.CONF).stdout == web.front.text(apache.CONF)

    take(web, "admit", name)
    assert web.session_on(route).route == route
    assert {web.get("/ajax/mail", cookie=session).session for _ in range(4)} == {session}
    left = machine.run("ls", drained, drained.replace("available", "enabled"), check=False)
    assert left.stdout == ""
    assert "is done already" in take(web, "admit", name)


def runs(process: int) -> bool:
    """Whether any thread of the process may still answer: neither stopped nor dead."""
    threads = Path(f"/proc/{process}/task").glob("*/stat")
    return any(thread.read_text().rpartition(")")[2].split()[0] not in "TZX" for thread in threads)


@contextmanager
def broken(web: Web, name: str, fault: str, program: Program) -> Iterator[None]:
    """Meanwhile the node hangs, has no network, or is dead."""
    process, cable = web.nodes[name], ("ip", "link", "set", web.ports[name])
    if fault == "hung":
        os.kill(process, signal.SIGSTOP)
    elif fault == "unreachable":
        web.switch.run(*cable, "down")
    else:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: fault == "unreachable" or not runs(process))
    try:
        yield
    finally:
        if fault == "hung":
            os.kill(process, signal.SIGCONT)
        elif fault == "unreachable":
            web.switch.run(*cable, "up")
        else:
            web.start_node(web.hosts[name], program)
