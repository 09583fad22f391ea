"""A cluster, typed. Every class is frozen; every field says in its metadata what a reader of the reference asks.

The classes hold no defaults: every default is a line of a tier file in `tiers/`, marked with where it comes from.
Fields that may be absent are `... | None`; what absence means is part of their text.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network

from attrs import field, frozen

from oxconf.deployment.beside import FOLDER, FOLDER_SHAPE, Backup, Firewall, Munin
from oxconf.deployment.database import (
    Database,
    DatabaseAccess,
    Flavour,
    Mode,
    Pool,
    ReadPolicy,
    Tuning,
)
from oxconf.deployment.key import key
from oxconf.deployment.locate import Path
from oxconf.deployment.origin import Origin
from oxconf.deployment.secrets import NAME, NAME_SHAPE, Secret

__all__ = [
    "Authentication",
    "Backup",
    "Database",
    "DatabaseAccess",
    "Deployment",
    "Filestore",
    "Firewall",
    "Flavour",
    "Host",
    "LoginType",
    "Mail",
    "Mode",
    "Munin",
    "Network",
    "NetworkManager",
    "Ox",
    "Pool",
    "ReadPolicy",
    "Role",
    "SecretNames",
    "Soap",
    "Span",
    "System",
    "Tuning",
    "Web",
    "WebAccess",
]


class WebAccess(Enum):
    """What stands in front of the web servers."""

    KEEPALIVED = "keepalived"
    EXTERNAL = "external"
    NONE = "none"


class NetworkManager(Enum):
    """Who configures the interfaces of the hosts."""

    IFUPDOWN = "ifupdown"
    OTHER = "other"


class Span(Enum):
    """How far apart the hosts stand; `span.py` says what follows from it."""

    LAN = "lan"
    METRO = "metro"
    WAN = "wan"


class System(Enum):
    """The distribution that the hosts run."""

    DEBIAN = "debian"
    UBUNTU = "ubuntu"


class Role(Enum):
    """What a host does. Roles combine on one host."""

    GROUPWARE = "groupware"
    PROVISIONING = "provisioning"
    DATABASE = "database"
    WEB = "web"
    BALANCER = "balancer"
    FILESTORE = "filestore"
    ARBITRATOR = "arbitrator"
    DIRECTOR = "director"
    MAXSCALE = "maxscale"


class LoginType(Enum):
    """Whose mail server and login name OX uses (oxinstaller --imaplogintype)."""

    USER = "user"
    GLOBAL = "global"


class Authentication(Enum):
    """Who knows the users' passwords (which open-xchange-authentication package is installed)."""

    DATABASE = "database"
    IMAP = "imap"


LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
BYTE = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
HOSTNAME = rf"({BYTE}\.){{3}}{BYTE}|(?=.{{1,253}}\Z)(?![0-9.]*\Z){LABEL}(\.{LABEL})*"
HOSTNAME_SHAPE = "a host name or an IPv4 address"
# Digits alone are an address to a resolver.
HOST = r"(?![0-9]*\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST_SHAPE = "lower-case letters, digits and hyphens inside, at least one letter, at most 63 characters"
# Galera takes 32 characters of a cluster's name.
CLUSTER = r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
CLUSTER_SHAPE = "lower-case letters, digits and hyphens inside, at most 32 characters"


@frozen(kw_only=True)
class Host:
    """One machine."""

    name: str = key("Host name, without a domain.", pattern=HOST, shape=HOST_SHAPE, example='"ox1"')
    address: IPv4Address = key("Address of the host on the cluster's network.")
    roles: tuple[Role, ...] = key("What the host does; roles combine.", example='["groupware"]')
    memory: int = key("Main memory of the host.", unit="bytes", minimum=1 << 30, maximum=1 << 44)
    cores: int = key("Processor cores of the host.", minimum=1, maximum=1024, example="8")
    route: str | None = key(
        "Session route of an OX node, also its jkroute; OX1, OX2, ... in the order of the hosts when absent.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}",
        shape="letters, digits, hyphens and underscores, a letter or digit first, at most 32 characters",
        example='"OX1"',
    )
    load_factor: int | None = key(
        "Share of new sessions that this OX node gets, beside the others'; 50 when absent.",
        minimum=1,
        maximum=100,
    )

    def has(self, *roles: Role) -> bool:
        """Whether the host has one of these roles."""
        return any(role in self.roles for role in roles)

    @property
    def runs_ox(self) -> bool:
        """Whether Open-Xchange runs here, for users or for provisioning."""
        return self.has(Role.GROUPWARE, Role.PROVISIONING)


@frozen(kw_only=True)
class Network:
    """The network that all hosts of the cluster share."""

    cidr: IPv4Network = key("The cluster's network.")
    interface: str = key(
        "Interface of every host on it.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}",
        shape="a name as ip shows it, of at most 15 characters, without the part behind @ or :",
        example='"eth0"',
    )
    managed_by: NetworkManager = key("Who configures the interfaces: ifupdown, or something else.")
    multicast_group: IPv4Address = key("Group in which the caches find each other.")
    multicast_port: int = key("UDP port of that group.", minimum=1, maximum=65535)
    virtual_router_id: int = key(
        "First VRRP virtual router id; each floating address takes the next one. Must be free on the network.",
        minimum=1,
        # There are up to three floating addresses, and VRRP's last id is 255.
        maximum=250,
    )
    ssh_port: int = key("Port on which sshd listens on every host.", minimum=1, maximum=65535)
    firewall: Firewall = key(
        "nftables: every host gets a filter made of the port matrix; none: no filter is written."
    )
    span: Span = key(
        "How far apart the hosts stand, by the longest round trip between two of them as ping shows it: lan: one "
        "network, up to 1 ms; metro: buildings of one city, up to 10 ms; wan: up to 100 ms, on lines that may be "
        "silent for half a minute. A wider one waits longer before a host counts as gone."
    )


@frozen(kw_only=True)
class Web:
    """What stands in front of the web servers."""

    access: WebAccess = key(
        "keepalived: a floating address that moves between the hosts with the role balancer; external: a balancer that "
        "is none of these hosts; none: users come to the web servers themselves."
    )
    address: IPv4Address | None = key("The floating address of keepalived.")
    name: str | None = key(
        "Host name that users type, as the certificate has it. Needed beside a certificate.",
        pattern=HOSTNAME,
        shape=HOSTNAME_SHAPE,
        example='"mail.example.com"',
    )
    certificate: str | None = key(
        "File with the certificate and those between it and its root, on every web server. With it, users get HTTPS, "
        "and plain HTTP only redirects there. You put the file there: it is in no archive.",
        pattern=FOLDER,
        shape=FOLDER_SHAPE,
        example='"/etc/ssl/certs/mail.example.com.pem"',
    )
    certificate_key: str | None = key(
        "File with its private key, on every web server; in no archive either.",
        pattern=FOLDER,
        shape=FOLDER_SHAPE,
        example='"/etc/ssl/private/mail.example.com.key"',
    )
    balancers: tuple[IPv4Network, ...] | None = key(
        "Addresses from which the external balancer speaks to the web servers. From these alone X-Forwarded-For is "
        "believed. Absent where the balancer leaves the users' addresses as they are.",
        example='["10.20.30.240", "10.20.30.241"]',
    )


@frozen(kw_only=True)
class Filestore:
    """The shared file storage."""

    path: str = key(
        "Folder that is exported, and the mount point on every OX node.",
        pattern=FOLDER,
        shape=FOLDER_SHAPE,
        example='"/var/opt/filestore"',
    )
    uid: int = key(
        "User id of open-xchange on every host; 0 to 99 belong to the distribution.",
        minimum=100,
        maximum=60_000,
    )
    gid: int = key(
        "Group id of open-xchange on every host; 0 to 99 belong to the distribution.",
        minimum=100,
        maximum=60_000,
    )
    server: str | None = key(
        "Address or name of an NFS server outside the cluster; no host needs the role filestore then.",
        pattern=HOSTNAME,
        shape=HOSTNAME_SHAPE,
        example='"nas.example.com"',
    )


@frozen(kw_only=True)
class Ox:
    """The Open-Xchange server; one name for the whole cluster."""

    server_name: str = key(
        "Name that registerserver gives the cluster.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        shape="letters, digits, dots, hyphens and underscores, a letter or digit first, at most 64 characters",
        example='"oxserver"',
    )
    ajp_port: int = key("Port on which OX nodes answer the web servers.", minimum=1, maximum=65535)


@frozen(kw_only=True)
class Soap:
    """The provisioning interface."""

    allow: tuple[IPv4Network, ...] = key("Networks or addresses that may call it through the web servers.")


@frozen(kw_only=True)
class Mail:
    """The mail system that OX is a client of."""

    imap_server: str = key(
        "Host of IMAP.", pattern=HOSTNAME, shape=HOSTNAME_SHAPE, example='"imap.example.com"'
    )
    smtp_server: str = key(
        "Host of SMTP.", pattern=HOSTNAME, shape=HOSTNAME_SHAPE, example='"smtp.example.com"'
    )
    login_type: LoginType = key("user: server and login of each user; global: one server for all.")
    authentication: Authentication = key(
        "database: OX keeps the users' passwords; imap: whoever can log in to imap_server is let in, and OX keeps none."
    )
    imap_port: int = key(
        "Port of imap_server, where authentication is imap; 993 with imap_secure, else 143 when absent.",
        minimum=1,
        maximum=65535,
    )
    imap_secure: bool = key("Whether TLS begins with the connection, where authentication is imap.")
    full_login: bool = key(
        "Where authentication is imap, whether imap_server gets user@domain, and the domain names the context; "
        "otherwise it gets the user alone, and all are in the one context that has the mapping defaultcontext."
    )


@frozen(kw_only=True)
class SecretNames:
    """Under which name each secret is looked up in the secrets file and in the environment."""

    configdb: str = key("Database user openexchange.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"')
    master: str = key(
        "OX administrator oxadminmaster.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"'
    )
    sst: str = key("Galera state transfer.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"')
    clustercheck: str = key(
        "Health check of the database.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"'
    )
    vrrp: str = key(
        "Between the keepalived instances.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"'
    )
    root: str = key("Database user root.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"')
    maintenance: str = key(
        "Database user debian-sys-maint.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"'
    )
    replication: str = key("Database user repl.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"')
    backup: str = key("Database user backup.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"')
    maxscale: str = key("Database user maxscale.", pattern=NAME, shape=NAME_SHAPE, example='"password_1"')


@frozen(kw_only=True)
class Deployment:
    """A whole cluster, complete and consistent: every default is filled in, every cross reference holds."""

    name: str = key(
        "Name of the cluster; file names begin with it.",
        pattern=CLUSTER,
        shape=CLUSTER_SHAPE,
        example='"example"',
    )
    tier: str = key("Tier that gives the defaults.")
    mailboxes: int = key("Number of mailboxes.", minimum=1, maximum=10_000_000)
    os: System = key("Distribution of the hosts.")
    network: Network = key("The network.")
    database: Database = key("The database.")
    web: Web = key("In front of the web servers.")
    filestore: Filestore = key("The file storage.")
    ox: Ox = key("The Open-Xchange server.")
    soap: Soap = key("The provisioning interface.")
    mail: Mail = key("The mail system.")
    backup: Backup = key("The backup of the databases and the files.")
    munin: Munin = key("The monitoring with Munin.")
    secrets: SecretNames = key("Names of the secrets.")
    hosts: tuple[Host, ...] = key("The hosts.")

    passwords: Mapping[str, Secret] = field(factory=dict, eq=False, repr=False)
    origins: Mapping[Path, Origin] = field(factory=dict, eq=False, repr=False)
    source: str = field(default="", eq=False)
    """Name of the file that this was loaded from, for messages."""

    def with_role(self, *roles: Role) -> tuple[Host, ...]:
        """Return the hosts that have one of these roles, in the order of the file."""
        return tuple(host for host in self.hosts if host.has(*roles))

    def host(self, name: str) -> Host:
        """Return the host of that name. Raises KeyError."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)

    def password(self, purpose: str) -> Secret:
        """Return the secret of a purpose, or its placeholder."""
        return self.passwords.get(purpose) or Secret(purpose)

    def origin(self, *path: str | int) -> Origin:
        """Return why the value at a path is what it is."""
        return self.origins[path]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {host.name: index for index, host in enumerate(self.hosts)}

    def path(self, host: Host, name: str) -> Path:
        """Return the path of a key of a host."""
        return "hosts", self._positions[host.name], name

    def host_origin(self, host: Host, name: str) -> Origin:
        """Return why a key of a host is what it is."""
        return self.origins[self.path(host, name)]
