"""The node's oxinstaller call, as a script: server name, database, route, heap and mail."""

import re
import shlex
from collections.abc import Iterator
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import INTEGER, TEXT, secret
from oxconf.artifacts._explained import Statement
from oxconf.artifacts._keyvalue import SettingsArtifact, setting
from oxconf.artifacts._template import fill
from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Mark
from oxconf.deployment.secrets import Secret
from oxconf.deployment.sizing import server_memory
from oxconf.deployment.topology import read_endpoint, write_endpoint
from oxconf.syntax._base import Problem, Unwritable

_SMTP = "--smtpserver"
_MANUAL = "manual of oxinstaller"
_SCRIPT = "oxinstaller.in (appsuite-middleware at a8f61d0)"


@frozen(kw_only=True)
class OxInstaller(SettingsArtifact):
    """The call of oxinstaller.

    SOURCE: sbin/oxinstaller.in of appsuite-middleware at a8f61d0, whose getopt names an option that it does
    not know on stderr and goes on without it; the manual of oxinstaller for --jkroute, --ajp-bind-port and
    --smtpserver, which that early one does not have. Route and bind address are in ajp.properties as well;
    --smtpserver is passed only where `oxinstaller --help` names it, and the script says so where it does not.
    """

    kind: ClassVar[str] = "oxinstaller"
    path: ClassVar[str] = "/usr/local/sbin/oxconf-oxinstaller"
    title: ClassVar[str] = "First configuration of this OX node."
    mode: ClassVar[int] = 0o700

    server_name: str | None = setting(
        "--servername",
        TEXT,
        "Name of the cluster as a server, the same on all nodes; registerserver is given it too.",
        Mark.TUTORIAL,
    )
    configdb_user: str | None = setting("--configdb-user", TEXT, "Database user of OX.", Mark.TUTORIAL)
    configdb_password: Secret | None = setting(
        "--configdb-pass",
        secret("configdb"),
        "Password of that user.",
        Mark.TUTORIAL,
        "initconfigdb makes the account with it",
        keys=(("secrets", "configdb"),),
    )
    read_host: str | None = setting(
        "--configdb-readhost",
        TEXT,
        "Address that reads of configdb go to.",
        Mark.TUTORIAL,
        "where reads go by access and read_policy of the database",
    )
    read_port: int | None = setting(
        "--configdb-readport", INTEGER, "Port of the reads.", Mark.SOURCE, _MANUAL, minimum=1, maximum=65535
    )
    write_host: str | None = setting(
        "--configdb-writehost",
        TEXT,
        "Address that writes go to. The installer takes reads and writes for one where only the ports differ.",
        Mark.TUTORIAL,
        "where writes go by mode and access of the database",
    )
    write_port: int | None = setting(
        "--configdb-writeport", INTEGER, "Port of the writes.", Mark.SOURCE, _MANUAL, minimum=1, maximum=65535
    )
    master_password: Secret | None = setting(
        "--master-pass",
        secret("master"),
        "Password of the administrator oxadminmaster.",
        Mark.TUTORIAL,
        "who creates contexts and registers servers logs in with it",
        keys=(("secrets", "master"),),
    )
    jkroute: str | None = setting(
        "--jkroute",
        TEXT,
        "Route of this node, as its BalancerMember has it.",
        Mark.TUTORIAL,
        "equals the route of this node's BalancerMember on every web server",
    )
    ajp_bind_address: str | None = setting(
        "--ajp-bind-port",
        TEXT,
        "Address (not port) to answer the web servers on; `*` is every address, and AJP has no password.",
        Mark.OURS,
        "the internal address only; the tutorial's * opens AJP, which has no password, on every network",
    )
    server_memory: int | None = setting(
        "--servermemory",
        INTEGER,
        "Heap of the groupware process; the early installer's default is 50, the manual of later ones names none.",
        Mark.OURS,
        "half of the memory that OX has on this host",
        unit="MiB",
        minimum=50,
    )
    imap_server: str | None = setting("--imapserver", TEXT, "Host of IMAP.", Mark.SOURCE, _MANUAL)
    imap_login_type: str | None = setting(
        "--imaplogintype",
        TEXT,
        "`user`: each user's own server; `global`: one for all.",
        Mark.SOURCE,
        _SCRIPT,
    )
    smtp_server: str | None = setting(_SMTP, TEXT, "Host of SMTP.", Mark.SOURCE, _MANUAL)

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of an OX host."""
        if not host.runs_ox:
            return None
        read, write = read_endpoint(deployment), write_endpoint(deployment)
        memory = server_memory(deployment, host)
        return cls(
            server_name=deployment.ox.server_name,
            configdb_user=DATABASE_USER,
            configdb_password=deployment.password("configdb"),
            read_host=str(read.address),
            read_port=read.port,
            write_host=str(write.address),
            write_port=write.port,
            master_password=deployment.password("master"),
            jkroute=host.route,
            ajp_bind_address=str(host.address),
            server_memory=memory.value,
            imap_server=deployment.mail.imap_server,
            imap_login_type=deployment.mail.login_type.value,
            smtp_server=deployment.mail.smtp_server,
            origins={
                "server_name": deployment.origin("ox", "server_name"),
                "read_host": read.address_origin,
                "read_port": read.port_origin,
                "write_host": write.address_origin,
                "write_port": write.port_origin,
                "jkroute": deployment.host_origin(host, "route"),
                "ajp_bind_address": cls.declared("ajp_bind_address", deployment.path(host, "address")),
                "server_memory": memory.origin,
                "imap_server": deployment.origin("mail", "imap_server"),
                "imap_login_type": deployment.origin("mail", "login_type"),
                "smtp_server": deployment.origin("mail", "smtp_server"),
            },
        )

    def render(self) -> str:
        """Return the complete script."""
        words = {data.key: f"{data.key}={text}" for _, data, text in self.written()}
        for key, word in words.items():
            if not word.isprintable():
                raise Unwritable(f"{key}: an argument in this script cannot hold a control character")
        smtp = words.pop(_SMTP, "")
        why = self.origins["server_memory"].why if "server_memory" in self.origins else "as the installer's"
        return fill("oxinstaller", shlex.quote, words=list(words.values()), smtp=smtp, memory_why=why)

    @classmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the arguments; --smtpserver has a line of its own."""
        for word, line in _words(text, []):
            match = _OPTION.fullmatch(word)
            if match and match[2] is not None:
                yield Statement(match[1], match[2], line)

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the options out of a script that calls oxinstaller; the last of several equal ones wins.

        `--name=value` and `--name value` are the same, also on continued lines. A line whose quotes do not
        close is a problem.
        """
        found: dict[str, tuple[str, int]] = {}
        problems: list[Problem] = []
        waiting: str | None = None
        for word, line in _words(text, problems):
            match = _OPTION.fullmatch(word)
            if match and match[2] is not None:
                found[match[1]] = (match[2], line)
            elif waiting and not match:
                found[waiting] = (word, line)
            waiting = match[1] if match and match[2] is None else None
        artifact, more = cls._build(found)
        return artifact, tuple(sorted((*problems, *more), key=lambda problem: problem.line))


_OPTION = re.compile(r"(--[a-z][a-z-]*)(?:=(.*))?", re.DOTALL)


def _words(text: str, problems: list[Problem]) -> Iterator[tuple[str, int]]:
    """Yield the words of a shell script with their lines, without comments."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        try:
            words = shlex.split(line.removesuffix("\\"))
        except ValueError:
            problems.append(Problem(number, "a quote is not closed on this line"))
            continue
        for word in words:
            yield word, number
