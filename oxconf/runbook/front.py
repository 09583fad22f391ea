"""The steps of what stands in front of Open-Xchange: web servers, floating addresses, the arbitrator's vote."""

from collections.abc import Iterable

from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.model import Deployment, Role
from oxconf.deployment.topology import floating_addresses
from oxconf.plan import HostPlan
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

UNITS = (
    ("garb", "garb.service"),
    ("garb-pxc", "garbd.service"),
    ("clustercheck-socket", "clustercheck.socket"),
    ("proxy-ajp", "apache2.service"),
    ("keepalived-conf", "keepalived.service"),
)
"""Units by the kind of file that they serve, in the order in which they are started."""


def services(plan: HostPlan) -> tuple[str, ...]:
    """Return the units that the files of a host need, beside the database server, HAProxy and Open-Xchange."""
    kinds = {artifact.kind for artifact in plan.artifacts}
    return tuple(unit for kind, unit in UNITS if kind in kinds)


def start(plan: HostPlan, needs: Iterable[State]) -> Step:
    """Return the step that starts those units. What has run before is started anew."""
    units = services(plan)
    names = " ".join(units)
    return Step(
        host=plan.host.name,
        slug="start",
        title="Start " + " and ".join(unit.partition(".")[0] for unit in units),
        why="The packages have started some of them with their own files.",
        command=f"systemctl enable {names}\nsystemctl restart {names}",
        after=tuple(Test(f"{unit} runs", f"  systemctl is-active --quiet {unit}") for unit in units),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {names}",
        needs=(State(plan.host.name, Holds.ENABLED), *needs),
        gives=(State(plan.host.name, Holds.STARTED),),
        log=" and ".join(f"journalctl -u {unit}" for unit in units),
    )


def checks(deployment: Deployment, plan: HostPlan) -> tuple[Test, ...]:
    """Return what verify.sh looks at."""
    host = plan.host
    tests = [
        Test(f"{unit} runs", f"  systemctl is-active --quiet {unit}", f"journalctl -u {unit}")
        for unit in services(plan)
    ]
    if any(isinstance(artifact, ProxyAjp) for artifact in plan.artifacts):
        nodes = deployment.with_role(Role.GROUPWARE)
        url = "http://127.0.0.1/ajax/login?action=login"
        tests += [
            Test(
                f"new sessions reach {node.name}",
                # Round robin: twice as many requests as nodes reach each of them.
                f"  for _ in $(seq {2 * len(nodes)}); do curl -sS -m 10 -o /dev/null -D - '{url}'; done | "
                f"grep -iE '^Set-Cookie: JSESSIONID=[^;]*\\.{node.route}(;|[[:space:]]|$)'",
                f"Is Open-Xchange started on {node.name}, and is its AJP_JVM_ROUTE {node.route}?",
            )
            for node in nodes
        ]
    for floating in floating_addresses(deployment):
        if host in floating.holders:
            tests.append(
                Test(
                    f"one of its holders has the {floating.name} address {floating.address}",
                    f"  ip -4 -brief address show | grep -qwF {floating.address} || ping -c 1 -W 2 {floating.address}",
                    "journalctl -u keepalived on each holder: the checked service must answer on one of them.",
                )
            )
    return tuple(tests)
