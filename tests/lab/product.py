"""What stands in for Open-Xchange on a host: its command line tools, its packages' names, and its units."""

from __future__ import annotations

import shlex
from pathlib import Path

from lab.host import LabHost
from lab.ox import StandIns

HERE = Path(__file__).parent
SBIN = "/opt/open-xchange/sbin"
ETC = "/opt/open-xchange/etc"
PROGRAMS = "/opt/stand-in"

AJP = f"{ETC}/groupware/ajp.properties"
CONFIGDB = f"{ETC}/groupware/configdb.properties"
CACHES = {"admin": f"{ETC}/admindaemon/cache.ccf", "groupware": f"{ETC}/groupware/cache.ccf"}

TOOLS = (
    "initconfigdb",
    "oxinstaller",
    "registerserver",
    "registerfilestore",
    "registerdatabase",
    "listserver",
    "listfilestore",
    "listdatabase",
    "listcontext",
    "listuser",
    "createcontext",
    "createuser",
)

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


def prepare(host: LabHost, programs: StandIns, filestore: str) -> StandIns:
    """Give a host what the packages of Open-Xchange bring: tools, units, and the programs behind them.

    The web side is open-xchange.service; the caches of its two processes have a unit each. Return the programs as they
    lie on the host.
    """
    host.sh(f"mkdir -p {SBIN} /var/log/open-xchange")
    here = programs.copied(host.box, PROGRAMS)
    for tool in TOOLS:
        host.write(f"{SBIN}/{tool}", (HERE / "ox_tool.sh").read_text())
        host.sh(f"chmod 0755 {SBIN}/{tool}")
    units = {"open-xchange": here.node(AJP, filestore)}
    units |= {f"open-xchange-{process}": here.caches(path) for process, path in CACHES.items()}
    for unit, command in units.items():
        host.write(f"/etc/systemd/system/{unit}.service", UNIT.format(command=shlex.join(command)))
    return here


def pretend_packages(host: LabHost) -> None:
    """Let the host believe that it has the packages of Open-Xchange: there is no repository to install them from."""
    host.sh("mv /usr/bin/dpkg-query /usr/bin/dpkg-query.real")
    host.write("/usr/bin/dpkg-query", DPKG_QUERY)
    host.sh("chmod 0755 /usr/bin/dpkg-query")
