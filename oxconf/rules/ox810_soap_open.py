"""OX810: strangers reach the provisioning interface."""

import re
from collections.abc import Iterator
from posixpath import normpath

from oxconf.artifacts.proxy_ajp import ProxyAjp, ProxyPass
from oxconf.evidence import Evidence, Located, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import under

PLAIN = (
    "/servlet/axis2/services/OXContextService",
    "/webservices/OXContextService",
    "/axis2/services/OXContextService",
)
SPELLINGS = (
    *PLAIN,
    "/servlet/axis2;x=1/services/OXContextService",
    "/servlet/axis2/services;x=1/OXContextService",
    "/servlet/x/..;/axis2/services/OXContextService",
    "/servlet/;x/axis2/services/OXContextService",
    "/webservices;x=1/OXContextService",
    "/ajax/..;/servlet/axis2/services/OXContextService",
    "/ajax/..;/webservices/OXContextService",
)
"""Paths that a servlet container takes for SOAP: it drops `;...` from each step, then goes up for each `..`."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Ask, spelling by spelling, whether a path is passed on and whether anything keeps strangers from it."""
    for web in evidence.find(ProxyAjp):
        if not any(_passed(web.artifact, path) for path in PLAIN):
            continue
        reached = [(path, line) for path in SPELLINGS if (line := _passed(web.artifact, path))]
        opened = [(path, line) for path, line in reached if not _closed(web.artifact, path)]
        if opened:
            path, line = opened[0]
            yield RULE.finding(
                f"{web.host.name} lets strangers call the provisioning interface, as {path}{_more(len(opened))}",
                *dict.fromkeys(_sections(web, path)),
                web.at(line),
            )


def _more(number: int) -> str:
    return f" and in {number - 1} more spelling{'s' if number > 2 else ''}" if number > 1 else ""


def _passed(web: ProxyAjp, path: str) -> int | None:
    """Return the line of the ProxyPass that takes the path, None when none does or it is kept back with `!`."""
    for each in web.passes:
        if under(each.path, _seen(path, (each,))):
            return None if each.target == "!" else each.line
    return None


def _seen(path: str, passes: tuple[ProxyPass, ...]) -> str:
    """Return the path as httpd compares it: mapping=servlet makes it read the path as the container does."""
    if not any((each.mapping or "").lower() == "servlet" for each in passes):
        return path
    return normpath(re.sub(r";[^/]*", "", path))


def _closed(web: ProxyAjp, path: str) -> bool:
    """Whether a stranger is kept out: by the last Require that fits, or by the access rules of httpd 2.2."""
    seen = _seen(path, web.passes)
    required = web.required(seen)
    if required and not any(map(_is_open, required)):
        return True
    return any(access.denied for access in web.accesses if access.fits(seen))


def _is_open(words: tuple[str, ...]) -> bool:
    return words[:2] == ("all", "granted") or (
        words[0] == "ip" and any(word.endswith("/0") for word in words)
    )


def _sections(web: Located[ProxyAjp], path: str) -> Iterator[Place]:
    """Yield the sections about SOAP that were meant to keep strangers out."""
    for access in web.artifact.accesses:
        if access.fits(path) or "axis2" in access.pattern or "webservices" in access.pattern:
            yield web.at(access.line)


RULE = Rule(
    code="OX810",
    name="soap-open",
    severity=Severity.ERROR,
    title="The provisioning interface is open to strangers",
    why=(
        "Through SOAP contexts and users are made, changed and deleted; a password is all that is left between it and "
        "the internet. A <Location> alone does not close it: /servlet/axis2;x/services passes it and still arrives."
    ),
    remedy=(
        'Close every spelling with <LocationMatch "(?i)^/(servlet(;[^/]*)?/axis2|webservices)"> and '
        '<LocationMatch "/\\.{0,2};">, Require all denied in both, and open the plain paths to named addresses between '
        "the two."
    ),
    source="measured with Apache 2.4 and a servlet container; the tutorial restricts /servlet/axis2/services",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
