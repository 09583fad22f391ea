"""OX410: a failed check lowers a priority, and the floating address stays all the same."""

from collections.abc import Iterator

from oxconf.artifacts.keepalived_conf import TrackScript
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import Peer, groups


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at tracked scripts with a weight: beside nopreempt, or too small to bring the priority below a peer's."""
    for group in groups(evidence):
        for peer in group:
            scripts = {script.name: script for script in peer.file.artifact.scripts}
            for name in peer.instance.track_scripts:
                script = scripts.get(name)
                if script is not None and script.weight:
                    yield from _check(peer, script, group)


def _check(peer: Peer, script: TrackScript, group: tuple[Peer, ...]) -> Iterator[Finding]:
    weight = script.weight or 0
    place = peer.file.at(script.line_of("weight"))
    lower = [
        (other.instance.priority, other)
        for other in group
        if other.host != peer.host and other.instance.priority is not None
    ]
    waiting = [other for _, other in lower if other.instance.nopreempt]
    if waiting and len(waiting) == len(lower):
        yield RULE.finding(
            f'the check "{script.name}" of {peer.host} has the weight {weight}, and with nopreempt '
            f"{waiting[0].host} does not take the address from a master of lower priority",
            place,
            *(other.at("nopreempt") for other in waiting),
        )
    elif lower and peer.instance.priority is not None:
        best, other = max(lower, key=lambda each: each[0])
        gap = peer.instance.priority - best
        if gap >= abs(weight):
            yield RULE.finding(
                f'the check "{script.name}" of {peer.host} changes its priority {peer.instance.priority} by '
                f"{abs(weight)}, which leaves it above or at that of {other.host}, {best}",
                place,
                peer.at("priority"),
                other.at("priority"),
            )


RULE = Rule(
    code="OX410",
    name="address-never-moves",
    severity=Severity.ERROR,
    title="A failed check does not move the floating address",
    why=(
        "The service is dead, the check says so, and the address stays on that host: users get no answer although "
        "another host could give one."
    ),
    remedy=(
        "Take the weight out of the vrrp_script: without one a failure puts the instance into FAULT, which works with "
        "nopreempt as well. A weight must be larger than the distance of the priorities, and without nopreempt."
    ),
    source="measured with keepalived 2.2; keepalived.conf(5), weight and nopreempt",
    daemons="keepalived -t: no word about it.",
    check=check,
)
