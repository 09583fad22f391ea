"""`proxy_ajp.conf`: how the Apache of a web server spreads users over the OX nodes, and who may call SOAP."""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from typing import Any, ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._balancer import Access, Balancer, BalancerMember, ProxyPass, Words
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.artifacts._time import SECOND, Milliseconds
from oxconf.deployment import span
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Mark, Origin, ours
from oxconf.deployment.topology import composed, soap_hosts
from oxconf.syntax import apache
from oxconf.syntax._base import Problem

__all__ = ["Access", "Balancer", "BalancerMember", "ProxyAjp", "ProxyPass"]

MODULES = (
    *("proxy", "proxy_ajp", "proxy_balancer", "lbmethod_byrequests", "slotmem_shm"),
    *("headers", "expires", "deflate"),
)
"""The tutorial's modules, lbmethod_byrequests, without which Apache 2.4 ends at its start, and slotmem_shm, which
Debian's a2enmod enables together with proxy_balancer."""

USERS, DEVICES, SOAP = "oxcluster", "oxcluster_eas", "oxprovisioning"
"""Names of the balancers; the first is the tutorial's."""

PATHS = {
    "/servlet/axis2/services": SOAP,
    "/webservices": SOAP,
    "/ajax": USERS,
    "/servlet": USERS,
    "/infostore": USERS,
    "/publications": USERS,
    "/Microsoft-Server-ActiveSync": DEVICES,
    "/usm-json": DEVICES,
}
"""What is passed on, and to which balancer, in this order: the first path that fits wins."""

SOAP_PERHAPS = r"(?i)^/(servlet(;[^/]*)?/axis2|webservices)"
SOAP_PLAINLY = "^/(servlet/axis2/services|webservices)(/|$)"
STEP_WITH_PARAMETERS = r"/\.{0,2};"

TIMEOUTS = {
    USERS: Milliseconds(100 * SECOND),
    DEVICES: Milliseconds(1900 * SECOND),
    SOAP: Milliseconds(600 * SECOND),
}
"""How long a node may think."""
TIMEOUT_ORIGINS = {
    DEVICES: Origin(
        Mark.SOURCE, "proxy_http.conf as shipped: a request stays open until there is something to push"
    ),
    SOAP: ours("creating a database schema takes minutes"),
}
PASS_ORIGINS = {
    DEVICES: ours("a balancer of their own: their requests stay open longer than those of users may"),
    SOAP: ours(
        "provisioning goes to the provisioning nodes, and stands above /servlet: the first that fits wins"
    ),
}


@frozen(kw_only=True)
class ProxyAjp(ParsedArtifact):
    """The balancers of a web server; its own files (the user interface) are not passed on."""

    kind: ClassVar[str] = "proxy-ajp"
    path: ClassVar[str] = "/etc/apache2/conf-available/proxy_ajp.conf"
    title: ClassVar[str] = "Balancers in front of the Open-Xchange nodes, and the paths that lead to them."

    proxy_requests: bool = False
    """Whether httpd is an open proxy as well; only False is right."""
    balancers: tuple[Balancer, ...] = ()
    passes: tuple[ProxyPass, ...] = ()
    accesses: tuple[Access, ...] = ()
    cookies: tuple[str, ...] = ()
    """What `Header` directives set as Set-Cookie. They are not written."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of a web server."""
        if not host.has(Role.WEB):
            return None
        users = deployment.with_role(Role.GROUPWARE)
        return cls(
            balancers=(
                _balancer(deployment, USERS, users, sticky=True),
                _balancer(deployment, DEVICES, users, sticky=True),
                _balancer(deployment, SOAP, soap_hosts(deployment), sticky=False),
            ),
            passes=tuple(
                ProxyPass(path=path, target=f"balancer://{name}{path}") for path, name in PATHS.items()
            ),
            accesses=(
                Access(pattern=SOAP_PERHAPS, regex=True, require=(("all", "denied"),)),
                Access(pattern=SOAP_PLAINLY, regex=True, require=(_callers(deployment.soap.allow),)),
                Access(pattern=STEP_WITH_PARAMETERS, regex=True, require=(("all", "denied"),)),
            ),
            origins=dict(_origins(deployment)),
        )

    def required(self, path: str) -> tuple[Words, ...]:
        """Return who may ask for a path, as httpd decides: the last section with a Require that fits."""
        fitting = [access.require for access in self.accesses if access.require and access.fits(path)]
        return fitting[-1] if fitting else ()

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import proxy_ajp

        return proxy_ajp.REFERENCE

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            "proxy_ajp",
            apache.quote,
            artifact=self,
            member_words=lambda member: (member.url, *_parameters(member, _MEMBER)),
            set_words=lambda balancer: tuple(_parameters(balancer, _BALANCER)),
            soap_perhaps=SOAP_PERHAPS,
            step_with_parameters=STEP_WITH_PARAMETERS,
        )

    def enables(self) -> tuple[Enable, ...]:
        """Return the modules and the file itself."""
        return (
            *(Enable(Switch.APACHE_MODULE, name) for name in MODULES),
            Enable(Switch.APACHE_CONF, "proxy_ajp"),
        )

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any httpd configuration; directives of other modules are left aside."""
        document = apache.parse(text)
        reader = _Reader(list(document.problems))
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for node, _ in document.find("ProxyRequests"):
            if isinstance(node, apache.Directive) and node.args:
                values["proxy_requests"] = node.args[0].lower() == "on"
                lines["proxy_requests"] = node.line
        values["balancers"] = tuple(reader.balancers(document))
        values["cookies"] = tuple(
            node.args[at + 1]
            for node, _ in document.find("Header")
            for at, arg in enumerate(node.args[:-1])
            if arg.lower() == "set-cookie"
        )
        values["passes"] = tuple(reader.passes(document))
        values["accesses"] = tuple(reader.accesses(document))
        lines |= {name: values[name][0].line for name in ("balancers", "passes", "accesses") if values[name]}
        return cls(lines=lines, **values), tuple(reader.problems)


def _balancer(deployment: Deployment, name: str, nodes: tuple[Host, ...], *, sticky: bool) -> Balancer:
    # OURS, measured with Apache 2.4 on one network: a host that swallows packets costs a request 2 s, a node that hangs
    # 4 s; without connectiontimeout and ping both cost the whole timeout.
    dead_after = Milliseconds(span.answer_limit(deployment).value)
    members = tuple(
        BalancerMember(
            host=str(node.address),
            port=deployment.ox.ajp_port,
            route=node.route,
            load_factor=node.load_factor if sticky else None,
            connection_timeout=dead_after,
            ping=dead_after,
            timeout=TIMEOUTS[name],
            retry=Milliseconds(span.retry_after(deployment).value),
            smax=0,
            ttl=Milliseconds(60 * SECOND),
        )
        for node in nodes
    )
    return Balancer(
        name=name,
        members=members,
        method="byrequests",
        sticky_session="JSESSIONID|jsessionid" if sticky else None,
        scolonpathdelim=sticky,
    )


def _origins(deployment: Deployment) -> Iterator[tuple[str, Origin]]:
    """Yield where the nodes, their routes and shares, and the callers of SOAP come from."""
    yield "BalancerMember connectiontimeout", _dead_after(deployment, "a host that swallows packets", 1)
    yield "BalancerMember ping", _dead_after(deployment, "a node that accepts and does not answer", 2)
    yield "BalancerMember retry", span.retry_after(deployment).origin
    port = deployment.origin("ox", "ajp_port")
    for balancer in (USERS, DEVICES, SOAP):
        nodes = soap_hosts(deployment) if balancer == SOAP else deployment.with_role(Role.GROUPWARE)
        for node in nodes:
            where = f"{balancer} {node.address} BalancerMember"
            step = f"{node.name} and the port of its connector"
            yield where, composed(step, deployment.host_origin(node, "address"), port)
            yield f"{where} route", deployment.host_origin(node, "route")
            if node.load_factor is not None:
                yield f"{where} loadfactor", deployment.host_origin(node, "load_factor")
            if balancer in TIMEOUT_ORIGINS:
                yield f"{where} timeout", TIMEOUT_ORIGINS[balancer]
    for path, balancer in PATHS.items():
        if balancer != USERS:
            yield f"{path} ProxyPass", PASS_ORIGINS[balancer]
    yield f"{SOAP_PLAINLY} LocationMatch Require", deployment.origin("soap", "allow")


def _dead_after(deployment: Deployment, what: str, times: int) -> Origin:
    """Return what a limit costs: `times` it when somebody is dead, a session when a living node is slower."""
    measured = "" if span.distance(deployment).lost else "measured: "
    cost = span.shown(times * span.answer_limit(deployment).value)
    without = "without it, as the tutorial has it, the whole timeout (100 s)"
    why = f"{measured}{what} costs a request {cost}; {without}; {span.waited_for(deployment)}"
    return ours(why, span.KEY)


def _callers(networks: tuple[IPv4Network, ...]) -> Words:
    return "ip", *(str(net.network_address if net.prefixlen == 32 else net) for net in networks)


def _switch(text: str) -> bool:
    return text.lower() == "on"


def _load_factor(text: str) -> int | None:
    """Return a whole number; later releases of httpd take 1.5 as well, which is left aside."""
    return None if re.fullmatch(r"[0-9]{1,3}\.[0-9]+", text, re.ASCII) else int(text)


_MEMBER: dict[str, tuple[str, Callable[[str], Any]]] = {
    "route": ("route", str),
    "loadfactor": ("load_factor", _load_factor),
    "connectiontimeout": ("connection_timeout", Milliseconds.apache),
    "ping": ("ping", Milliseconds.apache),
    "timeout": ("timeout", Milliseconds.apache),
    "retry": ("retry", Milliseconds.apache),
    "smax": ("smax", int),
    "ttl": ("ttl", Milliseconds.apache),
}
_BALANCER: dict[str, tuple[str, Callable[[str], Any]]] = {
    "lbmethod": ("method", str),
    "stickysession": ("sticky_session", str),
    "scolonpathdelim": ("scolonpathdelim", _switch),
}
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[^]/]+\]|[^:/]+)(?::(?P<port>[0-9]{1,9}))?(?:/.*)?",
    re.IGNORECASE,
)
_UNIX = re.compile(r"unix:[^|]+\|.+", re.IGNORECASE)


def _parameters(
    part: Balancer | BalancerMember, table: dict[str, tuple[str, Callable[[str], Any]]]
) -> Iterator[str]:
    for key, (name, _) in table.items():
        value = getattr(part, name)
        if isinstance(value, Milliseconds):
            yield f"{key}={value.as_apache()}"
        elif value is True:
            yield f"{key}=On"
        elif value is not None and value is not False:
            yield f"{key}={value}"


@frozen
class _Reader:
    """Takes the values out of httpd's sections; what does not fit becomes a problem."""

    problems: list[Problem]

    def balancers(self, document: apache.Document) -> Iterator[Balancer]:
        outside = [node for name in ("ProxySet", "ProxyPass") for node, _ in document.find(name)]
        for section, _ in document.find("Proxy"):
            name = section.args[0] if isinstance(section, apache.Section) and section.args else ""
            if not isinstance(section, apache.Section) or not name.lower().startswith("balancer://"):
                continue
            name = name[len("balancer://") :].rstrip("/")
            values: dict[str, Any] = {}
            for node in outside:
                if any(arg.partition("://")[2].split("/")[0] == name for arg in node.args):
                    self.parameters(values, _BALANCER, node.args, node)
            members: list[BalancerMember] = []
            for node in section.children:
                if not isinstance(node, apache.Directive) or not node.args:
                    continue
                if node.name.lower() == "balancermember":
                    members.extend(self.member(node))
                elif node.name.lower() == "proxyset":
                    self.parameters(values, _BALANCER, node.args, node)
            yield Balancer(
                name=name,
                members=tuple(members),
                line=section.line,
                **values,
            )

    def member(self, node: apache.Directive) -> Iterator[BalancerMember]:
        match = _URL.fullmatch(node.args[0])
        if match is None and ("${" in node.args[0] or _UNIX.fullmatch(node.args[0])):
            return
        if match is None:
            self.problems.append(
                Problem(node.line, f'BalancerMember: "{node.args[0]}" is not scheme://host:port')
            )
            return
        values: dict[str, Any] = {}
        self.parameters(values, _MEMBER, node.args[1:], node)
        port = None if match["port"] is None else int(match["port"])
        yield BalancerMember(
            scheme=match["scheme"].lower(), host=match["host"], port=port, line=node.line, **values
        )

    def parameters(
        self,
        values: dict[str, Any],
        table: dict[str, tuple[str, Callable[[str], Any]]],
        args: Words,
        node: apache.Directive | apache.Section,
    ) -> None:
        for arg in args:
            key, _, text = arg.partition("=")
            if key.lower() not in table or "${" in text:
                continue
            name, convert = table[key.lower()]
            try:
                values[name] = convert(text)
            except ValueError:
                self.problems.append(Problem(node.line, f'{key}: "{text}" does not fit'))

    def passes(self, document: apache.Document) -> Iterator[ProxyPass]:
        for node, around in document.find("ProxyPass"):
            if not isinstance(node, apache.Directive):
                continue
            section = next(
                (outer for outer in reversed(around) if outer.name.lower() in ("location", "proxy")), None
            )
            args = node.args if section is None else (*section.args[:1], *node.args)
            if section is not None and section.name.lower() == "proxy":
                self.problems.append(
                    Problem(
                        node.line,
                        f"ProxyPass inside <Proxy {args[0]}> passes nothing on: httpd accepts it, and each "
                        f"request is answered 404; write ProxyPass {' '.join(args[:2])} outside",
                    )
                )
            elif len(args) > 1:
                mapping = [arg[len("mapping=") :] for arg in args[2:] if arg.lower().startswith("mapping=")]
                yield ProxyPass(
                    path=args[0], target=args[1], mapping=mapping[-1] if mapping else None, line=node.line
                )

    def accesses(self, document: apache.Document) -> Iterator[Access]:
        # httpd applies both kinds in the order of the file.
        found = [*document.find("Location"), *document.find("LocationMatch")]
        sections = [section for section, _ in found if isinstance(section, apache.Section) and section.args]
        for section in sorted(sections, key=lambda section: section.line):
            yield Access(
                pattern=section.args[-1],
                regex=section.name.lower() == "locationmatch" or section.args[0] == "~",
                require=tuple(_require(section)),
                denied=_is_denied(section),
                line=section.line,
            )


def _require(section: apache.Section) -> Iterator[Words]:
    for node in section.children:
        if isinstance(node, apache.Section) and node.name.lower().startswith("require"):
            yield (node.name,)
        elif node.name.lower() == "require" and node.args:
            yield node.args


def _is_denied(section: apache.Section) -> bool:
    said = [(node.name.lower(), *(arg.lower() for arg in node.args[:2])) for node in section.children]
    return ("deny", "from", "all") in said and any(name == "order" for name, *_ in said)
