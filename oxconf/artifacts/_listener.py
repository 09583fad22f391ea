"""What a HAProxy listens on, and the servers behind it."""

from attrs import field, frozen

from oxconf.artifacts._time import Milliseconds

Words = tuple[str, ...]


@frozen(kw_only=True)
class Timeouts:
    """After which silence HAProxy gives up; None where the file does not say."""

    connect: Milliseconds | None = None
    client: Milliseconds | None = None
    server: Milliseconds | None = None
    check: Milliseconds | None = None


@frozen(kw_only=True)
class HealthCheck:
    """How a listener's servers are asked: what follows `option`, and `http-check` or `tcp-check` lines."""

    option: Words
    steps: tuple[Words, ...] = ()
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Server:
    """One server of a listener, with what `default-server` lines give it as well."""

    name: str
    address: str
    port: int | None = None
    check: bool = False
    check_port: int | None = None
    inter: Milliseconds | None = None
    fastinter: Milliseconds | None = None
    downinter: Milliseconds | None = None
    rise: int | None = None
    fall: int | None = None
    weight: int | None = None
    backup: bool = False
    disabled: bool = False
    on_marked_down: str | None = None
    on_marked_up: str | None = None
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Listener:
    """A port that HAProxy listens on, and the servers behind it, with what `defaults` gives it as well.

    `port` is None where it is not one number: a range, or a variable of the environment.
    """

    name: str
    address: str
    port: int | None
    mode: str | None = None
    balance: Words = ()
    all_backups: bool = False
    """Whether all backups get connections at the same time when no other server is up."""
    timeouts: Timeouts = Timeouts()
    health: HealthCheck | None = None
    servers: tuple[Server, ...] = ()
    line: int = field(default=0, eq=False)
