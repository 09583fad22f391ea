"""OX901: what is taken from the start on is more than the host's memory."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.deployment.units import speak_size
from oxconf.evidence import Evidence
from oxconf.rules._memory import shares
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Add up buffer pool, heap and the shares of the other roles."""
    for host in evidence.hosts:
        steady = [share for share in shares(host) if not share.peak]
        places = [share.place for share in steady if share.place]
        total = sum(share.size for share in steady)
        if places and host.facts.memory is not None and total > host.facts.memory:
            yield RULE.finding(
                f"{host.name} has {speak_size(host.facts.memory)} of memory and gives away {speak_size(total)}: "
                f"{listed(map(str, steady))}",
                *places,
            )


RULE = Rule(
    code="OX901",
    name="memory-overcommitted",
    severity=Severity.ERROR,
    title="Buffer pool, heap and the other roles of a host take more than its memory",
    why=(
        "The host swaps, so that a query or a garbage collection takes seconds, until the kernel ends the largest "
        "process: the database or the groupware, with everybody on it."
    ),
    remedy=(
        "Make innodb_buffer_pool_size or the heap (oxinstaller --servermemory) smaller, or move a role to another "
        "host."
    ),
    source="oxpedia, My.cnf: memory beside the buffer pool is needed; the fixed shares are oxconf's own",
    daemons="mariadbd and java start with more than there is.",
    check=check,
)
