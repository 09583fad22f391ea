"""`ajp.properties`: how an OX node answers the web servers, and the route that its sessions carry."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import INTEGER, TEXT, UPPER_TRUE_FALSE
from oxconf.artifacts._keyvalue import PropertiesArtifact, setting
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Mark

_SHIPPED = "ajp.properties as shipped"


@frozen(kw_only=True)
class AjpProperties(PropertiesArtifact):
    """The AJP connector of the groupware process."""

    kind: ClassVar[str] = "ajp-properties"
    path: ClassVar[str] = "/opt/open-xchange/etc/groupware/ajp.properties"
    title: ClassVar[str] = "AJP connector of the groupware process."
    mode: ClassVar[int] = 0o640
    group: ClassVar[str] = "open-xchange"

    port: int | None = setting(
        "AJP_PORT",
        INTEGER,
        "Port of the connector; the BalancerMember of this node names it.",
        Mark.TUTORIAL,
        minimum=1,
        maximum=65535,
        fixed=True,
    )
    jvm_route: str | None = setting(
        "AJP_JVM_ROUTE",
        TEXT,
        "Suffix of every session id of this node; web servers send a session to the member with this route.",
        Mark.TUTORIAL,
        "equals the route of this node's BalancerMember on every web server",
        noted=True,
        fixed=True,
    )
    bind_address: str | None = setting(
        "AJP_BIND_ADDR",
        TEXT,
        "Address to listen on; `*` is every address, and AJP has no password.",
        Mark.OURS,
        "the internal address only; the tutorial's * opens AJP, which has no password, on every network",
        noted=True,
    )
    servlet_pool_size: int | None = setting(
        "SERVLET_POOL_SIZE",
        INTEGER,
        "Instances of each servlet that are kept.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
    )
    server_threads: int | None = setting(
        "AJP_SERVER_THREAD_SIZE",
        INTEGER,
        "Threads that accept connections.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
    )
    listener_pool_size: int | None = setting(
        "AJP_LISTENER_POOL_SIZE",
        INTEGER,
        "Listeners that wait for requests.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
    )
    listener_read_timeout: int | None = setting(
        "AJP_LISTENER_READ_TIMEOUT",
        INTEGER,
        "How long a listener waits for the first bytes; 0 is for ever.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=0,
    )
    mod_jk: bool | None = setting(
        "AJP_MOD_JK",
        UPPER_TRUE_FALSE,
        "The web server keeps its connections open, as mod_jk and mod_proxy_ajp do.",
        Mark.SOURCE,
        _SHIPPED,
    )
    max_sockets: int | None = setting(
        "AJP_MAX_NUM_OF_SOCKETS",
        INTEGER,
        "Connections from the web servers; counts only where AJP_MOD_JK is FALSE.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
    )
    connection_pool: bool | None = setting(
        "AJP_CONNECTION_POOL", UPPER_TRUE_FALSE, "Reuses connection objects.", Mark.SOURCE, _SHIPPED
    )
    connection_pool_size: int | None = setting(
        "AJP_CONNECTION_POOL_SIZE",
        INTEGER,
        "Connection objects that are kept.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
    )
    request_handler_pool: bool | None = setting(
        "AJP_REQUEST_HANDLER_POOL", UPPER_TRUE_FALSE, "Reuses request handlers.", Mark.SOURCE, _SHIPPED
    )
    request_handler_pool_size: int | None = setting(
        "AJP_REQUEST_HANDLER_POOL_SIZE",
        INTEGER,
        "Request handlers that are kept.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
    )
    watcher_enabled: bool | None = setting(
        "AJP_WATCHER_ENABLED", UPPER_TRUE_FALSE, "Logs requests that run for long.", Mark.SOURCE, _SHIPPED
    )
    watcher_permission: bool | None = setting(
        "AJP_WATCHER_PERMISSION",
        UPPER_TRUE_FALSE,
        "Lets the watcher stop and start the connector again.",
        Mark.SOURCE,
        _SHIPPED,
    )
    watcher_max_running_time: int | None = setting(
        "AJP_WATCHER_MAX_RUNNING_TIME",
        INTEGER,
        "From when on the watcher logs a request.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    watcher_frequency: int | None = setting(
        "AJP_WATCHER_FREQUENCY",
        INTEGER,
        "How often the watcher looks.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    check_magic_bytes_strict: bool | None = setting(
        "AJP_CHECK_MAGIC_BYTES_STRICT", UPPER_TRUE_FALSE, "Refuses what is not AJP.", Mark.SOURCE, _SHIPPED
    )
    servlet_config_dir: str | None = setting(
        "AJP_SERVLET_CONFIG_DIR",
        TEXT,
        "Folder of the servlets' own properties; `null` is servletConfig beside this file.",
        Mark.SOURCE,
        _SHIPPED,
    )
    log_forward_request: bool | None = setting(
        "AJP_LOG_FORWARD_REQUEST",
        UPPER_TRUE_FALSE,
        "Logs the bytes of requests that fail. Later releases ship it, earlier ones do not look at it.",
        Mark.SOURCE,
        _SHIPPED,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the connector of an OX host."""
        if not host.runs_ox:
            return None
        # The file replaces the shipped one, so it holds all of its keys.
        return cls(
            port=deployment.ox.ajp_port,
            jvm_route=host.route,
            bind_address=str(host.address),
            servlet_pool_size=100,
            server_threads=1,
            listener_pool_size=100,
            listener_read_timeout=0,
            mod_jk=True,
            max_sockets=150,
            connection_pool=True,
            connection_pool_size=100,
            request_handler_pool=True,
            request_handler_pool_size=100,
            watcher_enabled=True,
            watcher_permission=False,
            watcher_max_running_time=60_000,
            watcher_frequency=30_000,
            check_magic_bytes_strict=True,
            servlet_config_dir="null",
            log_forward_request=False,
            origins={
                "port": deployment.origin("ox", "ajp_port"),
                "jvm_route": deployment.host_origin(host, "route"),
                "bind_address": cls.declared("bind_address", deployment.path(host, "address")),
            },
        )
