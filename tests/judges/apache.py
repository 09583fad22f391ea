"""What it takes to let Apache run on a machine: our configuration switched on as the manifest says."""

from __future__ import annotations

from judges.harness import Host
from judges.sandbox import Sandbox

CONF = "/etc/apache2/conf-available/proxy_ajp.conf"


def switch_on(machine: Sandbox, host: Host) -> None:
    machine.run("a2enmod", "--quiet", *host.enabled("apache-module"))
    machine.run("a2enconf", "--quiet", *host.enabled("apache-conf"))
    if host.enabled("apache-site"):
        machine.run("a2ensite", "--quiet", *host.enabled("apache-site"))
        machine.run("a2dissite", "--quiet", *host.enabled("apache-site-off"))
