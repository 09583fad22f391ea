"""Debian's whole Apache configuration with a rendered host's files added and enabled, in a sandbox."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness import Host
from sandbox import Sandbox

CONF = "/etc/apache2/conf-available/proxy_ajp.conf"
MODULES = "proxy proxy_ajp proxy_balancer lbmethod_byrequests slotmem_shm headers expires deflate".split()


def prepare(sandbox: Sandbox, host: Host, scratch: Path) -> None:
    """Show a copy of the machine's /etc/apache2 plus the host's, and empty places for what Apache writes."""
    etc = scratch / "apache2"
    shutil.copytree("/etc/apache2", etc, symlinks=True)
    shutil.copytree(host.file("/etc/apache2"), etc, symlinks=True, dirs_exist_ok=True)
    no_dns = scratch / "resolv.conf"
    no_dns.touch()
    sandbox.bind(no_dns, "/etc/resolv.conf")
    sandbox.bind(etc, "/etc/apache2")
    sandbox.tmpfs("/run", "/var/log/apache2", "/var/lib/apache2")
    sandbox.run("mkdir", "/run/lock")
    sandbox.run("a2enmod", "--quiet", *MODULES)
    sandbox.run("a2enconf", "--quiet", Path(CONF).stem)
