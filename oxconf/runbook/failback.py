"""The writes of Galera go back to the writer, at an hour that somebody chooses."""

from oxconf.artifacts._server import unit_name
from oxconf.deployment.model import Deployment, Mode
from oxconf.deployment.span import SECOND, check_interval
from oxconf.deployment.topology import (
    database_hosts,
    floating_addresses,
    haproxy_writes,
    has_directors,
    maxscale_hosts,
)
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook import hosts
from oxconf.runbook._product import has_address, lacks_address
from oxconf.runbook.database import JOIN_SECONDS, synced
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test


def failback(plan: Plan, setup: Runbook) -> Runbook | None:
    """Return the runbook by which Galera's writes go back to the writer, at an hour that somebody chooses."""
    deployment = plan.deployment
    floating = [each for each in floating_addresses(deployment) if each.name == "write"]
    if maxscale_hosts(deployment):
        # It goes back to the writer by itself, and has no health check that somebody could silence.
        return None
    if deployment.database.mode is not Mode.GALERA or not (haproxy_writes(deployment) or floating):
        return None
    writer = database_hosts(deployment)[0]
    own = plan.of(writer)
    back = State(writer.name, Holds.SERVING)
    if floating and not has_directors(deployment):
        about = (
            "keepalived leaves the write address where it is when the writer comes back: one interruption, not two. "
            "When you want it back, choose a quiet hour."
        )
        steps = (
            _give_back(
                plan, tuple(host.name for host in floating[0].holders), back, str(floating[0].address)
            ),
        )
        hold: tuple[Step, ...] = ()
    else:
        who = "The director" if has_directors(deployment) else "HAProxy"
        about = (
            f"{who} sends the writes back as soon as the writer answers its health check, and closes the connections "
            "to the other node. When that is not to happen at any hour, keep the health check silent until the hour "
            "has come: take the first step before the writer's server or its host is started again, for a planned "
            "stop before that stop. It holds over a restart of the host. A host that was lost and has started by "
            "itself has the writes back already."
        )
        hold = (
            Step(
                host=writer.name,
                slug="hold-back",
                title="Keep the health check silent",
                why="Without an answer the node counts as away, and the writes stay where they are.",
                loses="If this node takes the writes now, they move to another one.",
                command="systemctl disable --now clustercheck.socket",
                after=(
                    Test(
                        "the health check does not run, and does not start with the host",
                        "  ! systemctl is-active --quiet clustercheck.socket &&\n"
                        "    ! systemctl is-enabled --quiet clustercheck.socket",
                    ),
                ),
                repeat=Repeat.HARMLESS,
                undo="systemctl enable --now clustercheck.socket",
                gives=(State(writer.name, Holds.OUT),),
            ),
        )
        steps = (
            Step(
                host=writer.name,
                slug="give-back",
                title="Let the health check answer",
                why=f"It is asked {_often(deployment)}, so the writes are back within seconds.",
                before=(
                    Test("the node is Synced and Primary", synced(1), "Wait for it: it must have all data."),
                ),
                loses="The connections to the node that takes the writes now are closed; requests in that moment fail.",
                command="systemctl enable --now clustercheck.socket",
                after=(
                    Test(
                        "the health check runs, and starts with the host",
                        "  systemctl is-active --quiet clustercheck.socket &&\n"
                        "    systemctl is-enabled --quiet clustercheck.socket",
                    ),
                ),
                repeat=Repeat.HARMLESS,
                undo="systemctl disable --now clustercheck.socket",
                needs=(back,),
                ends=(State(writer.name, Holds.OUT),),
            ),
        )
    start = Step(
        host=writer.name,
        slug="start-writer",
        title="Start the writer's server",
        why="It takes what it lacks from the others, and serves nobody yet."
        if hold
        else "It takes what it lacks.",
        command=f"systemctl start {unit_name(deployment)}",
        after=(Test("the node is Synced and Primary", synced(JOIN_SECONDS)),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl stop {unit_name(deployment)}",
        needs=tuple(State(writer.name, Holds.OUT) for _ in hold),
        gives=(back,),
        log=product.log(deployment),
    )
    return Runbook(
        "failback",
        "Planned failback: the writes go back to the writer",
        about,
        (
            Phase("The writer comes back", f"On {writer.name}.", (*hold, start)),
            Phase("The hour has come", "One short interruption.", steps),
            Phase("Verify", "It changes nothing.", (hosts.verify(own, (back,)),)),
        ),
        setup.standing(Holds.FILES),
    )


def _often(deployment: Deployment) -> str:
    seconds = check_interval(deployment).value // SECOND
    return "each second" if seconds == 1 else f"every {seconds} seconds"


def _give_back(plan: Plan, holders: tuple[str, ...], back: State, address: str) -> Step:
    return Step(
        host="the server that has the write address",
        on=holders,
        slug="give-back",
        title="Let the address go",
        why="Of those that are there the writer has the highest priority, so it takes the address.",
        before=(
            Test(
                f"this host has the address {address}",
                has_address(address),
                "Take this step on the host that has it.",
            ),
        ),
        loses="Connections to the write address end, and are made anew to the writer a second later.",
        command="systemctl stop keepalived.service\nsleep 5\nsystemctl start keepalived.service",
        after=(
            Test("the address is gone from here", lacks_address(address)),
            Test("keepalived runs", "  systemctl is-active --quiet keepalived.service"),
        ),
        repeat=Repeat.HARMLESS,
        undo="The same step on the writer.",
        needs=(back,),
        log="journalctl -u keepalived",
    )
