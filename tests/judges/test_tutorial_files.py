"""Pieces of the tutorial as they stand there, and what becomes of them: rows of `site/differences.md`."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judges.harness import complaints, need, need_root
from judges.sandbox import Sandbox

MODULES = Path("/usr/lib/apache2/modules")
BASE = ("mpm_event", "authz_core", "authz_host")
TUTORIAL = ("proxy", "proxy_ajp", "proxy_balancer")
ENABLED_WITH_THEM = ("slotmem_shm",)
"""What Debian's a2enmod enables together with proxy_balancer."""
RUNNING = (*ENABLED_WITH_THEM, "lbmethod_byrequests")

BALANCER = """\
<Proxy balancer://oxcluster>
    BalancerMember ajp://127.0.0.2:8009 timeout=100 smax=0 ttl=60 retry=60 loadfactor=50 route=OX1
    BalancerMember ajp://127.0.0.3:8009 timeout=100 smax=0 ttl=60 retry=60 loadfactor=50 route=OX2
    ProxySet stickysession=JSESSIONID
</Proxy>
"""
IN_PROXY = BALANCER + "<Proxy /ajax>\n    ProxyPass balancer://oxcluster/ajax\n</Proxy>\n"
PLAIN = (
    BALANCER + "ProxyPass /ajax balancer://oxcluster/ajax\nProxyPass /servlet balancer://oxcluster/servlet\n"
)
CLOSED = "<Location /servlet/axis2/services>\n    Require all denied\n</Location>\n"


def configuration(folder: Path, body: str, modules: tuple[str, ...]) -> Path:
    """Write a server of its own: Apache as Debian builds it, with these modules and nothing else."""
    loads = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in modules)
    file = folder / "apache.conf"
    file.write_text(
        f"ServerRoot {folder}\nServerName web1\nListen 127.0.0.1:8080\nPidFile {folder}/pid\n"
        f"DefaultRuntimeDir {folder}\nErrorLog {folder}/error.log\n{loads}{body}"
    )
    return file


def checked(folder: Path, body: str, modules: tuple[str, ...]) -> tuple[int, str]:
    """Return what `apache2 -t` says."""
    need("apache2", "apache2")
    command = ["/usr/sbin/apache2", "-t", "-f", str(configuration(folder, body, modules))]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, "\n".join(complaints(done.stderr))


@contextmanager
def apache(folder: Path, body: str) -> Iterator[Sandbox]:
    """Run Apache with nobody behind its balancers; where it proxies, it answers 503."""
    need("curl", "curl")
    need_root()
    file = configuration(folder, body, (*BASE, *TUTORIAL, *RUNNING))
    with Sandbox() as sandbox:
        sandbox.start("/usr/sbin/apache2", "-D", "FOREGROUND", "-f", str(file), log=folder / "output")
        for _ in range(100):
            if status(sandbox, "/") != "000":
                break
            time.sleep(0.1)
        yield sandbox


def status(sandbox: Sandbox, path: str) -> str:
    url = f"http://127.0.0.1:8080{path}"
    command = (
        "curl",
        "--silent",
        "--path-as-is",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        url,
    )
    return sandbox.run(*command, check=False).stdout


def test_proxypass_in_a_proxy_section_is_accepted_and_answers_404(tmp_path: Path) -> None:
    assert checked(tmp_path, IN_PROXY, (*BASE, *TUTORIAL, *RUNNING)) == (0, "Syntax OK")
    with apache(tmp_path, IN_PROXY) as sandbox:
        assert status(sandbox, "/ajax/login") == "404"


def test_proxypass_alone_reaches_the_balancer(tmp_path: Path) -> None:
    with apache(tmp_path, PLAIN) as sandbox:
        assert status(sandbox, "/ajax/login") == "503"


def test_a_location_alone_does_not_close_soap(tmp_path: Path) -> None:
    with apache(tmp_path, PLAIN + CLOSED) as sandbox:
        assert status(sandbox, "/servlet/axis2/services/OXContextService") == "403"
        for path in (
            "/servlet/axis2/services;x=1/OXContextService",
            "/servlet/axis2;x/services/OXContextService",
        ):
            assert status(sandbox, path) == "503"


def test_order_deny_allow_work_where_the_module_for_old_files_is_loaded(tmp_path: Path) -> None:
    section = (
        "<Location /x>\n    Order Deny,Allow\n    Deny from all\n    Allow from 127.0.0.1\n</Location>\n"
    )
    code, said = checked(tmp_path, section, BASE)

    assert (code, "Invalid command 'Order'" in said) == (1, True)
    # Debian's apache2 enables it when it is installed.
    assert checked(tmp_path, section, (*BASE, "access_compat")) == (0, "Syntax OK")


def test_the_modules_that_the_tutorial_enables_are_too_few(tmp_path: Path) -> None:
    # The check is content; the server ends at its start.
    need_root()
    enabled = (*BASE, *TUTORIAL, *ENABLED_WITH_THEM)
    assert checked(tmp_path, PLAIN, enabled) == (0, "Syntax OK")
    file = configuration(tmp_path, PLAIN, enabled)
    with Sandbox() as sandbox:
        done = sandbox.run("/usr/sbin/apache2", "-D", "FOREGROUND", "-f", str(file), check=False)
    assert done.returncode != 0
    assert "Cannot find LB Method: byrequests" in (tmp_path / "error.log").read_text() + done.stderr


def test_a2enmod_enables_the_shared_memory_together_with_the_balancer() -> None:
    need("apache2", "apache2")
    loads = Path("/etc/apache2/mods-available/proxy_balancer.load").read_text()
    (needed,) = (
        line.partition(":")[2].split() for line in loads.splitlines() if line.startswith("# Depends:")
    )

    assert set(ENABLED_WITH_THEM) <= set(needed)
    assert "lbmethod_byrequests" not in needed


def test_debians_apache_does_not_read_conf_d() -> None:
    need("apache2", "apache2")
    included = Path("/etc/apache2/apache2.conf").read_text()

    assert "conf-enabled/*.conf" in included
    assert "conf.d" not in included


def test_wsrep_causal_reads_is_deprecated() -> None:
    need("mariadbd", "mariadb-server-core")
    command = ["/usr/sbin/mariadbd", "--no-defaults", "--user=mysql"]
    for option, deprecated in (("--wsrep-causal-reads=1", True), ("--wsrep-sync-wait=1", False)):
        done = subprocess.run([*command, option, "--help", "--verbose"], capture_output=True, text=True)
        assert ("deprecated" in done.stderr) is deprecated
