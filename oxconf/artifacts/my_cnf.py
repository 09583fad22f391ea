"""`my.cnf`: the one line that makes the server read our files."""

from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Install, ParsedArtifact
from oxconf.artifacts._explained import Reference
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.syntax import optionfile
from oxconf.syntax._base import Problem
from oxconf.syntax.blocks import wrap

FOLDER = "/etc/mysql/ox.conf.d/"


def is_included(path: str, folder: str = FOLDER) -> bool:
    """Whether `!includedir folder` makes the server read a file: those in the folder itself that end in `.cnf`."""
    inside, _, name = path.rpartition("/")
    return inside == folder.rstrip("/") and name.endswith(".cnf")


@frozen
class IncludeDir:
    """One `!includedir`; the server reads the files in it that end in `.cnf`."""

    path: str
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class MyCnf(ParsedArtifact):
    """The server's first option file, which belongs to the machine.

    On Debian `/etc/mysql/my.cnf` is a link to another file by way of the alternatives. The block goes to the
    end of the file that the link leads to, and the link stays: the last of several equal options wins, and
    Debian's own files set bind-address to 127.0.0.1.
    """

    kind: ClassVar[str] = "my-cnf"
    path: ClassVar[str] = "/etc/mysql/my.cnf"
    title: ClassVar[str] = "Reads the option files of ox.conf.d after all others."
    install: ClassVar[Install] = Install.BLOCK

    includedirs: tuple[IncludeDir, ...] = ()
    """The folders in the order in which the server reads them."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the line of a database server."""
        if not host.has(Role.DATABASE):
            return None
        return cls(includedirs=(IncludeDir(FOLDER),))

    def render(self) -> str:
        """Return our block."""
        items: list[optionfile.Comment | optionfile.Include] = [
            optionfile.Comment("Stands at the end of the file: the last of several equal options wins.")
        ]
        items += [optionfile.Include("includedir", each.path) for each in self.includedirs]
        return wrap(optionfile.render(optionfile.Document(tuple(items))))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.MY_CNF

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read a whole file, inside and outside of the block."""
        document = optionfile.parse(text)
        folders = tuple(
            IncludeDir(item.path, item.line) for item in document.includes if item.directive == "includedir"
        )
        lines = {"includedirs": folders[0].line} if folders else {}
        return cls(includedirs=folders, lines=lines), document.problems
