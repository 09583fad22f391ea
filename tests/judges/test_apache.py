from __future__ import annotations

import re

from judges import apache
from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox


def test_apache_keeps_every_balancer_member(machines: dict[Host, Sandbox]) -> None:
    need("apache2", "apache2")
    for host, machine in machines.items():
        if apache.CONF in host.paths:
            apache.switch_on(machine, host)
            # mod_info prints the configuration that Apache made of the files.
            info = "LoadModule info_module /usr/lib/apache2/modules/mod_info.so"
            done = machine.run("apache2ctl", "-C", info, "-t", "-D", "DUMP_CONFIG", check=False)
            said = [line for line in complaints(done.stderr) if line != "Syntax OK"]
            assert (host.name, done.returncode, said) == (host.name, 0, [])
            written = members(host.text(apache.CONF))
            assert written
            assert written <= members(done.stdout)


def members(text: str) -> set[str]:
    """The BalancerMember lines, without quotes and double blanks."""
    lines = re.findall(r"^\s*(BalancerMember .*)$", text, re.MULTILINE)
    return {" ".join(line.replace('"', "").split()) for line in lines}
