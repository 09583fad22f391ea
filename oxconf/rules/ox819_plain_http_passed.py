"""OX819: beside HTTPS, a web server hands OX paths on by plain HTTP as well."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.https_site import HttpsSite, Site
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity

_FOLDERS = ("/etc/apache2/sites-enabled/", "/etc/apache2/sites-available/")


@frozen
class _Found:
    site: Site
    place: Place


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the sites of each web server that has both kinds, and hands anything on for all of them."""
    for web in evidence.find(ProxyAjp):
        passes = [each for each in web.artifact.passes if each.target != "!"]
        found = list(_sites(web.host))
        secure = next((each for each in found if each.site.tls), None)
        if not passes or secure is None:
            continue
        for each in found:
            site = each.site
            if site.tls or not site.passes or site.rewrites or _is_local(site.address):
                continue
            path = passes[0].path
            leads = (
                f"leads to {site.redirect}, but {path} is" if site.redirect else f"has {path} and the rest"
            )
            yield RULE.finding(
                f"{web.host.name} has HTTPS, and its site {site.address} {leads} handed on to OX by plain HTTP",
                each.place,
                web.at(passes[0].line),
                secure.place,
            )


def _sites(host: HostEvidence) -> Iterator[_Found]:
    """Yield the sites that are enabled, or all where nobody told which these are."""
    enabled, available = ([path for path in host.files if path.startswith(folder)] for folder in _FOLDERS)
    for path in enabled or available:
        artifact, _ = host.document(HttpsSite.read, path)
        for site in artifact.sites:
            yield _Found(site, Place(host.name, path, site.line))


def _is_local(address: str) -> bool:
    return address.startswith(("127.", "localhost", "[::1]"))


RULE = Rule(
    code="OX819",
    name="plain-http-passed",
    severity=Severity.WARNING,
    title="Beside HTTPS, OX is reached by plain HTTP as well",
    why=(
        "Who types the name without https:// sends the password readable through every network on the way, and sees no "
        "difference. A Redirect alone does not help: a ProxyPass that stands outside the site holds in it and comes "
        "first, so / leads to HTTPS and the login does not."
    ),
    remedy=(
        'In the site of port 80, write <Location "/">, ProxyPass ! and </Location> beside Redirect permanent / '
        "https://NAME/; a RewriteRule that leads everything to https does as well."
    ),
    source="measured with Apache 2.4; the tutorial recommends to redirect all plain HTTP connections",
    daemons="apache2 -t: Syntax OK; / answers 301, and /ajax is handed on.",
    check=check,
)
