"""OX128: the web server notices a dead node only after a long time."""

from collections.abc import Iterator

from oxconf.artifacts._time import SECOND
from oxconf.artifacts.proxy_ajp import BalancerMember, ProxyAjp
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity

LONGEST = 10 * SECOND
LONGEST_RETRY = 30 * SECOND


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for members without connectiontimeout and ping in balancers that have somebody else to ask."""
    for web in evidence.find(ProxyAjp):
        for balancer in web.artifact.balancers:
            slow = {m: reasons for m in balancer.members if (reasons := tuple(_reasons(m)))}
            if len(balancer.members) > 1 and slow:
                texts = listed(dict.fromkeys(reason for each in slow.values() for reason in each))
                yield RULE.finding(
                    f'{web.host.name} leaves a dead node of "{balancer.name}" late: {texts}',
                    *(web.at(member.line) for member in slow),
                )


def _reasons(member: BalancerMember) -> Iterator[str]:
    if member.connection_timeout is None:
        yield "no connectiontimeout"
    elif member.connection_timeout.value > LONGEST:
        yield f"connectiontimeout={member.connection_timeout.as_apache()}"
    if member.scheme == "ajp" and member.ping is None:
        yield "no ping"
    if member.retry is not None and member.retry.value > LONGEST_RETRY:
        yield f"retry={member.retry.as_apache()}"


RULE = Rule(
    code="OX128",
    name="dead-node-kept",
    severity=Severity.WARNING,
    title="A dead node keeps requests waiting",
    why=(
        "Measured with Apache 2.4 and the tutorial's timeout=100: a request for a host that is cut off hangs for 100 "
        "seconds, and with retry=60 a node that is back may get nobody for a minute. With connectiontimeout=2 ping=2 "
        "retry=5 a host that is gone costs a request 2 seconds, a node that hangs 4."
    ),
    remedy="Write connectiontimeout=2 ping=2 retry=5 behind each BalancerMember.",
    source="measured with Apache 2.4 and AJP; Apache's mod_proxy documentation for the defaults",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
