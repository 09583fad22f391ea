"""`imapauth.properties`: whom the plugin asks that lets users in with the password of their mailbox."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import INTEGER, TEXT, TRUE_FALSE
from oxconf.artifacts._keyvalue import PropertiesArtifact, setting
from oxconf.deployment.model import Authentication, Deployment, Host
from oxconf.deployment.origin import Mark

_SHIPPED = "imapauth.properties as shipped"


@frozen(kw_only=True)
class ImapAuthProperties(PropertiesArtifact):
    """The IMAP authentication of the package open-xchange-authentication-imap.

    It takes the place of open-xchange-authentication-database, with which it can not be installed together.
    """

    kind: ClassVar[str] = "imapauth-properties"
    path: ClassVar[str] = "/opt/open-xchange/etc/groupware/imapauth.properties"
    title: ClassVar[str] = "IMAP server that says whether a user's password is right."
    mode: ClassVar[int] = 0o640
    group: ClassVar[str] = "open-xchange"

    server: str | None = setting(
        "IMAP_SERVER", TEXT, "Host of IMAP.", Mark.SOURCE, _SHIPPED, keys=(("mail", "imap_server"),)
    )
    port: int | None = setting(
        "IMAP_PORT",
        INTEGER,
        "Its port.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=1,
        maximum=65535,
        keys=(("mail", "imap_port"),),
    )
    secure: bool | None = setting(
        "IMAP_USE_SECURE",
        TRUE_FALSE,
        "Whether TLS begins with the connection; any certificate is accepted.",
        Mark.SOURCE,
        _SHIPPED,
        keys=(("mail", "imap_secure"),),
    )
    timeout: int | None = setting(
        "IMAP_TIMEOUT",
        INTEGER,
        "How long an answer may take.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    connection_timeout: int | None = setting(
        "IMAP_CONNECTIONTIMEOUT",
        INTEGER,
        "How long the connection may take.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    full_login: bool | None = setting(
        "USE_FULL_LOGIN_INFO",
        TRUE_FALSE,
        "Whether the server gets user@domain and the domain names the context; else it gets the user alone, and all "
        "are in the context with the mapping defaultcontext.",
        Mark.SOURCE,
        _SHIPPED,
        keys=(("mail", "full_login"),),
    )
    multiple: bool | None = setting(
        "USE_MULTIPLE",
        TRUE_FALSE,
        "Whether server, port and TLS come from the user's own mail account instead.",
        Mark.SOURCE,
        _SHIPPED,
    )
    encoding: str | None = setting(
        "com.openexchange.authentication.imap.imapAuthEnc",
        TEXT,
        "Encoding in which the password is sent.",
        Mark.SOURCE,
        _SHIPPED,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of an OX host where IMAP lets users in."""
        mail = deployment.mail
        if not host.runs_ox or mail.authentication is not Authentication.IMAP:
            return None
        # The file replaces the shipped one, so it holds all of its keys.
        return cls(
            server=mail.imap_server,
            port=mail.imap_port,
            secure=mail.imap_secure,
            timeout=5000,
            connection_timeout=5000,
            full_login=mail.full_login,
            multiple=False,
            encoding="UTF-8",
            origins={
                "server": deployment.origin("mail", "imap_server"),
                "port": deployment.origin("mail", "imap_port"),
                "secure": deployment.origin("mail", "imap_secure"),
                "full_login": deployment.origin("mail", "full_login"),
            },
        )
