"""OX510: an OX host gives up on writes when the filestore does not answer."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._filestore import filestore_mounts
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for soft and softerr; of contradicting options the last one wins, and hard is the default."""
    for mounted in filestore_mounts(evidence):
        ways = [
            option for option in mounted.mount.options if option in ("soft", "softerr", "softreval", "hard")
        ]
        last = next((option for option in reversed(ways) if option != "softreval"), "hard")
        if last != "hard":
            yield RULE.finding(
                f"{mounted.host.name} mounts {mounted.mount.spec} with the option {last}", mounted.place
            )


RULE = Rule(
    code="OX510",
    name="soft-mount",
    severity=Severity.ERROR,
    title="The filestore is mounted soft",
    why=(
        "When the filestore host is slow or restarts, writes fail after a while instead of waiting, and what was in "
        "flight is lost: users' files are cut off, often without a message."
    ),
    remedy="Mount it hard (the default): rw,hard,noatime,_netdev.",
    source=(
        "nfs(5): a soft mount may lose data without a word; it is for those to whom an answer in time is worth more"
    ),
    daemons="findmnt --verify and mount accept it.",
    check=check,
)
