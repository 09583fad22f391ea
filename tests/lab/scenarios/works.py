"""A cluster that nothing happens to: what the tutorial promises, looked at from outside."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Set

from lab.ask import ask
from lab.chances import p_value
from lab.events import moved, split
from lab.host import LabHost
from lab.load import WebLoad
from lab.ox import Program
from lab.product import CACHES, CONFIGDB
from lab.spellings import SOAP_PATHS, SOAP_SPELLINGS
from lab.stage import Scenario, Stage
from oxconf.deployment.model import Deployment, Mode, ReadPolicy, Role
from oxconf.syntax import properties

WSREP = {
    "wsrep_cluster_status": "Primary",
    "wsrep_local_state": "4",
    "wsrep_local_state_comment": "Synced",
    "wsrep_ready": "ON",
}
"""What the tutorial's own check shows of a node that is well."""

NEW_SESSIONS = 1000
FOLLOW_UPS = 2000

ANNOUNCED = 70.0
"""Seconds in which a cache has announced itself twice."""

UNLIKELY = 0.001
"""A split of sessions that comes about by chance once in a thousand times is no split by the load factors."""


def boot(stage: Stage) -> None:
    """Look at the cluster that the runbook has made."""
    stage.measured("from empty hosts to verified", stage.cluster.booted)


def wsrep(stage: Stage) -> None:
    """Ask every node what the tutorial asks."""
    servers = stage.cluster.with_role("database")
    for server in servers:
        rows = dict(line.split("\t") for line in server.sql("SHOW STATUS LIKE 'wsrep_%'").splitlines())
        for name, value in {**WSREP, "wsrep_cluster_size": str(len(servers))}.items():
            stage.holds(rows.get(name) == value, f"{server.name}: {name} is {rows.get(name)}, not {value}")


def sessions(stage: Stage) -> None:
    """Open new sessions and use them."""
    load = WebLoad(
        stage.cluster.users,
        stage.cluster.front,
        stage.tmp / "sessions.log",
        rate=150,
        new_every=3,
        count=NEW_SESSIONS + FOLLOW_UPS,
    )
    load.start()
    requests = load.wait()
    failed = [one for one in requests if not one.ok]
    stage.holds(not failed, f"{len(failed)} requests failed: {Counter(one.said for one in failed)}")
    stage.measured("follow-ups that another node answered", len(moved(requests)), "requests", 0)
    counts = split(requests)
    chance = p_value(counts, load_factors(stage.deployment))
    stage.measured("new sessions", sum(counts.values()), "sessions", note=f"{counts}, p = {chance:.3f}")
    stage.holds(
        chance >= UNLIKELY, f"new sessions are not split by the load factors: {counts}, p = {chance:.2g}"
    )
    for one in requests:
        if one.ok and not one.session.endswith(f".{one.route}"):
            stage.holds(False, f"the session {one.session} of {one.route} does not end with its route")
            break


def load_factors(deployment: Deployment) -> dict[str, float]:
    """Return the load factor of each route that users are sent to."""
    return {str(host.route): float(host.load_factor or 50) for host in deployment.with_role(Role.GROUPWARE)}


def soap(stage: Stage) -> None:
    """Ask for the provisioning interface as somebody allowed and as a stranger, in every spelling."""
    nodes = stage.cluster.with_role("groupware", "provisioning")
    for front in stage.cluster.with_role("web"):
        address = front.host.address
        for path in SOAP_PATHS:
            answer = ask(front.box, "127.0.0.1", f"{path}/OXContextService?wsdl")
            stage.holds(
                (answer.status, answer.servlet) == (200, "soap"),
                f"{path}: {front.name} itself got {answer.status} {answer.servlet}",
            )
        let_in = []
        for spelling in SOAP_SPELLINGS:
            before = sum(received(node, "soap") for node in nodes)
            ask(stage.cluster.users, address, spelling)
            after = sum(received(node, "soap") for node in nodes)
            if after != before:
                let_in.append(spelling)
        stage.measured(f"spellings that let a stranger in, {front.name}", len(let_in), "spellings", 0)
        stage.holds(not let_in, f"{front.name} lets a stranger in by {let_in}")
    stage.measured("spellings tried", len(SOAP_SPELLINGS), "spellings")
    for keeper in stage.cluster.with_role("provisioning"):
        said = keeper.sh("grep ^request /run/standin/open-xchange.service.log | grep -vc ' soap ' || true")
        stage.measured(f"requests of users on {keeper.name}", int(said), "requests", 0)


def received(node: LabHost, servlet: str) -> int:
    """Return how many requests a node's servlet has got so far."""
    return int(node.sh(f"grep -c '^request .* {servlet} ' /run/standin/open-xchange.service.log || true"))


def filestore(stage: Stage) -> None:
    """Write a file through one node, read it through the others, and look at its owner."""
    body = bytes(range(256)) * 4096
    sum_ = hashlib.sha256(body).hexdigest()
    by_route = {}
    for _ in range(30):
        answer = ask(stage.cluster.users, stage.cluster.front, "/ajax/login")
        by_route[answer.route] = answer.session
    filestore = stage.deployment.filestore
    for writer, session in sorted(by_route.items()):
        name = f"lab-{writer}"
        said = ask(
            stage.cluster.users, stage.cluster.front, f"/infostore?action=write&name={name}", session, body
        )
        stage.holds(sum_ in said.body, f"{writer} could not write a file: {said.status} {said.body}")
        for reader, other in sorted(by_route.items()):
            said = ask(stage.cluster.users, stage.cluster.front, f"/infostore?action=read&name={name}", other)
            stage.holds(
                sum_ in said.body and re.search(rf"\b{filestore.uid}\b.*\b{filestore.gid}\b", said.body),
                f"{reader} reads what {writer} has written as {said.status} {said.body}",
            )
    stage.measured("nodes that wrote a file all others read", len(by_route), "nodes")
    node = stage.cluster.with_role("groupware")[-1]
    node.sh(f"systemctl stop open-xchange.service; umount {filestore.path}")
    # What fstab knows is mounted by the unit itself; without the line there is nothing to mount.
    node.sh("cp /etc/fstab /root/fstab.before; sed -i '/ nfs /d' /etc/fstab")
    try:
        said = node.sh("systemctl start open-xchange.service && echo started", check=False)
        stage.holds("started" not in said, f"{node.name}: Open-Xchange starts without its filestore")
    finally:
        node.sh("cat /root/fstab.before >/etc/fstab; systemctl start open-xchange.service")


def reads(stage: Stage) -> None:
    """Write a row and read it at once through the other listener."""
    policy = stage.deployment.database.read_policy
    first, *_ = nodes = stage.cluster.with_role("groupware", "provisioning")
    first.box.run(*stage.cluster.programs.prepare(CONFIGDB))
    servers = {server.name for server in stage.cluster.with_role("database")}
    for node in nodes:
        command = stage.cluster.programs.stale(CONFIGDB, node.name, count=200, readers=6)
        program = Program(node.box, command, stage.tmp / f"stale-{node.name}.log")
        program.end()
        said = "\n".join(program.lines())
        found = re.search(r"stale (\d+) of (\d+), writes on (\S+), reads on (\S+)", said)
        assert found, f"{node.name}: {said}"
        promised = policy is not ReadPolicy.ROUND_ROBIN_MONITOR
        stage.measured(
            f"stale reads of {found[2]}, {node.name}",
            int(found[1]),
            "reads",
            0 if promised else None,
            note=f"read policy {policy.value}",
        )
        stage.holds(found[3] in servers, f"{node.name} writes on {found[3]}")
        if policy is ReadPolicy.ROUND_ROBIN_CAUSAL:
            stage.holds(set(found[4].split(",")) == servers, f"{node.name} reads on {found[4]} alone")


def caches(stage: Stage) -> None:
    """See that every cache process has found every other one, on all hosts."""
    nodes = stage.cluster.with_role("groupware", "provisioning")
    processes = {
        f"{node.host.address}:{listener_port(node, ccf)}": f"{process} of {node.name}"
        for node in nodes
        for process, ccf in CACHES.items()
    }
    for node in nodes:
        for process, ccf in CACHES.items():
            own = f"{node.host.address}:{listener_port(node, ccf)}"
            others = processes.keys() - {own}

            def lacking(node: LabHost = node, process: str = process, others: Set[str] = others) -> list[str]:
                return sorted(
                    others - connected(node.sh(f"cat /run/standin/open-xchange-{process}.service.log"))
                )

            stage.until(
                lambda lacking=lacking: not lacking(),
                f"the {process} process of {node.name} has found every other cache",
                ANNOUNCED,
            )
    stage.measured("cache processes that have found all others", len(processes), "processes")


def listener_port(node: LabHost, ccf: str) -> str:
    """Return the port on which a cache process listens, as its rendered file says."""
    entry = properties.parse(node.host.text(ccf)).get("jcs.auxiliary.LTCP.attributes.TcpListenerPort")
    assert entry, f"{node.name}: {ccf} names no port"
    return entry.value


def connected(said: str) -> set[str]:
    """Return the peers that a cache process has a connection to, by what it printed so far."""
    states = dict(re.findall(r"^peer (\S+) (up|down)$", said, re.MULTILINE))
    return {peer for peer, state in states.items() if state == "up"}


def is_galera(deployment: Deployment) -> str:
    """Say why a scenario of Galera can not run."""
    return "" if deployment.database.mode is Mode.GALERA else "the cluster's database is not Galera"


def has_plain_web(deployment: Deployment) -> str:
    """Say why browsers that speak HTTP alone can not use the cluster."""
    return "the lab's browsers speak HTTP, and this cluster HTTPS" if deployment.web.certificate else ""


def has_several_nodes(deployment: Deployment) -> str:
    """Say why there is no split of sessions."""
    several = len(deployment.with_role(Role.GROUPWARE)) > 1
    return has_plain_web(deployment) or ("" if several else "the cluster has one OX node alone")


SCENARIOS = (
    Scenario("boot", "from empty hosts to a cluster of which every check passes", boot),
    Scenario("wsrep", "the tutorial's checks of Galera, on every node", wsrep, is_galera),
    Scenario("sessions", "new sessions are split by the load factors, and stay", sessions, has_several_nodes),
    Scenario("soap", "the provisioning interface answers those allowed and nobody else", soap, has_plain_web),
    Scenario("filestore", "every node sees what another has written", filestore, has_plain_web),
    Scenario("caches", "the cache processes of all OX hosts find each other", caches),
    Scenario("reads", "writes go to one server, reads are spread and never stale", reads),
)
