"""The steps of what stands in front of Open-Xchange: web servers, floating addresses, the arbitrator's vote."""

import shlex
from collections.abc import Iterable

from oxconf.artifacts.https_site import HttpsSite
from oxconf.artifacts.lvs_kernel import ADDRESSES_UNIT, LvsModules
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment, Role, Web
from oxconf.deployment.ports import HTTP_PORT, HTTPS_PORT
from oxconf.deployment.span import SECOND, address_moves
from oxconf.deployment.topology import MYSQL_PORT, directed_addresses, floating_addresses, offers_https
from oxconf.plan import HostPlan
from oxconf.runbook.ox import WAYS
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

LOGIN = "127.0.0.1/ajax/login?action=login"

UNITS = (
    # The settings of ARP must be there before the addresses, the modules before keepalived.
    ("lvs-modules", "systemd-modules-load.service"),
    ("lvs-sysctl", "systemd-sysctl.service"),
    ("lvs-addresses", ADDRESSES_UNIT),
    ("garb", "garb.service"),
    ("percona-garb", "garbd.service"),
    ("clustercheck-socket", "clustercheck.socket"),
    ("proxy-ajp", "apache2.service"),
    # keepalived asks it.
    ("maxscale-cnf", "maxscale.service"),
    ("keepalived-conf", "keepalived.service"),
)
"""Units by the kind of file that they serve, in the order in which they are started."""


def services(plan: HostPlan) -> tuple[str, ...]:
    """Return the units that the files of a host need, beside the database server and Open-Xchange.

    What leads OX to the database on its own host starts with it.
    """
    kinds = {artifact.kind for artifact in plan.artifacts}
    if plan.host.runs_ox:
        kinds -= {kind for kind, _ in WAYS}
    return tuple(unit for kind, unit in UNITS if kind in kinds)


def start(deployment: Deployment, plan: HostPlan, needs: Iterable[State]) -> Step:
    """Return the step that starts those units. What has run before is started anew."""
    units = services(plan)
    names = " ".join(units)
    ours = " ".join(unit for unit in units if not unit.startswith("systemd-"))
    return Step(
        host=plan.host.name,
        slug="start",
        title="Start "
        + listed([unit.partition(".")[0] for unit in units if not unit.startswith("systemd-")]),
        why="The packages have started some of them with their own files.",
        before=(*_modules(plan), *((_certificate(deployment.web),) if _ends_tls(plan) else ())),
        command=f"systemctl enable {ours}\nsystemctl restart {names}",
        after=tuple(Test(f"{unit} runs", f"  systemctl is-active --quiet {unit}") for unit in units),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {ours}",
        needs=(State(plan.host.name, Holds.ENABLED), *needs),
        gives=(State(plan.host.name, Holds.STARTED),),
        log=" and ".join(f"journalctl -u {unit}" for unit in units),
    )


def _ends_tls(plan: HostPlan) -> bool:
    return any(isinstance(artifact, HttpsSite) for artifact in plan.artifacts)


def _certificate(web: Web) -> Test:
    """Return the test that Apache will find a certificate and its key; both are files that a person puts there."""
    certificate, key = shlex.quote(str(web.certificate)), shlex.quote(str(web.certificate_key))
    return Test(
        "the certificate is there, and its key belongs to it",
        f"  [ -s {certificate} ] && [ -s {key} ] &&\n"
        f'    [ "$(openssl x509 -noout -pubkey -in {certificate})" = "$(openssl pkey -pubout -in {key})" ]',
        f"Put the certificate of {web.name} to {web.certificate}, those between it and its root behind it, and its key "
        f"to {web.certificate_key}, for root alone: they are in no archive.",
    )


def _modules(plan: HostPlan) -> tuple[Test, ...]:
    """Return what a director's kernel must have: those of clouds and containers often lack LVS."""
    if not any(isinstance(artifact, LvsModules) for artifact in plan.artifacts):
        return ()
    return (
        Test(
            "the kernel has LVS",
            "  modprobe ip_vs_fo",
            "Take a host whose kernel has the module ip_vs_fo, or another database.access.",
        ),
    )


def new_sessions(deployment: Deployment) -> str:
    """Return shell for a web server that begins sessions and gives the heads of the answers."""
    # The name counts, not whether its certificate is trusted here.
    name = f" -k -H 'Host: {deployment.web.name}'" if offers_https(deployment) else ""
    url = f"{'https' if name else 'http'}://{LOGIN}"
    # Round robin: twice as many requests as nodes reach each of them.
    count = 2 * len(deployment.with_role(Role.GROUPWARE))
    return f"for _ in $(seq {count}); do curl -sS -m 10 -o /dev/null -D - '{url}'{name}; done"


def session_on(route: str | None) -> str:
    """Return the pattern of the line that begins a session on the node of a route."""
    return f"^Set-Cookie: JSESSIONID=[^;]*\\.{route}(;|[[:space:]]|$)"


CHECKS_RISE = 10
"""Seconds that the checks of keepalived may take after a start, before an address is held."""


def checks(deployment: Deployment, plan: HostPlan) -> tuple[Test, ...]:
    """Return what verify.sh looks at."""
    host = plan.host
    tests = [
        Test(f"{unit} runs", f"  systemctl is-active --quiet {unit}", f"journalctl -u {unit}")
        for unit in services(plan)
    ]
    if any(isinstance(artifact, ProxyAjp) for artifact in plan.artifacts):
        nodes, web = deployment.with_role(Role.GROUPWARE), deployment.web
        if _ends_tls(plan):
            tests += [
                _certificate(web),
                Test(
                    "the certificate holds for two weeks more",
                    f"  openssl x509 -noout -checkend 1209600 -in {shlex.quote(str(web.certificate))}",
                    "Put a new one there, on every web server, and systemctl reload apache2.",
                ),
                Test(
                    f"plain HTTP leads to https://{web.name}/",
                    f"  curl -sS -m 10 -o /dev/null -D - 'http://{LOGIN}' | "
                    f"grep -qiF 'Location: https://{web.name}/ajax/login?action=login'",
                    "Is another site than 000-open-xchange enabled? apache2ctl -S names them all.",
                ),
            ]
        tests += [
            Test(
                f"new sessions reach {node.name}",
                f"  {new_sessions(deployment)} | grep -iE '{session_on(node.route)}'",
                f"Is Open-Xchange started on {node.name}, and is its AJP_JVM_ROUTE {node.route}?",
            )
            for node in nodes
        ]
        tests.append(
            Test(
                "every node gets new sessions: none is drained",
                "  for drain in /etc/apache2/conf-enabled/oxconf-drain-*; do\n"
                '    [ ! -L "$drain" ] || return 1\n  done',
                "Take the step admit of the runbook restart, for each oxconf-drain-NAME.conf in that folder.",
            )
        )
    if any(isinstance(artifact, LvsModules) for artifact in plan.artifacts):
        tests += [
            Test(
                f"LVS leads {address}:{MYSQL_PORT} to a server",
                f"  ipvsadm -Ln -t {address}:{MYSQL_PORT} | grep -q '^  ->.*:{MYSQL_PORT}'",
                "journalctl -u keepalived; clustercheck of the servers, on port 9200.",
            )
            for _, address in directed_addresses(deployment)
        ]
    held = -(-address_moves(deployment) // SECOND) + CHECKS_RISE
    for floating in floating_addresses(deployment):
        if host in floating.holders:
            web_port = HTTPS_PORT if _ends_tls(plan) else HTTP_PORT
            port = web_port if floating.name == "web" else MYSQL_PORT
            tests.append(
                Test(
                    f"the {floating.name} address {floating.address} answers on port {port}",
                    # keepalived has only just been started, it may be, and asks its checks first.
                    f"  wait_for {held} answers {floating.address} {port}",
                    "journalctl -u keepalived on each holder: the checked service must answer on one of them.",
                )
            )
    return tuple(tests)
