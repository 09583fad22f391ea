"""OX134: a path is sent to a balancer that is not there."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import ProxyAjp, ProxyPass
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import apache


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the targets of ProxyPass with the balancers of all of the host's Apache files.

    A file that defines no balancer at all may have them elsewhere, so nothing is said about it.
    """
    for web in evidence.find(ProxyAjp):
        if not web.artifact.balancers:
            continue
        known = _balancers(web.host)
        unknown: dict[str, list[ProxyPass]] = {}
        for each in web.artifact.passes:
            if each.balancer is not None and each.balancer.lower() not in known:
                unknown.setdefault(each.balancer, []).append(each)
        for name, passes in unknown.items():
            yield RULE.finding(
                f'{web.host.name} sends {listed(each.path for each in passes)} to the balancer "{name}", '
                "which it does not have",
                *(web.at(each.line) for each in passes),
                web.place("balancers"),
            )


def _balancers(host: HostEvidence) -> frozenset[str]:
    return frozenset(
        node.args[0].lower().removeprefix("balancer://").rstrip("/")
        for path, file in host.files.items()
        if path.startswith(("/etc/apache2/", "/etc/httpd/"))
        for node, _ in apache.parse(file.text).find("Proxy")
        if node.args
    )


RULE = Rule(
    code="OX134",
    name="balancer-unknown",
    severity=Severity.ERROR,
    title="A path is sent to a balancer that is not defined",
    why="Every request for that path ends with 503 or 500: there is no member to send it to.",
    remedy="Correct the name behind balancer://, or add the <Proxy balancer://...> section.",
    source="Apache's mod_proxy_balancer documentation",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
