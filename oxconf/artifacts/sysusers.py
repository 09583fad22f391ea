"""`sysusers.d/oxconf.conf`: the user open-xchange, the same on every host that touches the files."""

import re
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.artifacts._explained import Reference
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.syntax import sysusers
from oxconf.syntax._base import Problem

NAME = "open-xchange"
_NUMBERS = re.compile(r"([0-9]{1,10})(?::([0-9]{1,10}))?")


@frozen(kw_only=True)
class Sysusers(ParsedArtifact):
    """The user and the group open-xchange: systemd-sysusers refuses `UID:GID` without the group's line."""

    kind: ClassVar[str] = "sysusers"
    path: ClassVar[str] = "/etc/sysusers.d/oxconf.conf"
    title: ClassVar[str] = "The user open-xchange, with the same numbers on all hosts."

    gid: int | None = None
    """Number of the group, from the `g` line."""
    uid: int | None = None
    """Number of the user, from the `u` line."""
    primary_gid: int | None = None
    """Group of the user, from the `u` line."""
    home: str | None = None
    login_shell: str | None = None

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the user for the OX hosts and the filestore host."""
        if not host.runs_ox and not host.has(Role.FILESTORE):
            return None
        store = deployment.filestore
        # The tutorial tests the mount with su, which needs a shell.
        return cls(
            gid=store.gid,
            uid=store.uid,
            primary_gid=store.gid,
            home="/opt/open-xchange",
            login_shell="/bin/sh",
            origins={name: deployment.origin("filestore", name) for name in ("uid", "gid")},
        )

    def render(self) -> str:
        """Return the complete text."""
        items: list[sysusers.Entry | sysusers.Comment] = [
            sysusers.Comment(f"{self.title} Written by oxconf."),
            sysusers.Comment("Files of the filestore belong to these numbers, whatever a host calls them."),
        ]
        if self.gid is not None:
            items.append(sysusers.Entry("g", NAME, str(self.gid)))
        if self.uid is not None:
            number = str(self.uid) if self.primary_gid is None else f"{self.uid}:{self.primary_gid}"
            items.append(sysusers.Entry("u", NAME, number, None, self.home, self.login_shell))
        return sysusers.render(sysusers.Document(tuple(items)))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.SYSUSERS

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the lines of open-xchange; systemd-sysusers takes the first of several for one name."""
        document = sysusers.parse(text)
        problems = list(document.problems)
        gid = uid = primary_gid = None
        home = login_shell = None
        lines: dict[str, int] = {}
        for entry in reversed(document.entries):
            if entry.name != NAME or entry.kind[0] not in "gu":
                continue
            match = _NUMBERS.fullmatch(entry.id or "")
            if match is None or (entry.kind[0] == "g" and match[2]):
                problems.append(Problem(entry.line, f'"{entry.id or "-"}" is no number for {NAME}'))
            elif entry.kind[0] == "g":
                gid = int(match[1])
                lines["gid"] = entry.line
            else:
                uid, primary_gid = int(match[1]), int(match[2]) if match[2] else None
                home, login_shell = entry.home, entry.shell
                lines |= dict.fromkeys(("uid", "primary_gid", "home", "login_shell"), entry.line)
        artifact = cls(
            gid=gid, uid=uid, primary_gid=primary_gid, home=home, login_shell=login_shell, lines=lines
        )
        return artifact, tuple(sorted(problems, key=lambda problem: problem.line))
