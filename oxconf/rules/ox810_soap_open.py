"""OX810: strangers reach the provisioning interface."""

import re
from collections.abc import Iterator
from posixpath import normpath

from oxconf.artifacts.proxy_ajp import Access, ProxyAjp
from oxconf.evidence import Evidence, Located, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import under
from oxconf.syntax import apache

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
        document = apache.parse(web.host.files[web.path].text)
        if not any(_passed(document, path) for path in PLAIN):
            continue
        reached = [(path, line) for path in SPELLINGS if (line := _passed(document, path))]
        opened = [(path, line) for path, line in reached if not _closed(web.artifact, document, path)]
        if opened:
            path, line = opened[0]
            yield RULE.finding(
                f"{web.host.name} lets strangers call the provisioning interface, as {path}{_more(len(opened))}",
                *dict.fromkeys(_section(web, document, path)),
                web.at(line),
            )


def _more(number: int) -> str:
    return f" and in {number - 1} more spelling{'s' if number > 2 else ''}" if number > 1 else ""


def _passed(document: apache.Document, path: str) -> int | None:
    """Return the line of the ProxyPass that takes the path, None when none does or it is kept back with `!`."""
    for node, around in document.find("ProxyPass"):
        if any(section.name.lower() == "proxy" for section in around):
            continue
        location = next((s.args[:1] for s in reversed(around) if s.name.lower() == "location"), ())
        args = (*location, *node.args)
        if len(args) < 2 or not under(args[0], _seen(document, path, args)):
            continue
        return None if args[1] == "!" else node.line
    return None


def _seen(document: apache.Document, path: str, args: tuple[str, ...]) -> str:
    """Return the path as httpd compares it: mapping=servlet makes it read the path as the container does."""
    return _as_container(path) if "mapping=servlet" in (arg.lower() for arg in args[2:]) else path


def _as_container(path: str) -> str:
    return normpath(re.sub(r";[^/]*", "", path))


def _closed(web: ProxyAjp, document: apache.Document, path: str) -> bool:
    """Whether a stranger is kept out: by the last Require that fits, or by the access rules of httpd 2.2."""
    seen = path
    for node, _ in document.find("ProxyPass"):
        if any(arg.lower() == "mapping=servlet" for arg in node.args[2:]):
            seen = _as_container(path)
    closed = False
    for access in web.accesses:
        if not access.fits(seen):
            continue
        section = _of(document, access)
        if section is None:
            continue
        names = {node.name.lower() for node in section.children}
        if access.require:
            closed = not any(_is_open(words) for words in access.require)
        elif any(name.startswith("require") for name in names):
            # A container such as <RequireAll>; what it adds up to is not judged.
            closed = True
        denied = any(
            node.name.lower() == "deny" and [arg.lower() for arg in node.args[:2]] == ["from", "all"]
            for node in section.children
        )
        closed = closed or (denied and "order" in names)
    return closed


def _is_open(words: tuple[str, ...]) -> bool:
    return words[:2] == ("all", "granted") or (
        words[0] == "ip" and any(word.endswith("/0") for word in words)
    )


def _of(document: apache.Document, access: Access) -> apache.Section | None:
    for name in ("Location", "LocationMatch"):
        for section, _ in document.find(name):
            if isinstance(section, apache.Section) and section.line == access.line:
                return section
    return None


def _section(web: Located[ProxyAjp], document: apache.Document, path: str) -> Iterator[Place]:
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
