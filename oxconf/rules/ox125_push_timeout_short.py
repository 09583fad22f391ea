"""OX125: the web server gives up on devices that wait for a push."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import BalancerMember, ProxyAjp
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity

LONGEST_WAIT = 900
"""Seconds; the shipped examples of several releases have a timeout of 900 or 1900 for these paths."""
HTTPD_TIMEOUT = 60
"""Seconds; httpd's Timeout, which counts where a member has none."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the members behind /Microsoft-Server-ActiveSync."""
    for web in evidence.find(ProxyAjp):
        names = {
            each.balancer
            for each in web.artifact.passes
            if each.path.lower() == "/microsoft-server-activesync"
        }
        for balancer in web.artifact.balancers:
            short = [member for member in balancer.members if _seconds(member) < LONGEST_WAIT]
            if balancer.name in names and short:
                yield RULE.finding(
                    f'{web.host.name} ends ActiveSync requests in "{balancer.name}" after {_seconds(short[0])} seconds',
                    *(web.at(member.line) for member in short),
                )


def _seconds(member: BalancerMember) -> int:
    return HTTPD_TIMEOUT if member.timeout is None else member.timeout.value // 1000


RULE = Rule(
    code="OX125",
    name="push-timeout-short",
    severity=Severity.WARNING,
    title="The balancer ends the waiting requests of devices",
    why=(
        "ActiveSync devices keep a request open, for many minutes, until there is something new. When the web server "
        "ends it first, each device connects again at once, which costs its battery and the nodes' time."
    ),
    remedy=(
        "Send /Microsoft-Server-ActiveSync and /usm-json to a balancer of their own with timeout=1900, or at least "
        "com.openexchange.usm.eas.ping.max_heartbeat."
    ),
    source="proxy_http.conf as shipped: the timeout is not below com.openexchange.usm.eas.ping.max_heartbeat",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
