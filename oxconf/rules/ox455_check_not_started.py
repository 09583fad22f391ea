"""OX455: a health check that nobody can start, as its program or its service is not there."""

from collections.abc import Iterator

from oxconf.artifacts.clustercheck import Clustercheck, ClustercheckService, ClustercheckSocket
from oxconf.artifacts.keepalived_conf import SCRIPTS, KeepalivedConf
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import unit

EXPECTED = {script.name: script.command for script in SCRIPTS}
"""The scripts of ours by the names of keepalived's checks."""

FOLDER = "/usr/local/"
"""Where administrators put their programs; those of packages are elsewhere."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the programs that keepalived and the unit of clustercheck start, and at its socket."""
    for host in evidence.hosts:
        if host.complete:
            yield from _programs(host)
        yield from _socket(host)


def _programs(host: HostEvidence) -> Iterator[Finding]:
    """Look for a script of ours that is not there, and for another name where ours is."""
    for program, expected, who, place in _started(host):
        if not program.startswith(FOLDER) or program in host.files:
            continue
        if program == expected or expected in host.files:
            rest = "" if program == expected else f"; there is {expected}"
            yield RULE.finding(
                f"{who} of {host.name} starts {program}, which is none of its files{rest}",
                place,
                remedy="Write the path of the script that the host has, or render the host again.",
            )


def _started(host: HostEvidence) -> Iterator[tuple[str, str | None, str, Place]]:
    """Yield the path of each program, the one that we put there, who starts it, and where that is said."""
    for keepalived in host.each(KeepalivedConf):
        for script in keepalived.artifact.scripts:
            if script.command:
                program = script.command.strip("\"'").split()[0]
                place = keepalived.at(script.line_of("command"))
                yield program, EXPECTED.get(script.name), f'the vrrp_script "{script.name}"', place
    path = ClustercheckService.path
    if path in host.files:
        for entry in host.document(unit.parse, path).values("Service", "ExecStart"):
            program = entry.value.lstrip("@-:+!|").partition(" ")[0]
            yield program, Clustercheck.path, path.rpartition("/")[2], Place(host.name, path, entry.line)


def _socket(host: HostEvidence) -> Iterator[Finding]:
    """Look for a socket that hands its connections to a service that is a template only."""
    path, service = ClustercheckSocket.path, ClustercheckService.path
    other = service.replace("@", "")
    if path not in host.files or service not in host.files or other in host.files:
        return
    document = host.document(unit.parse, path)
    accept, named = document.values("Socket", "Accept"), document.values("Socket", "Service")
    if named or any(each.startswith(f"{path}.d/") for each in host.files):
        return
    if not accept or accept[-1].value.lower() in ("no", "n", "off", "false", "f", "0"):
        yield RULE.finding(
            f"clustercheck.socket of {host.name} has no Accept=yes, so that it would start {other.rpartition('/')[2]}, "
            f"but the host has {service.rpartition('/')[2]} alone",
            Place(host.name, path, accept[-1].line if accept else 0),
            Place(host.name, service),
            remedy="Write Accept=yes into the section [Socket].",
        )


RULE = Rule(
    code="OX455",
    name="check-not-started",
    severity=Severity.ERROR,
    title="A health check can not be started",
    why=(
        "HAProxy gets no answer from a server whose check does not start, and takes it out although it is well. "
        "keepalived drops a check whose program is missing: the address stays where nobody answers."
    ),
    remedy="Write the path of the script that the host has, and Accept=yes into clustercheck.socket.",
    source="systemd.socket(5): with Accept=no the service is no template; measured with systemd 252 and keepalived 2.2",
    daemons=(
        "keepalived -t: Disabling track script, not found/accessible. systemd-analyze verify: service not loaded, "
        "socket cannot be started; Command is not executable."
    ),
    check=check,
)
