"""Apache with HTTPS, reached by users and through somebody else's balancer, in a network of namespaces."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from judges import apache
from judges.harness import Host, need, need_root, render_text
from judges.machine import install
from judges.sandbox import Sandbox, bridge, wire
from judges.test_live_web import AJP, USER_PATHS, Program, wait_until
from lab.spellings import SOAP_SPELLINGS

from oxconf.artifacts.check_web import CheckWeb
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.front import checks
from oxconf.syntax import properties

CLUSTER = Path(__file__).parents[1] / "clusters/deployments/1m-https-imap.toml"
NAME = "ox.example.com"
REMOTEIP = "/etc/apache2/conf-available/remoteip.conf"
STRANGER = "10.20.30.99"
BALANCER = "10.20.30.240"
SOAP = "/webservices/OXContextService?wsdl"


@dataclass(frozen=True)
class Answer:
    """What a client got: status and target of a redirect, and what the node said."""

    status: int
    location: str = ""
    route: str = ""
    servlet: str = ""
    session: str = ""
    client: str = ""
    scheme: str = ""


@dataclass
class Web:
    """The running machines."""

    switch: Sandbox
    fronts: list[Host]
    provisioning: str
    machines: dict[str, Sandbox] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    logs: dict[str, Path] = field(default_factory=dict)

    def connect(
        self, port: int, source: str = "stranger", front: int = 0, tls: ssl.SSLContext | None = None
    ) -> socket.socket:
        with self.machines[source].network():
            connection = socket.create_connection((self.fronts[front].address, port), timeout=20)
        if port != 443:
            return connection
        try:
            return (tls or context()).wrap_socket(connection, server_hostname=NAME)
        except ssl.SSLError:
            connection.close()
            raise

    def get(
        self,
        target: str,
        *,
        port: int = 443,
        source: str = "stranger",
        front: int = 0,
        name: str = NAME,
        cookie: str = "",
        forwarded: str = "",
    ) -> Answer:
        """Ask for `target`, sent as it is written."""
        headers = f"Host: {name}\r\nConnection: close\r\n"
        headers += f"Cookie: JSESSIONID={cookie}\r\n" if cookie else ""
        headers += f"X-Forwarded-For: {forwarded}\r\n" if forwarded else ""
        with self.connect(port, source, front) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\n{headers}\r\n".encode("latin-1"))
            reply = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
        head, _, body = reply.partition("\r\n\r\n")
        status = re.match(r"HTTP/1.1 (\d+)", head)
        assert status, reply
        location = re.search(r"^Location: (\S+)", head, re.MULTILINE)
        said = re.search(r"^(\S+) (\S+) (\S+\.\S+)\nfrom=(\S+) scheme=(\S+)$", body, re.MULTILINE)
        return Answer(int(status[1]), location[1] if location else "", *(said.groups() if said else ()))

    def requests(self) -> int:
        """How many requests the nodes saw so far."""
        return sum(log.read_text(errors="replace").count("request ") for log in self.logs.values())


def context() -> ssl.SSLContext:
    """A client that takes the test's certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def answers(web: Web, front: int) -> bool:
    try:
        return bool(web.get("/", front=front))
    except ConnectionRefusedError:
        return False


@pytest.fixture(scope="module")
def web(java_program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    need_root()
    need("apache2", "apache2")
    need("openssl", "openssl")
    scratch = tmp_path_factory.mktemp("https")
    hosts = render_text(CLUSTER.read_text(), scratch)
    fronts = [host for host in hosts if "web" in host.roles]
    nodes = [host for host in hosts if AJP in host.paths]
    running = Web(bridge(), fronts, next(host.name for host in nodes if "provisioning" in host.roles))
    addresses = {host.name: host.address for host in (*fronts, *nodes)}
    addresses |= {"stranger": STRANGER, "balancer": BALANCER}
    try:
        for number, (name, address) in enumerate(addresses.items()):
            running.machines[name] = Sandbox()
            wire(running.switch, running.machines[name], number, f"{address}/24")
        for host in nodes:
            settings = {entry.key: entry.value for entry in properties.parse(host.text(AJP)).entries}
            running.routes[host.name] = settings["AJP_JVM_ROUTE"]
            running.logs[host.name] = scratch / f"{host.name}.log"
            command = java_program(str(host.file(AJP)))
            running.machines[host.name].start(*command, log=running.logs[host.name])
        for host in fronts:
            machine = running.machines[host.name]
            install(machine, host, scratch)
            apache.switch_on(machine, host)
            machine.start("apache2ctl", "-D", "FOREGROUND", log=scratch / f"{host.name}.log")
        for log in running.logs.values():
            wait_until(lambda log=log: "ready" in log.read_text(errors="replace"))
        for front in range(len(fronts)):
            wait_until(lambda front=front: answers(running, front))
        yield running
    finally:
        for sandbox in (*running.machines.values(), running.switch):
            sandbox.close()


@pytest.mark.parametrize("name", [NAME, "elsewhere.example", "10.20.30.231"])
@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/ajax/login?action=login&name=%C3%BC%20+",
        "/ajax/mail;jsessionid=1.OX1?action=all",
        "/webservices/OXContextService?wsdl",
        *(f"{path}/x?action=y" for path in USER_PATHS),
    ],
)
def test_plain_http_leads_to_https_and_nowhere_else(web: Web, target: str, name: str) -> None:
    before = web.requests()
    answer = web.get(target, port=80, name=name)
    assert (answer.status, answer.location) == (301, f"https://{NAME}{target}")
    assert web.requests() == before


def test_a_redirect_alone_would_let_ox_be_reached_by_plain_http(web: Web) -> None:
    """What OX819 says, measured on the second web server, which is changed for it and changed back."""
    front = web.fronts[1]
    machine = web.machines[front.name]
    rendered = front.text(apache.SITE)
    bare = rendered.replace("ProxyPass !", "")
    assert bare != rendered
    try:
        machine.run("tee", apache.SITE, stdin=bare)
        machine.run("apache2ctl", "graceful")
        wait_until(lambda: web.get("/ajax/x", port=80, front=1).servlet == "ajax")
        assert web.get("/", port=80, front=1).status == 301
    finally:
        machine.run("tee", apache.SITE, stdin=rendered)
        machine.run("apache2ctl", "graceful")
    wait_until(lambda: web.get("/ajax/x", port=80, front=1).status == 301)


def test_no_spelling_reaches_a_node_by_plain_http(web: Web) -> None:
    before = web.requests()
    for spelling in SOAP_SPELLINGS:
        assert web.get(spelling, port=80, source=web.provisioning).status in (301, 400, 403, 404)
    assert web.requests() == before


def test_the_health_check_of_keepalived_gets_its_answer(web: Web, tmp_path: Path) -> None:
    script = tmp_path / "check"
    script.write_text(CheckWeb().render())
    machine = web.machines[web.fronts[0].name]
    assert machine.run("bash", str(script), check=False).returncode == 0


def test_what_the_runbook_verifies_holds_and_a_strange_key_does_not(web: Web) -> None:
    need("curl", "curl")
    plan = make_plan(load_text(CLUSTER.read_text()))
    front = web.fronts[0]
    host = next(each for each in plan.hosts if each.host.name == front.name)
    tests = [test for test in checks(plan.deployment, host) if "systemctl" not in test.shell]
    # The certificate, http to https, the answer, nobody drained; and each node but that of the provisioning.
    assert len(tests) == 4 + len(web.routes) - 1
    machine = web.machines[front.name]
    for test in tests:
        assert machine.run("sh", "-c", test.shell, check=False).returncode == 0, test.says
    strange = tests[0].shell.replace(f"-in /etc/ssl/private/{NAME}.key", "-in /tmp/strange.key")
    assert strange != tests[0].shell
    made = "openssl genpkey -algorithm RSA -out /tmp/strange.key; "
    assert machine.run("sh", "-c", f"mount -t tmpfs tmpfs /tmp; {made}{strange}", check=False).returncode


def test_https_reaches_every_node_and_ox_knows_that_it_is_https(web: Web) -> None:
    for path, servlet in USER_PATHS.items():
        got = [web.get(f"{path}/x") for _ in range(12)]
        assert {answer.servlet for answer in got} == {servlet}
        assert {answer.scheme for answer in got} == {"https"}
        assert {answer.route for answer in got} == {*web.routes.values()} - {web.routes[web.provisioning]}


def test_a_session_stays_on_its_node_whichever_web_server_it_comes_through(web: Web) -> None:
    for _ in range(6):
        session = web.get("/ajax/login").session
        got = {web.get(f"{path}/x", cookie=session, front=n).session for path in USER_PATHS for n in (0, 1)}
        assert got == {session}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused(web: Web) -> None:
    for version, spoken in (
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ):
        client = context()
        client.set_ciphers("ALL:@SECLEVEL=0")
        client.minimum_version = client.maximum_version = version
        if spoken:
            web.connect(443, tls=client).close()
        else:
            with pytest.raises(ssl.SSLError, match="alert"):
                web.connect(443, tls=client)


def test_a_cipher_that_is_not_named_is_refused(web: Web) -> None:
    client = context()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("AES256-GCM-SHA384:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="alert"):
        web.connect(443, tls=client)


@pytest.mark.parametrize("spelling", SOAP_SPELLINGS)
def test_soap_is_closed_to_strangers_by_https(web: Web, spelling: str) -> None:
    assert web.get(spelling).servlet != "soap"


def test_soap_is_open_to_its_callers_by_https(web: Web) -> None:
    answer = web.get(SOAP, source=web.provisioning)
    assert (answer.status, answer.servlet) == (200, "soap")


# The header as the web server gets it: what a client sent stands in front of what the balancer added.
CALLER = "10.20.30.225"
USER = "203.0.113.9"


@pytest.mark.parametrize(
    ("source", "forwarded", "client", "may_call"),
    [
        ("balancer", USER, USER, False),
        ("balancer", CALLER, CALLER, True),
        ("balancer", f"{CALLER}, {USER}", USER, False),
        ("balancer", f"127.0.0.1, {USER}", USER, False),
        ("balancer", f"{USER}, 192.0.2.3", USER, False),
        ("balancer", "", BALANCER, False),
        ("balancer", "nonsense", BALANCER, False),
        ("stranger", CALLER, STRANGER, False),
        ("stranger", "127.0.0.1", STRANGER, False),
        ("stranger", f"127.0.0.1, {BALANCER}", STRANGER, False),
    ],
)
def test_the_balancer_alone_says_who_calls(
    web: Web, source: str, forwarded: str, client: str, may_call: bool
) -> None:
    assert web.get("/ajax/x", source=source, forwarded=forwarded).client == client
    answer = web.get(SOAP, source=source, forwarded=forwarded)
    assert (answer.status, answer.servlet) == ((200, "soap") if may_call else (403, ""))


def test_the_access_log_has_the_users_address(web: Web) -> None:
    web.get("/ajax/who-was-it", source="balancer", forwarded="203.0.113.77")
    machine = web.machines[web.fronts[0].name]

    def logged() -> str:
        return machine.run("cat", "/var/log/apache2/access.log").stdout

    wait_until(lambda: "who-was-it" in logged())
    assert [line.split()[0] for line in logged().splitlines() if "who-was-it" in line] == ["203.0.113.77"]


@pytest.mark.parametrize(("proxies", "lie"), [("", USER), ("RemoteIPInternalProxy 10.0.0.0/8", "127.0.0.1")])
def test_otherwise_everybody_would_be_believed(web: Web, proxies: str, lie: str) -> None:
    """What OX822 says, measured on the second web server, which is changed for it and changed back.

    Without a list nobody is believed to have a private address; whom a list names is believed even that, and a network
    that is too wide opens SOAP.
    """
    front = web.fronts[1]
    machine = web.machines[front.name]
    rendered = front.text(REMOTEIP)
    kept = [line for line in rendered.splitlines() if "RemoteIPInternalProxy" not in line]

    def client() -> str:
        return web.get("/ajax/x", front=1, forwarded=lie).client

    try:
        machine.run("tee", REMOTEIP, stdin="\n".join([*kept, proxies, ""]))
        machine.run("apache2ctl", "graceful")
        wait_until(lambda: client() == lie)
        assert (web.get(SOAP, front=1, forwarded=lie).servlet == "soap") is (lie == "127.0.0.1")
    finally:
        machine.run("tee", REMOTEIP, stdin=rendered)
        machine.run("apache2ctl", "graceful")
    wait_until(lambda: client() == STRANGER)
