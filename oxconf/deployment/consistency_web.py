"""What must hold in front of the web servers, and between OX and the mail system."""

from collections.abc import Iterator

from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, quoted
from oxconf.deployment.model import Deployment, Role, WebAccess

IMAP_PORT = 143
IMAPS_PORT = 993
"""RFC 8314: TLS begins with the connection on this port, and never with it on the other."""

WIDEST_BALANCERS = 8
"""Shortest prefix that is believed to hold balancers alone."""

AT_ACCESS: Path = ("web", "access")
AT_BALANCERS: Path = ("web", "balancers")
ROLES: Path = ("hosts", "*", "roles")


def web_mistakes(deployment: Deployment) -> Iterator[Mistake]:
    """Yield what does not fit together in [web], [soap] and [mail]."""
    yield from _floating(deployment)
    yield from _https(deployment)
    yield from _balancers(deployment)
    yield from _soap(deployment)
    yield from _mail(deployment)


def _floating(deployment: Deployment) -> Iterator[Mistake]:
    web = deployment.web
    if web.access is WebAccess.KEEPALIVED:
        if web.address is None:
            yield Mistake(
                ("web", "address"), "keepalived needs a floating address", "add web.address", (AT_ACCESS,)
            )
        if not deployment.with_role(Role.BALANCER):
            yield Mistake(
                ("hosts",),
                'no host has the role "balancer": somebody must hold the web address',
                'add it to the web servers, or set web.access = "none"',
                (AT_ACCESS,),
                rests_on=(AT_ACCESS, ROLES),
            )
    for index, host in enumerate(deployment.hosts):
        at_roles: Path = ("hosts", index, "roles")
        if host.has(Role.BALANCER) and not host.has(Role.WEB):
            yield Mistake(
                at_roles,
                "a balancer without the role web is not yet offered",
                "give it the role web as well",
            )
        if host.has(Role.BALANCER) and web.access is not WebAccess.KEEPALIVED:
            nothing = "there is nothing to balance"
            external = "the balancer is none of these hosts"
            yield Mistake(
                at_roles,
                f'web.access is "{web.access.value}", so '
                f"{external if web.access is WebAccess.EXTERNAL else nothing}",
                "drop the role balancer, or take web.access keepalived",
                (AT_ACCESS,),
            )


def _https(deployment: Deployment) -> Iterator[Mistake]:
    web = deployment.web
    files = {"certificate": web.certificate, "certificate_key": web.certificate_key}
    if None in files.values():
        for key, other in (("certificate", "certificate_key"), ("certificate_key", "certificate")):
            if files[key] is not None:
                yield Mistake(
                    ("web", key),
                    f"a certificate needs its key, and web.{other} is missing",
                    f"add web.{other}, or leave web.{key} out for plain HTTP",
                    rests_on=(("web", key), ("web", other)),
                )
    elif web.name is None:
        yield Mistake(
            ("web", "certificate"),
            "web.name is missing: plain HTTP redirects to the name that the certificate has",
            'add the name that users type, like name = "mail.example.com"',
            rests_on=(("web", "certificate"), ("web", "name")),
        )


def _balancers(deployment: Deployment) -> Iterator[Mistake]:
    web = deployment.web
    if web.balancers is None:
        return
    if not web.balancers:
        yield Mistake(
            AT_BALANCERS, "web.balancers names nobody", "leave it out where no X-Forwarded-For is sent"
        )
    if web.access is not WebAccess.EXTERNAL:
        yield Mistake(
            AT_BALANCERS,
            f'web.access is "{web.access.value}", so nobody in front speaks for others',
            'leave web.balancers out, or set web.access = "external"',
            (AT_ACCESS,),
            rests_on=(AT_BALANCERS, AT_ACCESS),
        )
    for index, network in enumerate(web.balancers):
        path: Path = (*AT_BALANCERS, index)
        if network in web.balancers[:index]:
            yield Mistake(path, f"{_short(network)} is there twice", "drop one", rests_on=(AT_BALANCERS,))
            continue
        if network.prefixlen < WIDEST_BALANCERS:
            yield Mistake(
                path,
                f"{network} is too many to trust: each of them may say in X-Forwarded-For who it is",
                "name the balancer's own addresses",
                rests_on=(AT_BALANCERS,),
            )
            continue
        inside = next((host for host in deployment.hosts if host.address in network), None)
        if inside is not None:
            yield Mistake(
                path,
                f"host {quoted(inside.name)} is in {_short(network)}, and it is no balancer: whoever is in there may "
                "say in X-Forwarded-For that it is 127.0.0.1",
                "name the balancer's own addresses",
                (("hosts",),),
                rests_on=(AT_BALANCERS, ("hosts", "*", "address")),
            )
        for caller in deployment.soap.allow:
            if caller.overlaps(network):
                yield Mistake(
                    path,
                    f"soap.allow has {_short(caller)}: whatever the balancer sends without X-Forwarded-For could "
                    "call SOAP",
                    "name in soap.allow those that call, and not the balancer",
                    (("soap", "allow"),),
                    rests_on=(AT_BALANCERS, ("soap", "allow")),
                )


def _short(network: object) -> str:
    return str(network).removesuffix("/32")


def _soap(deployment: Deployment) -> Iterator[Mistake]:
    if not deployment.soap.allow:
        yield Mistake(
            ("soap", "allow"),
            "soap.allow names nobody",
            'to let only the web servers call, write ["127.0.0.1"]',
        )


def _mail(deployment: Deployment) -> Iterator[Mistake]:
    mail = deployment.mail
    if mail.imap_port == (IMAP_PORT if mail.imap_secure else IMAPS_PORT):
        how = "true" if mail.imap_secure else "false"
        begins = "begins with plain text" if mail.imap_secure else "begins with TLS"
        yield Mistake(
            ("mail", "imap_port"),
            f"IMAP on port {mail.imap_port} {begins}, and mail.imap_secure is {how}",
            f"leave imap_port out, or set imap_secure = {'false' if mail.imap_secure else 'true'}",
            (("mail", "imap_secure"),),
            rests_on=(("mail", "imap_port"), ("mail", "imap_secure")),
        )
