"""What every file of a host has in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._explained import Reference, Setting, Statement, Unexplained, Value
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Origin
from oxconf.deployment.secrets import Secret
from oxconf.syntax._base import Problem


class Install(Enum):
    """How a file gets onto its host."""

    REPLACE = "replace"
    BLOCK = "merge: block"
    """The file belongs to the machine as well: only the part between our markers is ours."""


class Switch(Enum):
    """What has to be switched on, or off, for a file to take effect."""

    UNIT = "unit"
    APACHE_MODULE = "apache-module"
    APACHE_CONF = "apache-conf"
    APACHE_SITE = "apache-site"
    APACHE_SITE_OFF = "apache-site-off"
    """A site that must not be enabled beside ours."""


@frozen
class Enable:
    """One thing to switch: `systemctl enable`, `a2enmod`, `a2enconf`, `a2ensite` or `a2dissite` and its name."""

    switch: Switch
    name: str


class Unreadable(ValueError):
    """A text that does not make the artifact; `problems` has a line and a sentence for each reason."""

    def __init__(self, kind: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{kind}:{problem.line}: {problem.message}" for problem in problems))


@frozen(kw_only=True)
class Artifact(ABC):
    """One file of one host: where it goes, who owns it, and its text.

    `origins` says why settings are what they are, by name, where their own origin does not hold; `lines` says for a
    parsed file where each field stands. Neither counts when two artifacts are compared.
    """

    kind: ClassVar[str]
    """Short name of the artifact type, as in manifests and in the reference."""
    path: ClassVar[str]
    title: ClassVar[str]
    """What the file does, in one line: its first comment and its line in the host's README."""
    mode: ClassVar[int] = 0o644
    owner: ClassVar[str] = "root"
    group: ClassVar[str] = "root"
    install: ClassVar[Install] = Install.REPLACE

    origins: Mapping[str, Origin] = field(factory=dict, eq=False, repr=False)
    lines: Mapping[str, int] = field(factory=dict, eq=False, repr=False)

    @classmethod
    @abstractmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of this host, or None when the host has none."""

    @abstractmethod
    def render(self) -> str:
        """Return the complete text of the file; it ends with a newline.

        A file that is merged holds its block with the markers around it.
        """

    def enables(self) -> tuple[Enable, ...]:
        """Return what has to be switched on for the file to take effect."""
        return ()

    @classmethod
    @abstractmethod
    def reference(cls) -> Reference:
        """Return what can stand in such a file."""

    @classmethod
    def documented(cls) -> tuple[Setting, ...]:
        """Return every setting that such a file can have."""
        return cls.reference().settings

    def explained(self, text: str | None = None) -> tuple[Value, ...]:
        """Return every setting that this file has, in its order, each with the reason.

        `text` is what `render` gave, where it is at hand. Raises Unwritable.
        """
        reference = self.reference()
        known = {setting.key: setting for setting in reference.settings}
        text = self.render() if text is None else text
        return tuple(self._value(known, found) for found in reference.statements(text))

    def _value(self, known: Mapping[str, Setting], found: Statement) -> Value:
        if found.key not in known:
            raise Unexplained(f'{self.kind}:{found.line}: nothing is known of "{found.key}"')
        setting = known[found.key]
        names = (f"{found.where} {setting.name}", setting.name)
        origin = next((self.origins[name] for name in names if name in self.origins), setting.origin)
        text = str(Secret("")) if setting.type == "secret" else found.text
        return Value(setting, found.where, text, found.line, origin)


@frozen(kw_only=True)
class ParsedArtifact(Artifact):
    """An artifact that can be read back. For these `parse(artifact.render()) == artifact` holds."""

    @classmethod
    @abstractmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any text. What is missing is None or empty, what does not fit is a problem and is left out."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a text that must fit. Raises Unreadable."""
        artifact, problems = cls.read(text)
        if problems:
            raise Unreadable(cls.kind, problems)
        return artifact
