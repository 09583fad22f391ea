"""The parts of Apache's balancers: nodes, balancers, paths that are passed on, and who may ask for what."""

import re

from attrs import field, frozen

from oxconf.artifacts._time import Milliseconds

Words = tuple[str, ...]


@frozen(kw_only=True)
class BalancerMember:
    """One node of a balancer. What is None is not written, and httpd's default holds."""

    scheme: str = "ajp"
    host: str
    port: int | None = None
    route: str | None = None
    load_factor: int | None = None
    connection_timeout: Milliseconds | None = None
    ping: Milliseconds | None = None
    timeout: Milliseconds | None = None
    retry: Milliseconds | None = None
    smax: int | None = None
    ttl: Milliseconds | None = None
    line: int = field(default=0, eq=False)

    @property
    def url(self) -> str:
        """The node as a BalancerMember names it."""
        return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")


@frozen(kw_only=True)
class Balancer:
    """One `<Proxy balancer://name>` section."""

    name: str
    members: tuple[BalancerMember, ...] = ()
    method: str | None = None
    sticky_session: str | None = None
    """Name of the cookie, and behind `|` that of the path parameter, which hold the session."""
    scolonpathdelim: bool = False
    """Whether that parameter stands behind a semicolon, as servlet containers write it."""
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class ProxyPass:
    """One path that is passed on; of several that fit, the first in the file wins."""

    path: str
    target: str
    mapping: str | None = None
    """`servlet` makes httpd compare a request's path as a servlet container reads it."""
    line: int = field(default=0, eq=False)

    @property
    def balancer(self) -> str | None:
        """Name of the balancer that the target begins with, if it does."""
        match = re.match(r"balancer://([^/]+)", self.target, re.IGNORECASE)
        return match[1] if match else None


@frozen(kw_only=True)
class Access:
    """Who may ask for the paths of one `<Location>` or `<LocationMatch>`: the words of each `Require`.

    Of a container such as `<RequireAll>` its name alone is known.
    """

    pattern: str
    regex: bool = False
    require: tuple[Words, ...] = ()
    denied: bool = False
    """Whether `Order` and `Deny from all`, the access rules of httpd 2.2, keep everybody out. It is not written."""
    line: int = field(default=0, eq=False)

    def fits(self, path: str) -> bool:
        """Whether the section is about this path. A pattern that Python can not read fits nothing."""
        if not self.regex:
            return path == self.pattern or path.startswith(self.pattern.rstrip("/") + "/")
        try:
            return re.search(self.pattern, path) is not None
        except re.error:
            return False
