from __future__ import annotations

from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox

CFG = "/etc/haproxy/haproxy.cfg"


def test_haproxy_accepts_its_file_without_a_warning(machines: dict[Host, Sandbox]) -> None:
    need("haproxy", "haproxy")
    for host, machine in machines.items():
        if CFG in host.paths:
            done = machine.run("haproxy", "-c", "-dW", "-f", CFG, check=False)
            assert (host.name, done.returncode, complaints(done.stderr)) == (host.name, 0, [])
