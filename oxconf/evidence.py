"""The parsed files and the facts of all hosts: the only thing that rules look at.

It is built the same way from files that were just rendered and from files that somebody else wrote. What is missing
is known to be missing: a relation whose other end is not there is not judged.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.artifacts.my_cnf import FOLDER, MyCnf, is_included
from oxconf.facts import ClusterFacts, Facts
from oxconf.plan import ARTIFACTS
from oxconf.syntax import optionfile
from oxconf.syntax._base import Problem

A = TypeVar("A", bound=ParsedArtifact)
D = TypeVar("D")

SERVER_GROUPS = re.compile(r"(mysqld|mariadb|mariadbd)(-[0-9]+\.[0-9]+)?|server|galera")
"""Groups of option files that a server reads. Whether a version in a group's name is the server's is not known."""

DEEPEST_INCLUDE = 10
"""How deep a server follows `!include` and `!includedir` (MariaDB, my_default.c); it warns and skips what is deeper."""


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
    """What was collected of one host.

    `complete` says that no file of ours is left out; `missing` are paths that its manifest lists and that are not
    there, `links` those where a link is instead, `changed` those of files that are not as they were rendered; `enabled`
    are the names of what is switched on there, units and Apache's modules. `unlisted` says that it should have a
    manifest, and has none.
    """

    name: str
    facts: Facts = Facts()
    files: tuple[File, ...] = ()
    complete: bool = False
    missing: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
    unlisted: bool = False


@frozen
class Unreadable:
    """A host of which nothing could be read: its archive or its manifest, and why, without a full stop."""

    host: str
    file: str
    why: str


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
    value: str = field(repr=False)
    place: Place
    group: str = "mysqld"
    loose: bool = False
    """Whether it stands there as `loose_...`: a server that does not know it warns and starts."""


Parsed = tuple[ParsedArtifact, tuple[Problem, ...]]


def _read(parse: Callable[[str], Any], text: str) -> Any:
    return parse(text)


class HostEvidence:
    """The files of one host, parsed when somebody asks."""

    def __init__(self, found: HostFiles, read: Callable[[Callable[[str], Any], str], Any] = _read) -> None:
        self._read = read
        self.name = found.name
        self.facts = found.facts
        self.complete = found.complete
        self.missing = found.missing
        self.links = found.links
        self.changed = found.changed
        self.unlisted = found.unlisted
        self.enabled = found.enabled
        self.files: Mapping[str, File] = {file.path: file for file in found.files}

    def __repr__(self) -> str:
        return f"HostEvidence({self.name!r})"

    def document(self, parse: Callable[[str], D], path: str) -> D:
        """Return a file that the host has, as one of the syntaxes reads it: `host.document(unit.parse, path)`."""
        document: D = self._read(parse, self.files[path].text)
        return document

    @cached_property
    def _parsed(self) -> Mapping[type[ParsedArtifact], Parsed]:
        parsed: dict[type[ParsedArtifact], Parsed] = {}
        for cls in ARTIFACTS:
            if issubclass(cls, ParsedArtifact) and cls.path in self.files:
                parsed[cls] = self.document(cls.read, cls.path)
        return parsed

    @cached_property
    def _found(self) -> Mapping[type, tuple[Any, str]]:
        """The parsed files with their paths by type; by a type that several have in common, the first of them."""
        found: dict[type, tuple[Any, str]] = {}
        for known, (artifact, _) in self._parsed.items():
            for cls in known.__mro__:
                found.setdefault(cls, (artifact, known.path))
        return found

    def find(self, cls: type[A]) -> Located[A] | None:
        """Return the parsed file of that type, or None when the host has none."""
        return Located(self, *self._found[cls]) if cls in self._found else None

    def each(self, cls: type[A]) -> Iterator[Located[A]]:
        """Yield the parsed file of that type where the host has one."""
        found = self.find(cls)
        if found is not None:
            yield found

    def problems(self) -> Iterator[tuple[Place, str]]:
        """Yield what could not be read."""
        for cls, (_, problems) in self._parsed.items():
            for problem in problems:
                yield Place(self.name, cls.path, problem.line), problem.message

    @cached_property
    def options(self) -> tuple[OptionAt, ...]:
        """The options of the database server in the order in which it reads them; the last of a name wins."""
        first = [MyCnf.path] if MyCnf.path in self.files else self._included(FOLDER)
        return tuple(reversed(dict.fromkeys(self._backwards(first, {}, 0))))

    @cached_property
    def _obeyed(self) -> Mapping[str, OptionAt]:
        return {option.key: option for option in self.options}

    def option(self, key: str) -> OptionAt | None:
        """Return the option that the server obeys."""
        return self._obeyed.get(key)

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """All addresses of the host, without floating ones, each once; empty when nobody told."""
        return tuple(dict.fromkeys((*self.facts.addresses, *self.facts.interfaces.values())))

    @property
    def is_database(self) -> bool:
        """Whether options of a database server were found."""
        return bool(self.options)

    def _included(self, folder: str) -> list[str]:
        return sorted(path for path in self.files if is_included(path, folder))

    def _backwards(self, paths: list[str], read: dict[str, int], depth: int) -> Iterator[OptionAt]:
        """Yield the options of files that are read one after the other, the last one first.

        Of several readings of a file the last counts, so on the way back it is passed over unless it stands less
        deep than before and may include more. `read` has the depths of files that were read.
        """
        for path in reversed(paths):
            if path not in self.files or read.get(path, DEEPEST_INCLUDE + 1) <= depth:
                continue
            for item in reversed(optionfile.parse(self.files[path].text).items):
                if isinstance(item, optionfile.Include) and depth < DEEPEST_INCLUDE:
                    inner = self._included(item.path) if item.directive == "includedir" else [item.path]
                    yield from self._backwards(inner, read, depth + 1)
                elif isinstance(item, optionfile.Option) and SERVER_GROUPS.fullmatch(item.group):
                    yield OptionAt(
                        optionfile.normalise(item.key),
                        item.value or "",
                        Place(self.name, path, item.line),
                        item.group,
                        optionfile.is_loose(item.key),
                    )
            read[path] = depth


class Evidence:
    """The whole cluster as it was found."""

    def __init__(
        self,
        hosts: tuple[HostFiles, ...],
        cluster: ClusterFacts | None = None,
        unreadable: tuple[Unreadable, ...] = (),
    ) -> None:
        self.cluster = cluster or ClusterFacts()
        self.unreadable = unreadable
        # Hosts of one kind have many files in common: each text is parsed once.
        read = cache(_read)
        self.hosts = tuple(HostEvidence(found, read) for found in hosts)

    @property
    def complete(self) -> bool:
        """Whether every file of every host is here."""
        return all(host.complete for host in self.hosts) and not self.absent and not self.unreadable

    @cached_property
    def absent(self) -> tuple[str, ...]:
        """Names of the cluster's hosts of which nothing is here, as far as the manifests name its hosts."""
        here = {host.name for host in self.hosts}
        return tuple(name for name in self.cluster.hosts if name not in here)

    def find(self, cls: type[A]) -> Iterator[Located[A]]:
        """Yield the parsed files of that type, host by host."""
        for host in self.hosts:
            yield from host.each(cls)

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

    def name_of(self, address: str) -> str:
        """Return the name of the host that has this address, so that two spellings are equal; else the address."""
        owner = self.owner(address)
        return owner.name if owner else address

    @cached_property
    def databases(self) -> tuple[HostEvidence, ...]:
        """The hosts on which options of a database server were found."""
        return tuple(host for host in self.hosts if host.is_database)
