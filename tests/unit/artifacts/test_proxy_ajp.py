"""proxy_ajp.conf: balancers, paths, and who may call SOAP."""

import pytest

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts.proxy_ajp import Access, Balancer, BalancerMember, ProxyAjp, ProxyPass
from oxconf.deployment.load import load_text

TUTORIAL_PATHS = (
    "/ajax",
    "/servlet",
    "/infostore",
    "/publications",
    "/Microsoft-Server-ActiveSync",
    "/usm-json",
)


def artifact(text: str, host: str = "web1") -> ProxyAjp:
    deployment = load_text(text)
    found = ProxyAjp.from_deployment(deployment, deployment.host(host))
    assert found is not None
    return found


def balancers(text: str, host: str = "web1") -> dict[str, Balancer]:
    return {balancer.name: balancer for balancer in artifact(text, host).balancers}


def test_a_member_as_it_is_written() -> None:
    member = (
        "    BalancerMember ajp://10.20.30.213:8009 route=OX1 loadfactor=50 "
        "connectiontimeout=2 ping=2 timeout=100 retry=5 smax=0 ttl=60\n"
    )
    assert member in artifact('tier = "1m"').render()


def test_sessions_stick_by_cookie_and_by_address() -> None:
    line = "    ProxySet lbmethod=byrequests stickysession=JSESSIONID|jsessionid scolonpathdelim=On\n"
    assert artifact('tier = "1m"').render().count(line) == 2


@pytest.mark.parametrize(
    ("text", "host"), [('tier = "poc"', "ox1"), ('tier = "100k"', "ox2"), ('tier = "1m"', "web2")]
)
def test_what_is_rendered_reads_back(text: str, host: str) -> None:
    found = artifact(text, host)
    assert ProxyAjp.parse(found.render()) == found


def test_only_web_servers_have_the_file_and_all_the_same() -> None:
    deployment = load_text("", tier="1m")
    found = {host.name: ProxyAjp.from_deployment(deployment, host) for host in deployment.hosts}
    assert [name for name, each in found.items() if each] == ["web1", "web2"]
    assert found["web1"] == found["web2"]


def test_users_and_devices_have_the_same_members_and_devices_more_time() -> None:
    found = balancers('tier = "1m"')
    users, devices = found["oxcluster"], found["oxcluster_eas"]
    assert [member.route for member in users.members] == ["OX1", "OX2", "OX3"]
    assert [member.url for member in users.members] == [member.url for member in devices.members]
    assert {member.timeout for member in users.members} == {Milliseconds(100_000)}
    assert {member.timeout for member in devices.members} == {Milliseconds(1_900_000)}


def test_soap_goes_to_the_provisioning_node_and_users_never_do() -> None:
    found = balancers('tier = "1m"')
    assert [member.host for member in found["oxprovisioning"].members] == ["10.20.30.225"]
    assert "10.20.30.225" not in {member.host for member in found["oxcluster"].members}


def test_soap_goes_to_all_where_nobody_is_for_provisioning() -> None:
    found = balancers('tier = "100k"', "ox1")
    assert [member.host for member in found["oxprovisioning"].members] == ["10.20.30.213", "10.20.30.215"]


def test_the_six_paths_of_the_tutorial_are_passed_on() -> None:
    passes = {each.path: each for each in artifact('tier = "1m"').passes}
    for path in TUTORIAL_PATHS:
        assert passes[path].target == f"balancer://{passes[path].balancer}{path}"
    assert {path for path in passes if passes[path].balancer == "oxcluster_eas"} == {
        "/Microsoft-Server-ActiveSync",
        "/usm-json",
    }


def test_soap_stands_above_the_path_that_would_take_it_to_the_users_nodes() -> None:
    paths = [each.path for each in artifact('tier = "1m"').passes]
    assert paths.index("/servlet/axis2/services") < paths.index("/servlet")


def test_load_factor_and_port_of_the_cluster_file() -> None:
    text = 'tier = "poc"\n[ox]\najp_port = 8019\n[[hosts]]\nname = "a"\naddress = "10.20.30.1"\n'
    text += 'memory = "8G"\ncores = 2\nload_factor = 7\nroute = "R"\n'
    text += 'roles = ["groupware", "database", "web", "filestore"]\n'
    (member,) = balancers(text, "a")["oxcluster"].members
    assert (member.url, member.route, member.load_factor) == ("ajp://10.20.30.1:8019", "R", 7)


ALLOW = 'tier = "1m"\n[soap]\nallow = ["127.0.0.1", "192.168.7.0/24"]\n'


@pytest.mark.parametrize(
    "path", ["/servlet/axis2/services", "/servlet/axis2/services/X", "/webservices", "/webservices/X"]
)
def test_soap_is_open_to_the_callers_named(path: str) -> None:
    assert artifact(ALLOW).required(path) == (("ip", "127.0.0.1", "192.168.7.0/24"),)


@pytest.mark.parametrize(
    "path",
    [
        "/servlet/axis2/services;x=1/y",
        "/servlet/axis2;a/services/x",
        "/servlet;x/axis2/services",
        "/SERVLET/AXIS2/services",
        "/WebServices",
        "/webservices;x",
        "/;x/webservices",
        "/.;/webservices",
        "/ajax/..;/servlet/axis2/services",
    ],
)
def test_other_spellings_of_soap_are_open_to_nobody(path: str) -> None:
    assert artifact(ALLOW).required(path) == (("all", "denied"),)


@pytest.mark.parametrize("path", [*TUTORIAL_PATHS, "/ajax/mail;jsessionid=1.OX1", "/servlet/dav", "/"])
def test_users_paths_are_open(path: str) -> None:
    assert artifact(ALLOW).required(path) == ()


def test_a_missing_module_is_an_error_and_nothing_is_left_out_silently() -> None:
    text = artifact('tier = "1m"').render()
    assert "<IfModule !proxy_ajp_module>\n    Error " in text
    assert text.count("<IfModule") == text.count("<IfModule !") == 2


def test_no_open_proxy_and_no_balancer_manager() -> None:
    text = artifact('tier = "1m"').render()
    assert "ProxyRequests Off\n" in text
    assert "balancer-manager" not in text


def test_modules_and_the_file_are_switched_on() -> None:
    enables = artifact('tier = "1m"').enables()
    assert Enable(Switch.APACHE_CONF, "proxy_ajp") in enables
    assert [enable.name for enable in enables if enable.switch is Switch.APACHE_MODULE] == [
        "proxy",
        "proxy_ajp",
        "proxy_balancer",
        "lbmethod_byrequests",
        "slotmem_shm",
        "headers",
        "expires",
        "deflate",
    ]


FOREIGN = """\
<Location /servlet/axis2/services>
  Require local
</Location>
<IfModule mod_proxy_ajp.c>
ProxyRequests On
<Proxy balancer://oxcluster/>
  BalancerMember ajp://ox1.example:8009 timeout=100 connectiontimeout=500ms loadfactor=50 route=OX1
  BalancerMember http://ox2.example lbset=1
  ProxySet stickysession=JSESSIONID
</Proxy>
<Location "/ajax">
  ProxyPass balancer://oxcluster/ajax
</Location>
ProxyPass /x http://elsewhere/x retry=0
</IfModule>
"""


def test_a_file_of_somebody_else() -> None:
    read = ProxyAjp.parse(FOREIGN)
    assert read == ProxyAjp(
        proxy_requests=True,
        balancers=(
            Balancer(
                name="oxcluster",
                members=(
                    BalancerMember(
                        host="ox1.example",
                        port=8009,
                        route="OX1",
                        load_factor=50,
                        timeout=Milliseconds(100_000),
                        connection_timeout=Milliseconds(500),
                    ),
                    BalancerMember(scheme="http", host="ox2.example"),
                ),
                sticky_session="JSESSIONID",
            ),
        ),
        passes=(
            ProxyPass(path="/ajax", target="balancer://oxcluster/ajax"),
            ProxyPass(path="/x", target="http://elsewhere/x"),
        ),
        accesses=(
            Access(pattern="/servlet/axis2/services", require=(("local",),)),
            Access(pattern="/ajax"),
        ),
    )
    assert [member.line for member in read.balancers[0].members] == [7, 8]
    assert [each.balancer for each in read.passes] == ["oxcluster", None]
    assert read.required("/servlet/axis2/services/x") == (("local",),)
    assert read.required("/servlet/axis2/servicesx") == ()


def test_the_tutorials_form_of_proxypass_is_a_problem() -> None:
    text = "<Proxy /ajax>\n  ProxyPass balancer://oxcluster/ajax\n</Proxy>\n"
    read, problems = ProxyAjp.read(text)
    assert read.passes == ()
    assert [(problem.line, problem.message) for problem in problems] == [
        (
            2,
            "ProxyPass inside <Proxy /ajax> passes nothing on: httpd accepts it, and each request is answered 404; "
            "write ProxyPass /ajax balancer://oxcluster/ajax outside",
        )
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("BalancerMember unix:/run/x", 'BalancerMember: "unix:/run/x" is not scheme://host:port'),
        ("BalancerMember ajp://a:1 loadfactor=x", 'loadfactor: "x" does not fit'),
        ("BalancerMember ajp://a:1 ping=soon", 'ping: "soon" does not fit'),
    ],
)
def test_what_does_not_fit_is_a_problem_with_its_line(line: str, message: str) -> None:
    read, problems = ProxyAjp.read(f"<Proxy balancer://a>\n{line}\n</Proxy>\n")
    assert [(problem.line, problem.message) for problem in problems] == [(2, message)]
    assert [balancer.name for balancer in read.balancers] == ["a"]
