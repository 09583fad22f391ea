"""Laws of the rules: one wrong value in a right cluster is claimed by its rule, one harmless change by none."""

import re

import pytest
from attrs import evolve, frozen
from clusters_in_memory import GALERA, SECRETS, changed, file_of, right
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.deployment.secrets import SAMPLES
from oxconf.evidence import File
from oxconf.report.text import show
from oxconf.rules import judge

AJP = "/opt/open-xchange/etc/groupware/ajp.properties"
CONFIGDB = "/opt/open-xchange/etc/groupware/configdb.properties"
CACHE = "/opt/open-xchange/etc/groupware/cache.ccf"
INSTALLER = "/usr/local/sbin/oxconf-oxinstaller"
PROXY = "/etc/apache2/conf-available/proxy_ajp.conf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
SOCKET = "/etc/systemd/system/clustercheck.socket"
HOSTS = "/etc/hosts"
INTERFACES = "/etc/network/interfaces"

USERS = ("ox1", "ox2", "ox3")
OX = (*USERS, "prov1")
WEB = ("web1", "web2")
DATABASES = ("db1", "db2", "db3")


@frozen
class Mutation:
    """What the pattern finds in a file becomes one of the values; the rule with that code claims it."""

    code: str
    hosts: tuple[str, ...]
    path: str
    pattern: str
    values: st.SearchStrategy[str]


ROUTES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
PORTS = st.integers(1, 65535).map(str)
# Neither the balancer's nor the caches' port: nobody serves there.
FREE_PORTS = PORTS.filter(lambda port: port not in ("3306", "3307", "57461", "57462", "57463"))
OTHERS = st.integers(1, 199).map(lambda last: f"10.20.30.{last}")
PASSWORDS = st.from_regex(r"[A-Za-z0-9]{8}", fullmatch=True)
NOTHING = st.just("")


def seconds(first: int, last: int) -> st.SearchStrategy[str]:
    """Spans of time as HAProxy reads them, in several units."""
    return st.integers(first, last).flatmap(
        lambda s: st.sampled_from([f"{s}s", f"{s * 1000}", f"{s * 1000}ms"])
    )


MUTATIONS = (
    Mutation("OX101", OX, AJP, r"(?<=AJP_JVM_ROUTE=).+", ROUTES),
    Mutation("OX101", WEB, PROXY, r"(?<=route=)OX\d", ROUTES),
    Mutation("OX103", OX, AJP, r"(?<=AJP_PORT=).+", PORTS),
    Mutation("OX103", WEB, PROXY, r"(?<=:)8009", PORTS),
    Mutation("OX104", ("ox2", "ox3"), AJP, r"(?<=AJP_JVM_ROUTE=).+", st.just("OX1")),
    Mutation("OX107", OX, INSTALLER, r"(?<=--jkroute=)\S+", ROUTES),
    Mutation("OX110", WEB, PROXY, r" stickysession=\S+", NOTHING),
    Mutation("OX110", WEB, PROXY, r"(?<=stickysession=)JSESSIONID", ROUTES),
    Mutation("OX113", WEB, PROXY, r"    BalancerMember .*route=OX[123].*\n", NOTHING),
    Mutation("OX114", WEB, PROXY, r"    BalancerMember .*route=OX[123].*\n", NOTHING),
    Mutation("OX117", WEB, PROXY, r"10\.20\.30\.21\d(?=:8009 route=OX\d )", st.just("10.20.30.225")),
    Mutation("OX119", USERS, AJP, r"(?<=AJP_BIND_ADDR=).+", st.sampled_from(["localhost", "127.0.0.1"])),
    Mutation("OX119", USERS, AJP, r"(?<=AJP_BIND_ADDR=).+", OTHERS),
    Mutation("OX122", OX, AJP, r"(?<=AJP_BIND_ADDR=).+", st.sampled_from(["*", "0.0.0.0"])),
    Mutation("OX125", WEB, PROXY, r"(?<=timeout=)1900", st.integers(1, 899).map(str)),
    Mutation("OX128", WEB, PROXY, r" connectiontimeout=2 (?=ping=2 timeout=1)", st.just(" ")),
    Mutation("OX134", WEB, PROXY, r"(?<=\w balancer://)ox\w+", st.from_regex(r"[a-z]{3,9}", fullmatch=True)),
    Mutation("OX402", WEB, KEEPALIVED, r"(?<=virtual_router_id )\d+", st.integers(52, 255).map(str)),
    Mutation("OX404", WEB, KEEPALIVED, r"(?<=advert_int )\d+", st.integers(2, 255).map(str)),
    Mutation("OX404", WEB, KEEPALIVED, r"(?<=unicast_peer \{\n        )\S+", OTHERS),
    Mutation("OX407", ("web2",), KEEPALIVED, r"(?<=priority )\d+", st.just("150")),
    Mutation("OX411", WEB, KEEPALIVED, r"(?<=state )BACKUP", st.just("MASTER")),
    Mutation("OX413", OX, HAPROXY, r"(?<=timeout client )20m", seconds(1, 600)),
    Mutation("OX413", OX, HAPROXY, r"(?<=timeout server )20m", seconds(1, 600)),
    Mutation("OX416", OX, HAPROXY, r" backup\n", st.just("\n")),
    Mutation("OX419", OX, HAPROXY, r"(?<=server db1 )\S+(?= check)", st.just("10.20.30.219:3306")),
    Mutation("OX421", OX, HAPROXY, r"(?<=default-server )check ", NOTHING),
    Mutation(
        "OX422", OX, HAPROXY, r"    option httpchk GET /\n", st.sampled_from(["", "    option tcp-check\n"])
    ),
    Mutation("OX425", OX, HAPROXY, r" on-marked-up \S+", NOTHING),
    Mutation("OX431", OX, HAPROXY, r"    server db[23] .*\n", NOTHING),
    Mutation("OX437", DATABASES, SOCKET, r"IPAddressAllow=10\S+\n", NOTHING),
    Mutation("OX701", OX, HAPROXY, r"(?<=bind 127.0.0.1:)3307", st.just("3306")),
    Mutation("OX701", OX, HAPROXY, r"(?<=bind )127.0.0.1:330[67]", st.sampled_from(["*:57462", ":8009"])),
    Mutation("OX704", OX, HAPROXY, r"(?<=bind 127.0.0.1:)330[67]", FREE_PORTS),
    Mutation("OX704", OX, CONFIGDB, r"(?<=127.0.0.1:)330\d", FREE_PORTS),
    Mutation("OX704", DATABASES, SOCKET, r"(?<=ListenStream=)9200", PORTS),
    Mutation("OX707", OX, AJP, r"(?<=AJP_BIND_ADDR=).+", OTHERS),
    Mutation("OX707", WEB, KEEPALIVED, r"(?<=unicast_src_ip ).+", OTHERS),
    Mutation("OX710", (*OX, *WEB, *DATABASES), HOSTS, r"10\S+(?= (ox|db|web))", OTHERS),
    Mutation("OX713", USERS, INTERFACES, r"(?<=replace )224.0.0.0/8", st.just("10.0.0.0/8")),
    Mutation("OX804", OX, CONFIGDB, r"(?<=password=)\w+", st.sampled_from(sorted(SAMPLES))),
    Mutation("OX804", WEB, KEEPALIVED, r"(?<=auth_pass )\w+", st.sampled_from(["secret", "1234"])),
    Mutation("OX810", WEB, PROXY, r"Require (all denied|ip 127.0.0.1)", st.just("Require all granted")),
    Mutation("OX813", OX, CONFIGDB, r"(?<=password=)\w+", PASSWORDS),
    Mutation("OX813", WEB, KEEPALIVED, r"(?<=auth_pass )\w+", PASSWORDS),
    Mutation("OX816", WEB, PROXY, r"(?<=ProxyRequests )Off", st.sampled_from(["On", "on"])),
)


def test_the_cluster_is_right() -> None:
    assert show(judge(right(GALERA))) == ""


@pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=lambda m: f"{m.code} {m.path.rsplit('/', 1)[1]} {m.pattern}"
)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_one_wrong_value_is_claimed_by_its_rule(mutation: Mutation, data: st.DataObject) -> None:
    host = data.draw(st.sampled_from(mutation.hosts))
    text = file_of(GALERA, host, mutation.path).text
    match = data.draw(st.sampled_from(list(re.finditer(mutation.pattern, text))))
    value = data.draw(mutation.values.filter(lambda value: value != match[0]))
    if mutation.code == "OX134":
        value = f"x{value}"

    wrong = text[: match.start()] + value + text[match.end() :]
    findings = judge(changed(GALERA, host, mutation.path, lambda file: evolve(file, text=wrong)))

    assert mutation.code in {finding.code for finding in findings}, show(findings)
    claimed = [finding for finding in findings if finding.code == mutation.code]
    assert any(host in {place.host for place in finding.places} for finding in claimed)


@given(host=st.sampled_from(OX), path=st.sampled_from([CONFIGDB, INSTALLER]), mode=st.integers(0, 0o777))
@settings(max_examples=30, deadline=None)
def test_a_file_with_passwords_is_for_nobody_else(host: str, path: str, mode: int) -> None:
    if mode == file_of(GALERA, host, path).mode:
        return
    codes = {f.code for f in judge(changed(GALERA, host, path, lambda file: evolve(file, mode=mode)))}

    assert codes == ({"OX807"} if mode & 0o007 else set())


@given(data=st.data(), password=PASSWORDS)
@settings(max_examples=20, deadline=None)
def test_no_finding_shows_a_password(data: st.DataObject, password: str) -> None:
    host, path, pattern = data.draw(
        st.sampled_from(
            [
                ("ox1", CONFIGDB, r"(?<=password=)\w+"),
                ("ox2", INSTALLER, r"(?<=--configdb-pass=)\w+"),
                ("web1", KEEPALIVED, r"(?<=auth_pass )\w+"),
                ("db2", "/etc/mysql/ox.conf.d/wsrep.cnf", r"(?<=sstuser:)\w+"),
            ]
        )
    )
    findings = judge(
        changed(GALERA, host, path, lambda file: evolve(file, text=re.sub(pattern, password, file.text)))
    )

    for secret in (*SECRETS.values(), password):
        assert secret not in show(findings) + repr(findings)


COMMENTS = {AJP: "#", CONFIGDB: "#", CACHE: "!", PROXY: "#", HAPROXY: "#", KEEPALIVED: "!", HOSTS: "#"}


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_comments_and_empty_lines_change_nothing(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(COMMENTS)))
    host = data.draw(st.sampled_from([host.name for host in right(GALERA).hosts if path in host.files]))

    def commented(file: File) -> File:
        lines = file.text.splitlines(keepends=True)
        where = data.draw(st.integers(0, len(lines)))
        # Any line of the file, commented out, is what people leave behind.
        old = data.draw(st.sampled_from(lines)).strip()
        lines[where:where] = ["\n", f"{COMMENTS[path]} {old}\n"]
        return evolve(file, text="".join(lines))

    assert show(judge(changed(GALERA, host, path, commented))) == ""
