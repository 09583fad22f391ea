"""What stands in for Open-Xchange on a host: its command line tools, its packages' names, and its units."""

from __future__ import annotations

import base64
from pathlib import Path

from lab.host import LabHost
from lab.ox import Programs

HERE = Path(__file__).parent
SBIN = "/opt/open-xchange/sbin"
PROGRAMS = "/opt/stand-in"
ETC = "/opt/open-xchange/etc"

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


def prepare(host: LabHost, programs: Programs) -> None:
    """Give a host what the packages of Open-Xchange bring: tools, units, and the programs behind them."""
    host.sh(f"mkdir -p {SBIN} {PROGRAMS} /var/log/open-xchange")
    for file in programs.files:
        text = base64.b64encode(file.read_bytes()).decode()
        host.box.run("sh", "-c", 'base64 -d >"$1"', "sh", f"{PROGRAMS}/{file.name}", stdin=text)
    for tool in TOOLS:
        host.write(f"{SBIN}/{tool}", (HERE / "ox_tool.sh").read_text())
        host.sh(f"chmod 0755 {SBIN}/{tool}")
    for unit, command in programs.units().items():
        host.write(f"/etc/systemd/system/{unit}.service", UNIT.format(command=command))


def pretend_packages(host: LabHost) -> None:
    """Let the host believe that it has the packages of Open-Xchange: there is no repository to install them from."""
    host.sh("mv /usr/bin/dpkg-query /usr/bin/dpkg-query.real")
    host.write("/usr/bin/dpkg-query", DPKG_QUERY)
    host.sh("chmod 0755 /usr/bin/dpkg-query")
