import re
from ipaddress import IPv4Address

from oxconf.artifacts.nftables_conf import NftablesConf, Rule
from oxconf.deployment.load import load_text

ON = '[network]\nfirewall = "nftables"\n'


def rules(text: str, host: str) -> dict[str, Rule]:
    deployment = load_text(ON + text, tier="1m")
    made = NftablesConf.from_deployment(deployment, deployment.host(host))
    assert made is not None
    return {rule.match: rule for rule in made.rules}


def test_there_is_none_by_default() -> None:
    deployment = load_text("", tier="1m")

    assert [NftablesConf.from_deployment(deployment, host) for host in deployment.hosts] == [None] * 10


def test_a_database_server_lets_in_its_callers() -> None:
    found = rules("", "db1")

    assert list(found) == [
        "tcp dport 22",
        "tcp dport 3306",
        "tcp dport 4567",
        "tcp dport 4568",
        "tcp dport 4444",
        "tcp dport 9200",
    ]
    assert found["tcp dport 3306"].comment == "database: ox1, ox2, ox3 and prov1"
    assert found["tcp dport 4567"].sources == (IPv4Address("10.20.30.219"), IPv4Address("10.20.30.221"))


def test_the_web_is_open_to_everybody() -> None:
    assert rules("", "web1")["tcp dport 80"].condition == "tcp dport 80"


def test_ssh_is_let_in_from_everywhere_on_its_port() -> None:
    text = ON + "ssh_port = 2222\n"
    deployment = load_text(text, tier="1m")
    for host in deployment.hosts:
        made = NftablesConf.from_deployment(deployment, host)
        assert made is not None
        assert "        # sshd: everybody\n        tcp dport 2222 accept\n" in made.render()
        assert "dport 22 " not in made.render()
        assert made.origins["tcp dport 2222 let in"].keys == (("network", "ssh_port"),)


def test_the_host_itself_is_heard_in_the_group_and_needs_no_rule_elsewhere() -> None:
    found = rules("", "ox1")

    assert IPv4Address("10.20.30.213") in found["udp dport 6780"].sources
    assert found["udp dport 6780"].group == IPv4Address("224.0.0.1")
    assert IPv4Address("10.20.30.213") not in found["tcp dport 57462"].sources
    # HAProxy's listeners are the host's own.
    assert not {"tcp dport 3306", "tcp dport 3307"} & set(found)


def test_two_addresses_with_the_same_peers_are_one_rule() -> None:
    text = '[database]\naccess = "floating-address"\nread_address = "10.20.30.220"\n'
    (rule,) = (rule for match, rule in rules(text, "db1").items() if match == "ip protocol 112")

    assert rule.comment == "keepalived, write address; keepalived, read address: db2 and db3"


def test_the_master_of_munin_may_be_elsewhere() -> None:
    assert rules('[munin]\nmaster = "192.0.2.7"\n', "web1")["tcp dport 4949"].sources == (
        IPv4Address("192.0.2.7"),
    )
    assert rules('[munin]\nmaster = "10.20.30.231"\n', "db1")["tcp dport 4949"].comment == "Munin node: web1"


def test_the_file_names_each_rule_once() -> None:
    deployment = load_text(ON, tier="1m")
    for host in deployment.hosts:
        made = NftablesConf.from_deployment(deployment, host)
        assert made is not None
        lines = re.findall(r"^ +(\S.* accept)$", made.render(), re.MULTILINE)
        assert len(lines) == len(set(lines))
        assert made.enables()[0].name == "nftables.service"
