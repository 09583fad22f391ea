"""OX449: a holder of a floating address does not ask whether its service is alive."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import Peer, groups


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for instances whose checks are not defined, and for those that have none while another holder has."""
    for group in groups(evidence):
        checked = next((peer for peer in group if peer.instance.track_scripts), None)
        for peer in group:
            unknown = _undefined(peer)
            if unknown:
                yield RULE.finding(
                    f"{peer.host} tracks {listed(unknown)} for {listed(peer.addresses)}, "
                    "but defines no such vrrp_script with a command",
                    peer.at("track_scripts"),
                )
            elif checked is not None and checked.host != peer.host and not peer.instance.track_scripts:
                yield RULE.finding(
                    f"{peer.host} tracks nothing for {listed(peer.addresses)}, but {checked.host} does",
                    peer.at("track_scripts"),
                    checked.at("track_scripts"),
                )


def _undefined(peer: Peer) -> tuple[str, ...]:
    defined = {script.name for script in peer.file.artifact.scripts if script.command}
    return tuple(f'"{name}"' for name in peer.instance.track_scripts if name not in defined)


RULE = Rule(
    code="OX449",
    name="service-unchecked",
    severity=Severity.ERROR,
    title="A holder of a floating address does not ask whether its service is alive",
    why=(
        "keepalived alone sees only whether the other host is there. When the service dies and the host lives, the "
        "address stays where nobody answers."
    ),
    remedy="Define the vrrp_script with its command, and name it in track_script of the instance, on every holder.",
    source="keepalived.conf(5): vrrp_script and track_script; measured with keepalived 2.2",
    daemons="keepalived -t: track script not found, ignoring. It starts all the same.",
    check=check,
)
