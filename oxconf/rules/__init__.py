"""The invariants of a cluster, one module each, named after the defect.

Families: OX0xx files that can not be read, OX1xx routing and session, OX2xx database, OX3xx replication and Galera,
OX4xx balancers and floating addresses, OX5xx filestore, OX6xx caches, OX7xx network and ports, OX8xx secrets and
exposure, OX9xx capacity. A code is never renumbered or given to another rule.
"""

from attrs import evolve

from oxconf.evidence import Evidence
from oxconf.rules import ox101_route_mismatch
from oxconf.rules._rule import Finding, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "judge"]

RULES: tuple[Rule, ...] = (
    ox101_route_mismatch.RULE,
)


def judge(evidence: Evidence, *, deploy: bool = False) -> tuple[Finding, ...]:
    """Return what the rules find, the errors first, then by code and place.

    `deploy` judges as before an installation: placeholders of secrets are errors then.
    """
    found = []
    for rule in RULES:
        for finding in rule.check(evidence):
            severity = rule.deploy if deploy and rule.deploy else finding.severity
            found.append(evolve(finding, severity=severity))
    return tuple(
        sorted(found, key=lambda f: (f.severity is not Severity.ERROR, f.code, f.places, f.message))
    )
