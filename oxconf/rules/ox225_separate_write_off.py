"""OX225: the groupware sends its writes to the place that it reads from."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.evidence import Evidence
from oxconf.rules._endpoints import endpoint
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for useSeparateWrite=false beside two URLs that lead to different places."""
    for node in evidence.find(GroupwareConfigdb):
        read, write = node.artifact.read_url, node.artifact.write_url
        if node.artifact.use_separate_write is not False or node.artifact.write_only is True:
            continue
        if read is not None and write is not None and endpoint(evidence, read) != endpoint(evidence, write):
            yield RULE.finding(
                f"{node.host.name} has useSeparateWrite=false, so that its writes go to {read.host}:{read.port} "
                f"and never to {write.host}:{write.port}",
                node.place("use_separate_write"),
                node.place("write_url"),
            )


RULE = Rule(
    code="OX225",
    name="separate-write-off",
    severity=Severity.ERROR,
    title="The groupware writes to the place that it reads from",
    why=(
        "Without useSeparateWrite OX makes no pool for writes, and writeUrl is dead text. The writes are spread over "
        "all nodes like the reads, which ends in conflicts, or go to a slave that refuses them."
    ),
    remedy="Set useSeparateWrite=true where readUrl and writeUrl differ.",
    source=(
        "configdb.properties as shipped; OX's start of its pools: without it the read pool takes the writes. Packages "
        "of later releases take the key out of the file"
    ),
    daemons="OX starts.",
    check=check,
)
