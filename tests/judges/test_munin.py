"""Munin's node lets in its server and nobody else, and its plugins read root's login."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from judges.harness import Host, need
from judges.sandbox import Sandbox

NODE = "/etc/munin/munin-node.conf"
PLUGINS = "/etc/munin/plugin-conf.d/oxconf"
MASTER = "10.20.30.240"

READ = """
my $config = Munin::Node::Config->instance();
$config->{servicedir} = "/etc/munin/plugins";
$config->{sconfdir} = "/etc/munin/plugin-conf.d";
$config->parse_config_from_file("/etc/munin/munin-node.conf");
$config->process_plugin_configuration_files();
$config->apply_wildcards("mysql_queries");
my $found = $config->{sconf}{mysql_queries};
print "$found->{user}\\n", map { "$_=$found->{env}{$_}\\n" } sort keys %{$found->{env}};
"""


def test_the_plugins_of_the_database_log_in_as_root(machines: dict[Host, Sandbox]) -> None:
    need("munin-node", "munin-node")
    for host, machine in machines.items():
        if PLUGINS in host.paths:
            found = machine.run("perl", "-MMunin::Node::Config", "-e", READ).stdout.splitlines()
            assert found == [
                "root",
                "mysqlconnection=DBI:mysql:mysql;mysql_read_default_file=/root/.my.cnf",
                "mysqlopts=--defaults-file=/root/.my.cnf",
                "mysqluser=root",
            ], host.name


def test_only_the_server_may_ask(machines: dict[Host, Sandbox], tmp_path: Path) -> None:
    need("munin-node", "munin-node")
    for host, machine in machines.items():
        if host.name != "web1" or NODE not in host.paths:
            continue
        machine.run("mkdir", "-p", "/run/munin")
        # All addresses are the machine's own here: who asks is told by the address that it asks from.
        others = (MASTER, "10.20.30.24")
        for address in others:
            machine.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        machine.start("munin-node", "--foreground", "--config", NODE, log=tmp_path / "node")
        said = {address: _greeting(machine, host.address, address) for address in (*others, host.address)}
        assert said[MASTER].startswith("# munin node at")
        assert (said["10.20.30.24"], said[host.address]) == ("", ""), (tmp_path / "node").read_text()


def _greeting(machine: Sandbox, server: str, source: str) -> str:
    for _ in range(100):
        try:
            with machine.network():
                connection = socket.create_connection((server, 4949), timeout=10, source_address=(source, 0))
        except ConnectionRefusedError:
            time.sleep(0.1)
            continue
        with connection:
            try:
                return connection.recv(1024).decode()
            except ConnectionResetError:
                return ""
    raise AssertionError("the node does not listen")
