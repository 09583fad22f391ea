"""A new password between keepalived instances, without two hosts that hold one address."""

from collections.abc import Iterator

from attrs import evolve

from oxconf.deployment.model import Host
from oxconf.deployment.span import SECOND, advertisement
from oxconf.deployment.topology import floating_addresses
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import hosts
from oxconf.runbook._product import has_address, lacks_address
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test

UNIT = "keepalived.service"

CHECKS_SUCCEED = 27
"""OURS: so many seconds after an address could move, the check of what it leads to has succeeded a few times."""

MARGIN = 5
"""OURS: so many seconds after its time, who hears nobody has surely taken an address."""


def phases(plan: Plan) -> Iterator[Phase]:
    """Yield the phases for each group of hosts that share addresses, and the last look at all of them."""
    addresses = floating_addresses(plan.deployment)
    silent = 3 * advertisement(plan.deployment).value // SECOND
    # Hosts that are in two groups run one keepalived for both.
    merged: list[dict[str, Host]] = []
    for floating in addresses:
        names = {host.name: host for host in floating.holders}
        touching = [group for group in merged if group.keys() & names.keys()]
        merged = [group for group in merged if group not in touching]
        for group in touching:
            names = {**group, **names}
        merged.append(names)
    ends: list[State] = []
    for group in merged:
        # Who can hold the most addresses of the group stays.
        kept = max(group.values(), key=lambda host: sum(host in each.holders for each in addresses))
        others = [host for host in group.values() if host is not kept]
        held = tuple(str(each.address) for each in addresses if kept in each.holders)
        yield Phase(
            f"Between {' and '.join(group)}",
            f"All addresses come to {kept.name} and stay there until the others are back.",
            (
                _look(plan.of(kept)),
                *(_silence(host, kept) for host in others),
                _renew(kept, held, silent, tuple(State(host.name, Holds.OUT) for host in others)),
                *(_return(host, kept, held, silent) for host in others),
            ),
        )
        ends += (State(host.name, Holds.RENEWED) for host in group.values())
    if merged:
        yield hosts.verified(plan, [end.host for end in ends], ends)


def _look(kept: HostPlan) -> Step:
    """Return the step that looks whether the host that stays alone can serve: nobody could help it."""
    return evolve(
        hosts.verify(kept, (State(kept.host.name, Holds.FILES),)),
        slug="look",
        title="See that this host can serve alone",
        why="Until the others are back it has every address, and nobody to take them over.",
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
        needs=(State(kept.name, Holds.VERIFIED),),
        gives=(State(host.name, Holds.OUT),),
    )


def _renew(host: Host, held: tuple[str, ...], silent: int, needs: tuple[State, ...]) -> Step:
    return Step(
        host=host.name,
        slug="renew",
        title="Install the new file, and let keepalived read it",
        why="It holds every address now, and keeps them through a reload.",
        before=(
            Test("keepalived runs", f"  systemctl is-active --quiet {UNIT}", f"systemctl start {UNIT}"),
            *(
                Test(
                    f"this host has the address {address}",
                    f"  has_it() {{\n  {has_address(address)}\n  }}\n  wait_for {silent + CHECKS_SUCCEED} has_it",
                    "Start keepalived on the others again, and look here at journalctl -u keepalived.",
                )
                for address in held
            ),
        ),
        command=f"sh install.sh ${{yes:+--yes}}\nsystemctl reload {UNIT}",
        after=(
            Test("keepalived runs", f"  systemctl is-active --quiet {UNIT}"),
            *(Test(f"this host has the address {address}", has_address(address)) for address in held),
        ),
        repeat=Repeat.HARMLESS,
        undo="sh install.sh --rollback, then the same reload.",
        needs=(State(host.name, Holds.PACKAGES), *needs),
        gives=(State(host.name, Holds.RENEWED), State(host.name, Holds.FILES)),
        log="journalctl -u keepalived",
    )


def _return(host: Host, kept: Host, held: tuple[str, ...], silent: int) -> Step:
    return Step(
        host=host.name,
        slug="return",
        title="Install the new file, and start keepalived",
        why=f"It hears {kept.name} with the same password, and stands by.",
        command=f"sh install.sh ${{yes:+--yes}}\nsystemctl start {UNIT}\nsleep {silent + MARGIN}",
        after=(
            Test("keepalived runs", f"  systemctl is-active --quiet {UNIT}"),
            # With another password it would hear nobody, and take them.
            *(Test(f"this host leaves {address} to {kept.name}", lacks_address(address)) for address in held),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {UNIT}",
        needs=(State(host.name, Holds.PACKAGES), State(kept.name, Holds.RENEWED)),
        gives=(State(host.name, Holds.RENEWED), State(host.name, Holds.FILES)),
        ends=(State(host.name, Holds.OUT),),
        log="journalctl -u keepalived",
    )
