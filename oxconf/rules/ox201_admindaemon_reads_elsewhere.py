"""OX201: the admin daemon reads from another place than it writes to."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.evidence import Evidence, Located
from oxconf.rules._endpoints import endpoint
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the admin daemon's URLs with each other and with the groupware's write URL on the same host."""
    for found in evidence.find(AdmindaemonConfigdb):
        yield from _alone(evidence, found)
        groupware = found.host.find(GroupwareConfigdb)
        mine, theirs = found.artifact.write_url, groupware.artifact.write_url if groupware else None
        if groupware is None or mine is None or theirs is None:
            continue
        if endpoint(evidence, mine) != endpoint(evidence, theirs):
            yield RULE.finding(
                f"the admin daemon of {found.host.name} writes to {mine.host}:{mine.port}, "
                f"the groupware there to {theirs.host}:{theirs.port}",
                found.place("write_url"),
                groupware.place("write_url"),
            )


def _alone(evidence: Evidence, found: Located[AdmindaemonConfigdb]) -> Iterator[Finding]:
    artifact, name = found.artifact, f"the admin daemon of {found.host.name}"
    read, write = artifact.read_url, artifact.write_url
    if read is not None and write is not None and endpoint(evidence, read) != endpoint(evidence, write):
        yield RULE.finding(
            f"{name} reads from {read.host}:{read.port} and writes to {write.host}:{write.port}",
            found.place("read_url"),
            found.place("write_url"),
        )
    if artifact.write_only is False:
        yield RULE.finding(f"{name} has writeOnly=false", found.place("write_only"))
    if artifact.use_separate_write is True:
        yield RULE.finding(f"{name} has useSeparateWrite=true", found.place("use_separate_write"))


RULE = Rule(
    code="OX201",
    name="admindaemon-reads-elsewhere",
    severity=Severity.ERROR,
    title="The admin daemon does not read where it writes",
    why=(
        "Provisioning reads back at once what it wrote. From a slave, or from a node that has not applied the write "
        "yet, it gets the old state: creating contexts and users fails, or two contexts get the same schema."
    ),
    remedy=(
        "In admindaemon/configdb.properties give readUrl and writeUrl the write endpoint of the groupware, "
        "writeOnly=true and useSeparateWrite=false."
    ),
    source="configdb.properties of the admin daemon as shipped: both URLs name the master",
    daemons="OX starts, and provisioning fails now and then.",
    check=check,
)
