"""Laws of the files of Apache, HAProxy and keepalived."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts._virtual_server import CHECKS, Check, RealServer, VirtualServer
from oxconf.artifacts.haproxy_cfg import HaproxyCfg, HealthCheck, Listener, Server, Timeouts
from oxconf.artifacts.https_site import HttpsSite, Site
from oxconf.artifacts.keepalived_conf import (
    KeepalivedConf,
    SyncGroup,
    TrackScript,
    VirtualAddress,
    VrrpInstance,
)
from oxconf.artifacts.proxy_ajp import Access, Balancer, BalancerMember, ProxyAjp, ProxyPass
from oxconf.artifacts.remoteip import RemoteIp
from oxconf.deployment.secrets import Secret

few = settings(max_examples=100, deadline=None)

words = st.from_regex(r"\A[A-Za-z0-9_.-]{1,12}\Z")
# Words with blanks, quotes and comment signs, which each syntax has to quote.
odd_words = st.text(alphabet="ab1 '#/;=()|", min_size=1, max_size=12).filter(
    lambda word: word.strip() == word
)
hosts = st.from_regex(r"\A[a-z0-9][a-z0-9.-]{0,12}\Z")
numbers = st.integers(0, 10**9)
ports = st.integers(1, 65535)
spans = st.integers(0, 10**9).map(Milliseconds)


def optional(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


def tuples_of(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, max_size=3).map(tuple)


servers = st.builds(
    Server,
    name=words,
    address=hosts,
    port=optional(ports),
    check=st.booleans(),
    check_port=optional(ports),
    inter=optional(spans),
    fastinter=optional(spans),
    downinter=optional(spans),
    rise=optional(numbers),
    fall=optional(numbers),
    weight=optional(numbers),
    backup=st.booleans(),
    disabled=st.booleans(),
    on_marked_down=optional(words),
    on_marked_up=optional(words),
)
listeners = st.builds(
    Listener,
    name=words,
    address=st.sampled_from(["", "*"]) | hosts,
    port=ports,
    mode=optional(st.sampled_from(["tcp", "http"])),
    balance=tuples_of(words),
    all_backups=st.booleans(),
    timeouts=st.builds(
        Timeouts,
        connect=optional(spans),
        client=optional(spans),
        server=optional(spans),
        check=optional(spans),
    ),
    health=optional(
        st.builds(
            HealthCheck,
            option=tuples_of(odd_words).map(lambda args: ("httpchk", *args)),
            steps=tuples_of(tuples_of(odd_words).map(lambda args: ("http-check", *args))),
        )
    ),
    servers=tuples_of(servers),
)


@given(st.builds(HaproxyCfg, max_connections=optional(numbers), listeners=tuples_of(listeners)))
@few
def test_haproxy_reads_back_what_is_written(artifact: HaproxyCfg) -> None:
    assert HaproxyCfg.parse(artifact.render()) == artifact


commands = st.text(alphabet="ab1/ -", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
scripts = st.builds(
    TrackScript,
    name=words,
    command=optional(commands),
    interval=optional(spans),
    timeout=optional(spans),
    rise=optional(numbers),
    fall=optional(numbers),
    weight=optional(st.integers(-253, 253)),
)
passwords = st.just(Secret("vrrp")) | st.text(alphabet="aZ9#!'=%&;", min_size=1, max_size=8).map(
    lambda text: Secret("vrrp", text)
)
instances = st.builds(
    VrrpInstance,
    name=words,
    state=optional(words),
    interface=optional(words),
    virtual_router_id=optional(numbers),
    priority=optional(numbers),
    nopreempt=st.booleans(),
    advert_int=optional(spans),
    unicast_src_ip=optional(st.builds(IPv4Address, st.integers(0, 2**32 - 1))),
    unicast_peers=tuples_of(st.builds(IPv4Address, st.integers(0, 2**32 - 1))),
    auth_type=optional(words),
    auth_pass=optional(passwords),
    addresses=tuples_of(
        st.builds(
            VirtualAddress,
            address=st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(IPv4Interface),
            interface=optional(words.filter(lambda word: word != "dev")),
        )
    ),
    track_scripts=tuples_of(words),
)


addresses = st.builds(IPv4Address, st.integers(0, 2**32 - 1))
real_servers = st.builds(
    RealServer,
    address=addresses,
    port=st.just(0) | ports,
    weight=optional(numbers),
    inhibit_on_failure=st.booleans(),
    checks=tuples_of(
        st.builds(
            Check,
            kind=st.sampled_from(CHECKS),
            path=optional(words),
            status_code=optional(st.sampled_from(["200", "200-299 503"])),
            connect_port=optional(ports),
            connect_timeout=optional(spans),
            retry=optional(numbers),
            delay_before_retry=optional(spans),
            command=optional(commands),
            timeout=optional(spans),
        )
    ),
)
virtual_servers = st.builds(
    VirtualServer,
    address=addresses,
    port=st.just(0) | ports,
    lvs_sched=optional(words),
    lvs_method=optional(words),
    protocol=optional(words),
    persistence_timeout=optional(numbers),
    alpha=st.booleans(),
    inhibit_on_failure=st.booleans(),
    warmup=optional(spans),
    delay_loop=optional(spans),
    servers=tuples_of(real_servers),
)


@given(
    st.builds(
        KeepalivedConf,
        router_id=optional(words),
        script_user=optional(words),
        enable_script_security=st.booleans(),
        tcp_timeout=optional(numbers.map(lambda seconds: Milliseconds(1000 * seconds))),
        scripts=tuples_of(scripts),
        groups=tuples_of(st.builds(SyncGroup, name=words, instances=tuples_of(words))),
        instances=tuples_of(instances),
        virtual_servers=tuples_of(virtual_servers),
    )
)
@few
def test_keepalived_reads_back_what_is_written(artifact: KeepalivedConf) -> None:
    assert KeepalivedConf.parse(artifact.render()) == artifact


members = st.builds(
    BalancerMember,
    scheme=st.sampled_from(["ajp", "http"]),
    host=hosts,
    port=optional(ports),
    route=optional(odd_words),
    load_factor=optional(numbers),
    connection_timeout=optional(spans),
    ping=optional(spans),
    timeout=optional(spans),
    retry=optional(spans),
    smax=optional(numbers),
    ttl=optional(spans),
)
balancers = st.builds(
    Balancer,
    name=words,
    members=tuples_of(members),
    method=optional(words),
    sticky_session=optional(odd_words),
    scolonpathdelim=st.booleans(),
)
networks = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
    lambda net: str(IPv4Network(net, strict=False))
)


@given(
    st.builds(
        ProxyAjp,
        proxy_requests=st.booleans(),
        balancers=tuples_of(balancers),
        passes=tuples_of(st.builds(ProxyPass, path=odd_words, target=odd_words, mapping=optional(words))),
        accesses=tuples_of(
            st.builds(
                Access,
                pattern=odd_words,
                regex=st.booleans(),
                require=tuples_of(tuples_of(networks).map(lambda nets: ("ip", *nets))),
            )
        ),
    )
)
@few
def test_apache_reads_back_what_is_written(artifact: ProxyAjp) -> None:
    assert ProxyAjp.parse(artifact.render()) == artifact


sites = st.builds(
    Site,
    address=odd_words,
    server_name=optional(odd_words),
    document_root=optional(odd_words),
    passes=st.booleans(),
    redirect=optional(odd_words),
    tls=st.booleans(),
    certificate=optional(odd_words),
    certificate_key=optional(odd_words),
    protocols=tuples_of(odd_words),
    ciphers=tuples_of(words),
    server_chooses=optional(st.booleans()),
    session_tickets=optional(st.booleans()),
)


@given(st.builds(HttpsSite, sites=tuples_of(sites)))
@few
def test_sites_read_back_as_they_are_written(artifact: HttpsSite) -> None:
    assert HttpsSite.parse(artifact.render()) == artifact


@given(st.builds(RemoteIp, header=optional(odd_words), proxies=tuples_of(odd_words)))
@few
def test_remoteip_reads_back_what_is_written(artifact: RemoteIp) -> None:
    assert RemoteIp.parse(artifact.render()) == artifact


pieces = """
listen a|frontend b|backend b|defaults|  bind :1|  server a b:1 check|  default_backend b|  timeout client
vrrp_instance a {|}|vrrp_script {|virtual_ipaddress {|authentication {|auth_pass|track_script {|priority
<Proxy balancer://a>|</Proxy>|<Location>|</Location>|BalancerMember|ProxyPass a|Require|ProxySet a
"""
texts = st.text() | st.lists(st.sampled_from(pieces.strip().replace("\n", "|").split("|"))).map("\n".join)


@given(texts)
@few
def test_any_text_is_read(text: str) -> None:
    for artifact in (HaproxyCfg, KeepalivedConf, ProxyAjp, HttpsSite, RemoteIp):
        artifact.read(text)
