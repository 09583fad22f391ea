from __future__ import annotations

from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox

CONF = "/etc/keepalived/keepalived.conf"


def test_keepalived_accepts_its_file_on_a_host_with_the_interface(machines: dict[Host, Sandbox]) -> None:
    need("keepalived", "keepalived")
    for host, machine in machines.items():
        if CONF in host.paths:
            done = machine.run("keepalived", "-t", "-f", CONF, check=False)
            said = complaints(done.stdout, done.stderr)
            assert (host.name, done.returncode, said) == (host.name, 0, [])
