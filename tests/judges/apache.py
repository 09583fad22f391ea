"""What it takes to let Apache run on a machine: our configuration switched on as the manifest says."""

from __future__ import annotations

import re
from pathlib import Path

from judges.harness import Host
from judges.sandbox import Sandbox

CONF = "/etc/apache2/conf-available/proxy_ajp.conf"
SITE = "/etc/apache2/sites-available/000-open-xchange.conf"


def switch_on(machine: Sandbox, host: Host) -> None:
    machine.run("a2enmod", "--quiet", *host.enabled("apache-module"))
    machine.run("a2enconf", "--quiet", *host.enabled("apache-conf"))
    if SITE in host.paths:
        put_certificate(machine, host.text(SITE))
        machine.run("a2ensite", "--quiet", *host.enabled("apache-site"))
        machine.run("a2dissite", "--quiet", *host.enabled("apache-site-off"))


def put_certificate(machine: Sandbox, site: str) -> None:
    """Put a certificate of our own and its key to where the site looks for them, as a person has to."""
    found = dict(re.findall(r"^ *SSLCertificate(Key)?File (\S+)$", site, re.MULTILINE))
    certificate, key = found[""], found["Key"]
    machine.run("mkdir", "-p", str(Path(certificate).parent), str(Path(key).parent))
    request = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ox.example.com")
    machine.run(
        *request, "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", certificate
    )
