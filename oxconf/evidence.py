"""The parsed files and the facts of all hosts: the only thing that rules look at.

It is built the same way from files that were just rendered and from files that somebody else wrote. What is missing
is known to be missing: a relation whose other end is not there is not judged.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Generic, TypeVar

from attrs import field, frozen

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.facts import ClusterFacts, Facts
from oxconf.plan import ARTIFACTS, MY_CNF, OPTION_FILES
from oxconf.syntax import optionfile
from oxconf.syntax._base import Problem

A = TypeVar("A", bound=ParsedArtifact)

SERVER_GROUPS = re.compile(r"(mysqld|mariadb|mariadbd)(-[0-9]+\.[0-9]+)?|server|galera")
"""Groups of option files that a server reads. Whether a version in a group's name is the server's is not known."""


@frozen(order=True)
class Place:
    """A line of a file of a host. Line 0 means the file as a whole."""

    host: str
    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.host}:{self.path}" + (f":{self.line}" if self.line else "")


@frozen
class File:
    """One file as it was found. Mode, owner and group are None where nobody told."""

    path: str
    text: str = field(repr=False)
    mode: int | None = None
    owner: str | None = None
    group: str | None = None


@frozen(kw_only=True)
class HostFiles:
    """What was collected of one host. `complete` says that no file of ours is left out."""

    name: str
    facts: Facts = Facts()
    files: tuple[File, ...] = ()
    complete: bool = False


@frozen
class Located(Generic[A]):
    """A parsed file of a host."""

    host: "HostEvidence" = field(repr=False)
    artifact: A
    path: str

    def place(self, name: str = "") -> Place:
        """Return where a field of the artifact stands; the whole file when it does not."""
        return Place(self.host.name, self.path, self.artifact.lines.get(name, 0))

    def at(self, line: int) -> Place:
        """Return a line of this file."""
        return Place(self.host.name, self.path, line)


@frozen
class OptionAt:
    """One option of the database server, and where it stands."""

    key: str
    value: str
    place: Place


class HostEvidence:
    """The files of one host, parsed when somebody asks."""

    def __init__(self, found: HostFiles) -> None:
        self.name = found.name
        self.facts = found.facts
        self.complete = found.complete
        self.files: Mapping[str, File] = {file.path: file for file in found.files}

    def __repr__(self) -> str:
        return f"HostEvidence({self.name!r})"

    @cached_property
    def _parsed(self) -> Mapping[type[ParsedArtifact], tuple[ParsedArtifact, tuple[Problem, ...]]]:
        parsed: dict[type[ParsedArtifact], tuple[ParsedArtifact, tuple[Problem, ...]]] = {}
        for cls in ARTIFACTS:
            if issubclass(cls, ParsedArtifact) and cls.path in self.files:
                parsed[cls] = cls.read(self.files[cls.path].text)
        return parsed

    def find(self, cls: type[A]) -> Located[A] | None:
        """Return the parsed file of that type, or None when the host has none."""
        for known, (artifact, _) in self._parsed.items():
            if issubclass(known, cls) and isinstance(artifact, cls):
                return Located(self, artifact, known.path)
        return None

    def problems(self) -> Iterator[tuple[Place, str]]:
        """Yield what could not be read."""
        for cls, (_, problems) in self._parsed.items():
            for problem in problems:
                yield Place(self.name, cls.path, problem.line), problem.message

    @cached_property
    def options(self) -> tuple[OptionAt, ...]:
        """The options of the database server in the order in which it reads them; the last of a name wins."""
        if MY_CNF in self.files:
            return tuple(self._options_of(MY_CNF, frozenset()))
        return tuple(
            option for path in self._matching(OPTION_FILES) for option in self._options_of(path, frozenset())
        )

    def option(self, key: str) -> OptionAt | None:
        """Return the option that the server obeys."""
        return next((option for option in reversed(self.options) if option.key == key), None)

    @property
    def is_database(self) -> bool:
        """Whether options of a database server were found."""
        return bool(self.options)

    def _matching(self, pattern: str) -> list[str]:
        return sorted(path for path in self.files if fnmatchcase(path, pattern))

    def _options_of(self, path: str, seen: frozenset[str]) -> Iterator[OptionAt]:
        if path in seen or path not in self.files:
            return
        for item in optionfile.parse(self.files[path].text).items:
            if isinstance(item, optionfile.Include):
                folder = item.directive.endswith("dir")
                inner = self._matching(f"{item.path.rstrip('/')}/*.cnf") if folder else [item.path]
                for one in inner:
                    yield from self._options_of(one, seen | {path})
            elif isinstance(item, optionfile.Option) and SERVER_GROUPS.fullmatch(item.group or ""):
                yield OptionAt(
                    optionfile.normalise(item.key), item.value or "", Place(self.name, path, item.line)
                )


class Evidence:
    """The whole cluster as it was found."""

    def __init__(self, hosts: tuple[HostFiles, ...], cluster: ClusterFacts | None = None) -> None:
        self.cluster = cluster or ClusterFacts()
        self.hosts = tuple(HostEvidence(found) for found in hosts)

    @property
    def complete(self) -> bool:
        """Whether every file of every host is here."""
        return all(host.complete for host in self.hosts)

    def find(self, cls: type[A]) -> Iterator[Located[A]]:
        """Yield the parsed files of that type, host by host."""
        for host in self.hosts:
            located = host.find(cls)
            if located is not None:
                yield located

    @cached_property
    def _owners(self) -> Mapping[str, HostEvidence]:
        """Hosts by address and by name; of two that claim one address the first."""
        owners: dict[str, HostEvidence] = {}
        for host in self.hosts:
            for address in (*host.facts.addresses, host.name):
                owners.setdefault(address, host)
        return owners

    def owner(self, address: str) -> HostEvidence | None:
        """Return the host that has this address, or this name."""
        return self._owners.get(address)

    @cached_property
    def databases(self) -> tuple[HostEvidence, ...]:
        """The hosts on which options of a database server were found."""
        return tuple(host for host in self.hosts if host.is_database)
