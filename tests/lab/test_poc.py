"""One host, from empty to a cluster that answers: its archive's own steps, in order, and nothing by hand.

Database, Apache and the installer are real; Open-Xchange is a Tomcat with its connector, and its command line tools are
stand-ins that record what they are given.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges.harness import need, need_package, need_root, render_text
from judges.sandbox import bridge

from lab.host import LabHost
from lab.ox import stand_ins
from oxconf.deployment.secrets import PURPOSES

HERE = Path(__file__).parent
AJP = "/opt/open-xchange/etc/groupware/ajp.properties"
TOOLS = ("initconfigdb", "oxinstaller", "registerserver", "registerfilestore", "registerdatabase")
TOOLS += (
    "listserver",
    "listfilestore",
    "listdatabase",
    "listcontext",
    "listuser",
    "createcontext",
    "createuser",
)

CLUSTER = """\
name = "lab"
tier = "poc"

[database.tuning]
innodb_buffer_pool_size = "128M"
innodb_log_file_size = "16M"
"""

DPKG_QUERY = """\
#!/bin/sh
# As if the packages of Open-Xchange, and what the machine lacks, were installed.
/usr/bin/dpkg-query.real "$@" 2>/dev/null || echo installed
"""

UNIT = """\
[Service]
User=open-xchange
ExecStart={command}
[Install]
WantedBy=multi-user.target
"""


def password(purpose: str) -> str:
    """A password with every character that its daemon takes and that somebody might forget to quote."""
    if purpose == "vrrp":
        return "abcdefg1"
    refused = next(each.refused for each in PURPOSES if each.name == purpose)
    return purpose + "".join(character for character in "'\"\\$`;x" if character not in refused)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabHost]:
    need_root()
    need_package("mariadb-server", "apache2")
    for command, package in (
        ("mariadbd", "mariadb-server"),
        ("apache2", "apache2"),
        ("curl", "curl"),
        ("arping", "iputils-arping"),
    ):
        need(command, package)
    programs = stand_ins(tmp_path_factory.mktemp("classes"))
    tmp = tmp_path_factory.mktemp("poc")
    secrets = tmp / "secrets.toml"
    secrets.touch(0o600)
    secrets.write_text("\n".join(f"{each.name} = '''{password(each.name)}'''" for each in PURPOSES))
    (rendered,) = render_text(CLUSTER, tmp, "--secrets", str(secrets))

    network = bridge()
    made = LabHost(rendered, network, 1)
    made.unpack(rendered.folder)
    try:
        made.sh("mkdir -p /opt/open-xchange/sbin")
        command = programs.copied(made.box, "/opt/classes").node(AJP)
        for tool in TOOLS:
            made.write(f"/opt/open-xchange/sbin/{tool}", (HERE / "ox_tool.sh").read_text())
            made.sh(f"chmod 0755 /opt/open-xchange/sbin/{tool}")
        # There is no repository of Open-Xchange to install its packages from.
        made.sh("mv /usr/bin/dpkg-query /usr/bin/dpkg-query.real")
        made.write("/usr/bin/dpkg-query", DPKG_QUERY)
        made.sh("chmod 0755 /usr/bin/dpkg-query")
        unit = UNIT.format(command=shlex.join(command))
        made.write("/etc/systemd/system/open-xchange.service", unit)
        yield made
    finally:
        made.close()
        network.close()


def test_the_steps_take_an_empty_host_to_one_that_works(host: LabHost) -> None:
    steps = [name for name in host.steps if not name.endswith("-packages")]

    said = {name.partition("-")[2]: host.sh(f"sh runbook/{name}.sh --yes") for name in steps}

    assert "FAIL" not in said["verify"]
    assert "pass  new sessions reach ox1" in said["verify"]
    calls = host.sh("cat /var/lib/ox-stand-in/calls")
    assert f"--configdb-pass={password('configdb')} " in calls
    assert "-L defaultcontext -e oxadmin@example.com" in calls
    assert f"registerserver -A oxadminmaster -P {password('master')} -n oxserver\n" in calls
    assert "--hostname 127.0.0.1 --master true\n" in calls
    assert "oxdatabase_slave" not in calls, "reads have no endpoint of their own here"


def test_each_step_may_be_taken_again(host: LabHost) -> None:
    before = host.sql("SHOW DATABASES"), host.sh("grep -v ^list /var/lib/ox-stand-in/calls | wc -l")

    for name in host.steps:
        if not name.endswith("-packages"):
            host.sh(f"sh runbook/{name}.sh --yes")

    assert (host.sql("SHOW DATABASES"), host.sh("grep -v ^list /var/lib/ox-stand-in/calls | wc -l")) == before


def calls_of(host: LabHost, tool: str) -> int:
    return int(host.sh(f"grep -c '^{tool} ' /var/lib/ox-stand-in/calls || true"))


def test_nothing_is_made_twice_even_when_the_host_forgot_that_it_made_it(host: LabHost) -> None:
    # As on a new machine, or with the databases of before in a new cluster.
    host.sh("mkdir /root/kept; mv /var/lib/oxconf/context /root/kept")

    assert "configdb is done already" in host.step("configdb")
    said = host.step("register")
    host.step("context")

    assert "oxserver is registered already, as 4." in said
    assert "oxdatabase is registered already" in said
    for tool in (
        "initconfigdb",
        "registerserver",
        "registerfilestore",
        "registerdatabase",
        "createcontext",
        "createuser",
    ):
        assert calls_of(host, tool) == 1, tool


def test_a_context_that_was_made_in_half_gets_its_user(host: LabHost) -> None:
    kept = host.sh("cat /root/oxconf-test-passwords")
    host.sh("rm /var/lib/oxconf/context /var/lib/ox-stand-in/user")

    host.step("context")

    assert (calls_of(host, "createcontext"), calls_of(host, "createuser")) == (1, 2)
    assert host.sh("cat /root/oxconf-test-passwords") == kept


def test_a_context_of_before_is_left_alone(host: LabHost) -> None:
    host.sh("mv /var/lib/oxconf/context /root/oxconf-test-passwords /root/kept")

    assert "a context with the mapping defaultcontext" in host.step("context")

    assert (calls_of(host, "createcontext"), calls_of(host, "createuser")) == (1, 2)
    host.sh("mv /root/kept/context /var/lib/oxconf; mv /root/kept/oxconf-test-passwords /root")


def test_databases_of_before_are_not_registered_beside_others(host: LabHost) -> None:
    host.sh("sed -i s/oxdatabase/elsewhere/ /var/lib/ox-stand-in/database")

    said = host.sh("sh runbook/*-register.sh", check=False)

    assert "configdb knows other databases, as after a reload" in said
    assert calls_of(host, "registerdatabase") == 1
    host.sh("sed -i s/elsewhere/oxdatabase/ /var/lib/ox-stand-in/database")


def test_the_installer_waits_for_oxinstaller_and_oxinstaller_does_not_come_late(host: LabHost) -> None:
    host.sh("mv /var/lib/oxconf/oxinstaller /root/kept")

    said = host.sh("sh runbook/*-install.sh", check=False)
    assert "this does not hold: oxinstaller has run. Take the step oxinstaller first." in said
    said = host.sh("sh runbook/*-oxinstaller.sh", check=False)
    assert "take the runbook reconfigure" in said
    assert calls_of(host, "oxinstaller") == 2, "it was asked for its options, and called, on the first day"
    host.sh("mv /root/kept/oxinstaller /var/lib/oxconf")


def test_a_step_that_misses_something_says_what_to_do_and_changes_nothing(host: LabHost) -> None:
    host.sh("systemctl start mariadb && rm /var/lib/oxconf/datadir /var/backups/oxconf/databases*")

    said = host.box.run("sh", "-c", "cd /root/bundle && sh runbook/*-datadir.sh --yes", check=False)

    assert said.returncode == 1
    assert "this does not hold: mariadb.service is stopped. Take the step stop first.\n" in said.stderr
    assert "Look at: journalctl -u mariadb.service" in said.stderr
    assert host.sql("SELECT COUNT(*) FROM configdb.server") == "0\n"


def test_a_destructive_step_asks(host: LabHost) -> None:
    host.sh("systemctl stop mariadb")

    said = host.box.run("sh", "-c", "cd /root/bundle && sh runbook/*-datadir.sh --yes", check=False)
    assert "or a note that there was nothing to save. Take the step save first.\n" in said.stderr
    host.sh("touch /var/backups/oxconf/databases.none")
    said = host.box.run("sh", "-c", "cd /root/bundle && sh runbook/*-datadir.sh", check=False, stdin="no\n")

    assert said.returncode == 1
    assert "leave this server" in said.stdout
    assert "nothing was done" in said.stderr
    host.sh("ls -d /var/lib/mysql/configdb")
