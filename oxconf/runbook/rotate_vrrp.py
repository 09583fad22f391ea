"""A new password between keepalived instances, without two hosts that hold one address."""

from collections.abc import Iterator

from oxconf.deployment.model import Host
from oxconf.deployment.topology import floating_addresses
from oxconf.plan import Plan
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test

UNIT = "keepalived.service"


def phases(plan: Plan) -> Iterator[Phase]:
    """Yield the phases for each group of hosts that share addresses."""
    groups: dict[frozenset[str], tuple[Host, ...]] = {}
    for floating in floating_addresses(plan.deployment):
        groups.setdefault(frozenset(host.name for host in floating.holders), floating.holders)
    # Hosts that are in two groups run one keepalived for both.
    merged: list[dict[str, Host]] = []
    for holders in groups.values():
        names = {host.name: host for host in holders}
        touching = [group for group in merged if group.keys() & names.keys()]
        merged = [group for group in merged if group not in touching]
        for group in touching:
            names = {**group, **names}
        merged.append(names)
    for group in merged:
        kept, *others = group.values()
        yield Phase(
            f"Between {' and '.join(group)}",
            f"All addresses come to {kept.name} and stay there until the others are back.",
            (
                *(_silence(host, kept) for host in others),
                _renew(kept, tuple(State(host.name, Holds.OUT) for host in others)),
                *(_return(host, kept) for host in others),
            ),
        )


def _silence(host: Host, kept: Host) -> Step:
    return Step(
        host=host.name,
        slug="silence",
        title="Stop keepalived",
        why=f"It must not hear {kept.name} with another password than its own: it would take the addresses too.",
        loses=f"An address that this host has moves to {kept.name}: an interruption of about a second.",
        command=f"systemctl stop {UNIT}",
        after=(Test("keepalived is stopped", f"  ! systemctl is-active --quiet {UNIT}"),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl start {UNIT}",
        gives=(State(host.name, Holds.OUT),),
    )


def _renew(host: Host, needs: tuple[State, ...]) -> Step:
    return Step(
        host=host.name,
        slug="renew",
        title="Install the new file, and let keepalived read it",
        why="It holds every address now, and keeps them through a reload.",
        before=(Test("keepalived runs", f"  systemctl is-active --quiet {UNIT}", f"systemctl start {UNIT}"),),
        command=f"sh install.sh ${{yes:+--yes}}\nsystemctl reload {UNIT}",
        after=(Test("keepalived runs", f"  systemctl is-active --quiet {UNIT}"),),
        repeat=Repeat.HARMLESS,
        undo="sh install.sh --rollback, then the same reload.",
        needs=(State(host.name, Holds.PACKAGES), *needs),
        gives=(State(host.name, Holds.RENEWED), State(host.name, Holds.FILES)),
        log="journalctl -u keepalived",
    )


def _return(host: Host, kept: Host) -> Step:
    return Step(
        host=host.name,
        slug="return",
        title="Install the new file, and start keepalived",
        why=f"It hears {kept.name} with the same password, and stands by.",
        command=f"sh install.sh ${{yes:+--yes}}\nsystemctl start {UNIT}",
        after=(Test("keepalived runs", f"  systemctl is-active --quiet {UNIT}"),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {UNIT}",
        needs=(State(host.name, Holds.PACKAGES), State(kept.name, Holds.RENEWED)),
        gives=(State(host.name, Holds.RENEWED), State(host.name, Holds.FILES)),
        ends=(State(host.name, Holds.OUT),),
        log="journalctl -u keepalived",
    )
