"""OX355: the database servers run a release that its makers have given up."""

from collections.abc import Iterator

from oxconf.deployment.servers import RELEASED
from oxconf.evidence import Evidence
from oxconf.rules._database import place_of
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._servers import server


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look the cluster's release up."""
    product = server(evidence)
    if product is not None and product.ended and evidence.databases:
        yield RULE.finding(
            f"{product.name} came to its end of life on {product.end_of_life}",
            *(place_of(host) for host in evidence.databases),
        )


RULE = Rule(
    code="OX355",
    name="server-end-of-life",
    severity=Severity.WARNING,
    title="The database servers run a release past its end of life",
    why=(
        "Nobody mends what is found in it any more: who reaches the server may read or change all mail data of all "
        "users by a hole that everybody knows. Packages for new releases of the distribution do not exist."
    ),
    remedy=(
        "Plan the step to a series that is maintained, on a test system first; oxconf diff of both cluster files lists "
        "what changes. Ask the makers of your Open-Xchange release which servers it supports."
    ),
    source=(
        "endoflife.date, which collects the makers' dates; Percona XtraDB Cluster follows those of MySQL. What had "
        f"ended is told as of {RELEASED}, when this oxconf was released; no clock is read"
    ),
    daemons="The servers start, without a word about it.",
    check=check,
)
