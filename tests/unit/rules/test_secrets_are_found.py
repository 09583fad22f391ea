"""The rules about passwords look at every place that a password is written to."""

import pytest
from clusters_in_memory import GALERA, REPLICATION, SECRETS, right

from oxconf.deployment.load import load_text
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import Facts
from oxconf.plan import make_plan
from oxconf.render import evidence_of
from oxconf.report.text import show
from oxconf.rules import judge
from oxconf.rules._secrets import secrets

ADDRESSES = {"db1": "10.20.30.217", "db2": "10.20.30.219"}

CLUSTERS = {
    "poc": 'tier = "poc"',
    "100k": 'tier = "100k"',
    "1m": GALERA,
    "replication": REPLICATION,
}


@pytest.mark.parametrize("text", CLUSTERS.values(), ids=CLUSTERS)
def test_every_line_with_a_password_is_known(text: str) -> None:
    for host in right(text).hosts:
        known = {(each.place.path, each.secret.value) for each in secrets(host)}
        written = {
            (path, value)
            for path, file in host.files.items()
            for value in SECRETS.values()
            if value in file.text
        }
        assert written == known


def test_a_placeholder_is_known_as_one() -> None:
    text = '[database]\nversion = "10.3"\n[backup]\nfolder = "/backup"\n'
    evidence = evidence_of(make_plan(load_text(text, tier="1m")))

    found = [each.secret for host in evidence.hosts for each in secrets(host)]

    # A slave is given its master's account once, by a command; no file of ours holds it.
    assert {secret.purpose for secret in found} == set(SECRETS) - {"replication"}
    assert not any(secret.given for secret in found)


PASSWORD = "Bu4-nightjar"
PASTED = (
    "binlog_format = {}",
    "innodb_autoinc_lock_mode = {}",
    "wsrep_cluster_name = {}",
    "wsrep_cluster_address = gcomm://10.20.30.217,10.20.30.219,{}",
    "wsrep_provider_options = {}=1",
    "max_connections = 10\nmax_connections = {}",
)


@pytest.mark.parametrize("line", PASTED)
def test_a_password_under_a_wrong_key_is_not_shown(line: str) -> None:
    def server(name: str, *lines: str) -> HostFiles:
        text = "\n".join(("[mysqld]", "wsrep_cluster_address = gcomm://10.20.30.217,10.20.30.219", *lines))
        file = File("/etc/mysql/ox.conf.d/wsrep.cnf", f"{text}\nwsrep_sst_auth = sstuser:{PASSWORD}\n")
        return HostFiles(name=name, facts=Facts(addresses=(ADDRESSES[name],)), files=(file,), complete=True)

    others = ("wsrep_cluster_name = ox", "server_id = 1")
    findings = judge(Evidence((server("db1", *others), server("db2", *others, line.format(PASSWORD)))))

    assert findings
    assert PASSWORD not in show(findings)
    assert any("***" in finding.message for finding in findings)


def test_a_password_as_a_route_or_a_port_is_not_shown() -> None:
    files = {
        "/opt/open-xchange/etc/groupware/configdb.properties": f"readProperty.2=password={PASSWORD}\n",
        "/opt/open-xchange/etc/groupware/ajp.properties": f"AJP_PORT={PASSWORD}\nAJP_JVM_ROUTE=OX1\n",
        "/usr/local/sbin/oxconf-oxinstaller": f"oxinstaller --jkroute={PASSWORD}\n",
    }
    findings = judge(Evidence((HostFiles(name="ox1", files=tuple(File(*each) for each in files.items())),)))

    assert {"OX001", "OX107"} <= {finding.code for finding in findings}
    assert PASSWORD not in show(findings)


def test_published_samples_are_words_of_messages() -> None:
    files = {"/opt/open-xchange/etc/groupware/configdb.properties": "readProperty.2=password=password\n"}
    findings = judge(Evidence((HostFiles(name="ox1", files=tuple(File(*each) for each in files.items())),)))

    assert "the password of the database user openexchange is a published sample" in [
        finding.message for finding in findings
    ]
