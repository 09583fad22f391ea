from ipaddress import IPv4Address

import pytest

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts.write_address import WriteAddress
from oxconf.deployment.load import load_text
from oxconf.syntax import unit
from oxconf.syntax._base import Unwritable

REPLICATION = load_text('tier = "1m"\n[database]\nmode = "replication"\n')


def made(host: str) -> WriteAddress:
    artifact = WriteAddress.from_deployment(REPLICATION, REPLICATION.host(host))
    assert artifact is not None
    return artifact


def test_every_server_has_the_same_unit_and_the_master_has_it_enabled() -> None:
    assert len({made(name).render() for name in ("db1", "db2", "db3")}) == 1
    assert made("db1").enables() == (Enable(Switch.UNIT, "oxconf-write-address.service"),)
    assert made("db2").enables() == made("db3").enables() == ()


def test_the_address_is_asked_for_before_it_is_added() -> None:
    document = unit.parse(made("db1").render())
    assert document.problems == ()
    commands = {
        key: [entry.value for entry in document.values("Service", key)]
        for key in ("ExecStartPre", "ExecStart", "ExecStartPost", "ExecStop")
    }
    left_behind, ask = commands["ExecStartPre"]
    assert left_behind.startswith("-")
    # What to ask with is told apart by its own word: two programs have the name arping, and mean opposite things.
    assert "if arping -V 2>/dev/null | grep -q iputils; then" in ask
    assert "arping -D -q -c 3 -w 3 -I eth0 10.20.30.218;" in ask
    assert "ping -q -c 2 -W 1 -I eth0 10.20.30.218 >/dev/null;" in ask
    # systemd makes one $ of two; it would put a variable of its own in the place of $held.
    assert "$" not in ask.replace("$$", "")
    assert ask.endswith("exit 1'")
    # A leading minus would start the unit although another host has the address.
    assert not ask.startswith("-")
    assert commands["ExecStart"] == ["/bin/sh -c 'exec ip address replace 10.20.30.218/32 dev eth0'"]
    assert commands["ExecStop"] == ["/bin/sh -c 'exec ip address delete 10.20.30.218/32 dev eth0'"]
    (tell,) = commands["ExecStartPost"]
    assert tell.startswith("-")
    assert "arping -U " in tell


def test_only_replication_has_it() -> None:
    galera = load_text("", tier="1m")
    assert all(WriteAddress.from_deployment(galera, host) is None for host in galera.hosts)
    assert WriteAddress.from_deployment(REPLICATION, REPLICATION.host("ox1")) is None


@pytest.mark.parametrize(
    "interface", ["'eth0", "eth0;reboot", "eth 0", "$(reboot)", "eth0\nExecStart=/bin/false", ""]
)
def test_an_interface_that_would_need_quotes_in_quotes_is_refused(interface: str) -> None:
    artifact = WriteAddress(
        address=IPv4Address("10.20.30.218"), interface=interface, server="mariadb.service", enabled=True
    )

    with pytest.raises(Unwritable):
        artifact.render()
