"""The monitoring with Munin: who may ask a host, and how the plugins of a database host log in.

No more than that. The values of OX itself come over Jolokia, which App Suite has from 7.4.0 on; the OX that is written
here speaks AJP and is older. Its package open-xchange-munin-scripts brings its plugins and their settings.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact, Enable, Install, Switch
from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.artifacts.database_accounts import ROOT, RootCnf
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Mark
from oxconf.syntax.blocks import wrap


def _statements(text: str) -> Iterator[Statement]:
    for number, line in enumerate(text.splitlines(), 1):
        match = re.fullmatch(r"([a-z.]+) (.+)", line)
        if match is not None:
            yield Statement(match[1], match[2], number)


@frozen(kw_only=True)
class MuninNode(Artifact):
    """Who may ask, beside the host itself. The node has one file and no folder for more."""

    kind: ClassVar[str] = "munin-node"
    path: ClassVar[str] = "/etc/munin/munin-node.conf"
    title: ClassVar[str] = "Lets the Munin server ask."
    install: ClassVar[Install] = Install.BLOCK

    master: IPv4Address

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the line of any host, or None where there is no Munin."""
        master = deployment.munin.master
        if master is None:
            return None
        return cls(master=master, origins={"allow": deployment.origin("munin", "master")})

    def render(self) -> str:
        """Return our block. The pattern is for the whole address: the end keeps .24 from meaning .240 as well."""
        pattern = str(self.master).replace(".", r"\.")
        return wrap(f"# {self.title}\nallow ^{pattern}$\n")

    def enables(self) -> tuple[Enable, ...]:
        """Return the node's service."""
        return (Enable(Switch.UNIT, "munin-node.service"),)

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        allow = entry(
            "allow",
            "text",
            "Pattern of an address that may ask.",
            Mark.SOURCE,
            "munin-node.conf(5): the host itself alone, unless it is told",
        )
        return Reference((allow,), _statements)


@frozen(kw_only=True)
class MuninDatabase(Artifact):
    """How the plugins mysql_* log in. The file is read after Debian's own, whose account needs the socket."""

    kind: ClassVar[str] = "munin-database"
    path: ClassVar[str] = "/etc/munin/plugin-conf.d/oxconf"
    title: ClassVar[str] = "How Munin's plugins log in to the database."

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the login of a database host, or None where there is no Munin."""
        if deployment.munin.master is None or not host.has(Role.DATABASE):
            return None
        return cls()

    def render(self) -> str:
        """Return the complete text."""
        return (
            f"# {self.title} Written by oxconf.\n"
            "[mysql*]\n"
            "# Root alone reads the option file; its password is nowhere else.\n"
            "user root\n"
            f"env.mysqlopts --defaults-file={RootCnf.path}\n"
            f"env.mysqluser {ROOT}\n"
            f"env.mysqlconnection DBI:mysql:mysql;mysql_read_default_file={RootCnf.path}\n"
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        return Reference(
            (
                entry(
                    "user", "text", "Who runs the plugins.", Mark.SOURCE, "Debian's own file says the same"
                ),
                entry(
                    "env.mysqlopts",
                    "text",
                    "Options of mysqladmin, for the older plugins.",
                    Mark.OURS,
                    "root's own option file works with every series of the server",
                ),
                entry("env.mysqluser", "text", "Database user.", Mark.SOURCE, "Debian's own file"),
                entry(
                    "env.mysqlconnection",
                    "text",
                    "Connection of the plugin mysql_.",
                    Mark.OURS,
                    "root's own option file works with every series of the server",
                ),
            ),
            _statements,
        )
