"""A Galera cluster that was wholly down: find the most advanced node, begin once, and let the others join it."""

from collections.abc import Sequence

from oxconf.artifacts._server import unit_name
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Host, Role
from oxconf.deployment.ports import GALERA_PORT
from oxconf.deployment.topology import database_hosts
from oxconf.plan import Plan
from oxconf.runbook import _product as product
from oxconf.runbook import front, hosts
from oxconf.runbook.database import START_SECONDS, join_anywhere, synced
from oxconf.runbook.step import Holds, Phase, Repeat, Runbook, State, Step, Test

FIRST = "the most advanced node"
OTHERS = "each other node"
POSITION = "$state/position"

WITHOUT = "00000000-0000-0000-0000-000000000000"
"""The cluster of a node that has no complete data: its state transfer never ended."""


def peers(servers: Sequence[Host]) -> str:
    """Return servers as the words NAME=ADDRESS that lib.sh takes."""
    return " ".join(f"{server.name}={server.address}" for server in servers)


def example(servers: Sequence[Host], position: str) -> str:
    """Return words as a step takes them on the first of some servers: where one other is, and that the rest is lost."""
    second, *rest = servers[1:]
    return " ".join((f"{second.name}={position}", *(f"{server.name}=lost" for server in rest)))


def recover(plan: Plan, setup: Runbook) -> Runbook:
    """Return the runbook."""
    deployment = plan.deployment
    servers = database_hosts(deployment)
    arbitrators = [each for each in plan.hosts if each.host.has(Role.ARBITRATOR)]
    return Runbook(
        "recover",
        "Recover a database cluster that was wholly down",
        "No node is in a working cluster any more: after a power cut, or when each of them waits for the others. "
        "As long as one node is Synced and Primary this is the wrong runbook: start the others there, and they join. "
        "Nothing that a client was told to be committed is lost, if the node that begins is the most advanced one; "
        "that is why every position is looked at first, and why a node begins only when it knows them all.",
        (
            Phase(
                "Positions",
                "On every node, in any order. Write down what each one says.",
                (
                    *(_halt(arbitrator.host) for arbitrator in arbitrators),
                    *(_position(plan, server) for server in servers),
                ),
            ),
            Phase("Begin", "On one node alone, once.", (_begin(plan, servers),)),
            Phase(
                "Join",
                "One node after the other, and each waits until the one before it is Synced.",
                (
                    join_anywhere(deployment, OTHERS, servers, State(FIRST, Holds.SERVING)),
                    _ordinary(plan, servers),
                    *(
                        front.start(deployment, arbitrator, (State(FIRST, Holds.DATABASE),))
                        for arbitrator in arbitrators
                    ),
                ),
            ),
            Phase(
                "Verify",
                "On every node; it changes nothing.",
                tuple(
                    hosts.verify(each, (State(FIRST, Holds.DATABASE),))
                    for each in plan.hosts
                    if each.host.has(Role.DATABASE)
                ),
            ),
        ),
        setup.standing(Holds.ENABLED),
    )


def _halt(host: Host) -> Step:
    """Return the step that takes the arbitrator out: it would keep the old, broken group in mind."""
    return Step(
        host=host.name,
        slug="halt",
        title="Stop the arbitrator",
        why="It joins the new beginning when that is there.",
        command="systemctl stop garb.service 2>/dev/null || systemctl stop garbd.service",
        repeat=Repeat.HARMLESS,
        undo="Start it again.",
        gives=(State(host.name, Holds.STOPPED),),
        ends=(State(host.name, Holds.STARTED),),
    )


def _position(plan: Plan, server: Host) -> Step:
    unit = unit_name(plan.deployment)
    return Step(
        host=server.name,
        slug="position",
        title="Stop the node, and find its position",
        why="After a crash grastate.dat says -1: then the server is asked, which reads the position out of InnoDB.",
        before=(
            Test(
                "this node is not in a working cluster",
                '  [ "$(status wsrep_cluster_status)" != Primary ]',
                f"The cluster is not wholly down: start the others with systemctl start {unit}; they join this one.",
            ),
        ),
        loses="A server that hangs here is stopped.",
        command=f"""\
systemctl stop {unit}
install -d -m 0700 "$state"
uuid=$(sed -n 's/^uuid: *//p' "$data/grastate.dat")
seqno=$(sed -n 's/^seqno: *//p' "$data/grastate.dat")
[ -n "$uuid" ] || stop "$data/grastate.dat is missing or empty: this node counts as lost"
if [ "$seqno" = -1 ] && [ "$uuid" != {WITHOUT} ]; then
  # The server opens its log itself, in a folder of its own; what it says before that goes to a file of root's.
  said=$data/oxconf-position.log
  {product.server_program(plan.deployment)} --user=mysql --wsrep-recover --log-error="$said" \\
    >"$state/position.log" 2>&1 || true
  found=$(cat "$said" "$state/position.log" 2>/dev/null |
    sed -n 's/.*Recovered position: *\\([0-9a-f-]*:-\\{{0,1\\}}[0-9]*\\).*/\\1/p' | tail -n 1)
  [ -n "$found" ] ||
    {{ tail -n 20 "$state/position.log" "$said" >&2 || true; stop 'the server could not say its position'; }}
  rm -f "$said" "$state/position.log"
  uuid=${{found%:*}}
  seqno=${{found##*:}}
fi
printf '%s:%s\\n' "$uuid" "$seqno" >"{POSITION}"
say 'Write this down for the step begin:'
say "  $me=$uuid:$seqno"
""".rstrip(),
        after=(
            Test("the node is stopped", f"  ! systemctl is-active --quiet {unit}"),
            Test("the position is written down", f'  [ -s "{POSITION}" ]'),
        ),
        repeat=Repeat.HARMLESS,
        undo="There is nothing to undo: the node does not start by itself.",
        gives=(State(server.name, Holds.POSITION), State(server.name, Holds.STOPPED)),
        log=product.log(plan.deployment),
    )


def _begin(plan: Plan, servers: tuple[Host, ...]) -> Step:
    deployment = plan.deployment
    names = " ".join(server.name for server in servers)
    return Step(
        host=FIRST,
        on=tuple(server.name for server in servers),
        slug="begin",
        title="Begin the cluster again on this node",
        why="It must be the node with the highest number: what the others lack they get from it, and what it lacks "
        "is lost. Two nodes that begin would be two clusters.",
        words="NAME=POSITION, or NAME=lost, for each other node",
        example=example(servers, "5ee99582-bb8d-11e2-b8e3-23de375c1d30:8204503"),
        before=(
            Test(
                f"no other node answers on port {GALERA_PORT}",
                f"  ! peer_answers {GALERA_PORT} {peers(servers)}",
                f"One of {listed([server.name for server in servers])} runs: it must have taken the step position, "
                "which stops it; or it has begun already, and this node joins it.",
            ),
            Test(
                "the step position was taken here",
                f'  [ -s "{POSITION}" ]',
                "Take it on every node that is there.",
            ),
        ),
        loses="This node begins the cluster; what another node has and this one lacks is lost.",
        command=f"""\
own=$(cat "{POSITION}")
uuid=${{own%:*}}
seqno=${{own##*:}}
[ "$uuid" != {WITHOUT} ] || stop 'this node has no complete data: begin on another one'
for name in {names}; do
  [ "$name" != "$me" ] || continue
  theirs=$(given "$name")
  case $theirs in
    '') stop "the position of $name is missing: name it as $name=POSITION, or as $name=lost if its data are gone" ;;
    lost) say "What $name alone had is lost." ;;
    {WITHOUT}:*) say "$name has no complete data, and takes a copy when it joins." ;;
    "$uuid":*[!0-9]* | "$uuid":) stop "$theirs is no position" ;;
    "$uuid":*)
      [ "${{theirs##*:}}" -le "$seqno" ] ||
        stop "$name is further than this node, ${{theirs##*:}} and not $seqno: begin there, or something is lost"
      ;;
    *) stop "$name was in another cluster ($theirs), this node in $own: find out which data are right" ;;
  esac
done
cp -p "$data/grastate.dat" "$data/grastate.dat.before-$(date +%Y%m%d-%H%M%S)"
sed -i 's/^safe_to_bootstrap: .*/safe_to_bootstrap: 1/' "$data/grastate.dat"
{product.bootstrap(deployment)}
rm "{POSITION}\"""",
        done='  [ "$(status wsrep_cluster_status)" = Primary ]',
        after=(Test("the node is Synced and Primary", synced()),),
        repeat=Repeat.SKIPS,
        undo=f"{product.stop_bootstrapped(deployment)}, as long as no other node has joined.",
        needs=tuple(State(server.name, Holds.POSITION) for server in servers),
        gives=(State(FIRST, Holds.SERVING),),
        ends=tuple(State(server.name, Holds.POSITION) for server in servers),
        log=product.log(deployment),
    )


def _ordinary(plan: Plan, servers: tuple[Host, ...]) -> Step:
    deployment = plan.deployment
    return Step(
        host=FIRST,
        on=tuple(server.name for server in servers),
        slug="restart-first",
        title="Restart the node that began, the ordinary way",
        why="It then joins like every other one, also after the next boot.",
        before=(
            Test(
                f"another node answers on port {GALERA_PORT}",
                f"  peer_answers {GALERA_PORT} {peers(servers)}",
                "Without another node this would end the cluster: let the others join first.",
            ),
        ),
        command=f"{product.stop_bootstrapped(deployment)}\nsystemctl start {unit_name(deployment)}",
        after=(Test("the node is Synced and Primary", synced(START_SECONDS)),),
        repeat=Repeat.HARMLESS,
        undo="There is nothing to undo.",
        needs=(State(FIRST, Holds.SERVING), State(OTHERS, Holds.SERVING)),
        gives=(State(FIRST, Holds.DATABASE),),
        log=product.log(deployment),
    )
