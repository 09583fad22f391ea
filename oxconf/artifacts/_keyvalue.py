"""Key-value files: one field a setting, everything that there is to say about it in the field's metadata.

The renderer, the parser and the reference page read that metadata; the order of the fields is the order in the file.
A field that is None is not written.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from attrs import Attribute, evolve, field, fields, frozen

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.artifacts._codec import Codec
from oxconf.artifacts._explained import Reference, Setting, Statement
from oxconf.deployment.locate import Path
from oxconf.deployment.model import Deployment
from oxconf.deployment.origin import Mark, Origin
from oxconf.options import taken
from oxconf.syntax import optionfile, properties
from oxconf.syntax._base import Problem, Unwritable


@frozen(kw_only=True)
class KeySetting(Setting):
    """One key of a key-value file."""

    codec: Codec
    heading: str = ""
    """A comment line above this setting that begins a new part of the file."""
    noted: bool = False
    """Whether a reader would ask why: the origin's sentence is then a comment line above the setting."""
    fixed: bool = False
    """Whether the comment is the declared one, or none, whatever an artifact knows: that an address is set in
    cluster.toml is no news beside the address."""


def setting(
    key: str,
    codec: Codec,
    doc: str,
    mark: Mark,
    why: str = "",
    *,
    default: Any = None,
    unit: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
    heading: str = "",
    noted: bool = False,
    fixed: bool = False,
    keys: tuple[Path, ...] = (),
) -> Any:
    """Declare a field that is one key of the file.

    `mark` and `why` tell where the default (or what `from_deployment` puts there) comes from, `keys` which keys of the
    cluster file it always rests on; an instance's `origins` override it. `minimum` and `maximum` are allowed values.
    """
    data = KeySetting(
        key=key,
        type=codec.name,
        codec=codec,
        doc=doc,
        origin=Origin(mark, why, keys=keys),
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        heading=heading,
        noted=noted,
        fixed=fixed,
    )
    return field(default=default, metadata={"setting": data})


def settings(cls: type) -> Iterator[tuple["Attribute[Any]", KeySetting]]:
    """Yield the fields of a class that are settings, in file order."""
    for attribute in fields(cls):
        if "setting" in attribute.metadata:
            yield attribute, attribute.metadata["setting"]


@frozen(kw_only=True)
class SettingsArtifact(ParsedArtifact):
    """What properties files and option files share."""

    def comments(self, name: str, data: KeySetting) -> Iterator[str]:
        """Yield the comment lines above one setting."""
        if data.heading:
            yield data.heading
        origin = data.origin if data.fixed else self.origins.get(name, data.origin)
        # What a tier says is left to `oxconf why`: a comment for each would bury the others.
        computed = origin is not data.origin and not origin.place
        said = data.noted or origin.mark is Mark.CLUSTER or computed
        if said and origin.why:
            yield f"{data.key}: {origin.why}"

    def written(self) -> Iterator[tuple[str, KeySetting, str]]:
        """Yield field name, setting and text of each value that the file holds."""
        for attribute, data in settings(type(self)):
            value = getattr(self, attribute.name)
            if value is not None:
                yield attribute.name, data, data.codec.write(value)

    @classmethod
    def declared(cls, name: str, *keys: Path) -> Origin:
        """Return the declared origin of a field, for a value of one host that rests on these keys."""
        data: KeySetting = getattr(fields(cls), name).metadata["setting"]
        return evolve(data.origin, keys=(*data.origin.keys, *keys))

    @classmethod
    def reference(cls) -> Reference:
        """Return the settings that the fields are."""
        own = (evolve(data, name=attribute.name) for attribute, data in settings(cls))
        return Reference((*own, *cls.more_settings()), cls.statements)

    @classmethod
    def more_settings(cls) -> tuple[Setting, ...]:
        """Return the settings that are no fields."""
        return ()

    @classmethod
    @abstractmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the settings of a text that was rendered."""

    @classmethod
    def _build(cls, found: Mapping[str, tuple[str | None, int]]) -> tuple[Self, tuple[Problem, ...]]:
        """Make the artifact of `{key: (text, line)}`; keys that it does not know are nobody's business here.

        A text of None is an option alone on its line, which switches on what is a switch.
        """
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        problems = []
        for attribute, data in settings(cls):
            # Keys that a file does not hold are None here, whatever the recommended value is.
            values[attribute.name] = None
            if data.key not in found:
                continue
            text, line = found[data.key]
            lines[attribute.name] = line
            if text is None:
                values[attribute.name] = True if data.codec.name == "switch" else None
                continue
            try:
                value = data.codec.read(text)
                _check_range(value, data)
                values[attribute.name] = value
            except ValueError as error:
                problems.append(Problem(line, f"{data.key}: {error}"))
        return cls(**values, lines=lines), tuple(problems)


def _check_range(value: object, data: KeySetting) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        return
    if data.minimum is not None and value < data.minimum:
        raise ValueError(f"{value} is below {data.minimum}")
    if data.maximum is not None and value > data.maximum:
        raise ValueError(f"{value} is above {data.maximum}")


def _named(error: Unwritable, key: str) -> Unwritable:
    return Unwritable(f"{key}: {error}")


@frozen(kw_only=True)
class PropertiesArtifact(SettingsArtifact):
    """A Java properties file, or a JCS `.ccf` file, which is one."""

    @classmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the entries."""
        for entry in properties.parse(text).entries:
            yield Statement(entry.key, entry.value, entry.line)

    def extra_items(self) -> Iterator[properties.Entry | properties.Comment]:
        """Yield what stands behind the settings; subclasses with repeated groups of keys add them here."""
        return iter(())

    def render(self) -> str:
        """Return the complete text."""
        items: list[properties.Entry | properties.Comment | properties.Blank] = [
            properties.Comment(f"{self.title} Written by oxconf.")
        ]
        for name, data, text in self.written():
            if data.heading:
                items.append(properties.Blank())
            items.extend(properties.Comment(comment) for comment in self.comments(name, data))
            try:
                properties.quote(text)
            except Unwritable as error:
                raise _named(error, data.key) from None
            items.append(properties.Entry(data.key, text))
        items.extend(self.extra_items())
        return properties.render(properties.Document(tuple(items)))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the file as java.util.Properties does: the last of several equal keys wins."""
        document = properties.parse(text)
        found = {entry.key: (entry.value, entry.line) for entry in document.entries}
        artifact, problems = cls._build(found)
        return artifact, (*document.problems, *problems)


LOOSE = "loose_"
"""In front of an option that a server may not know: it then warns and starts."""


@frozen(kw_only=True)
class OptionsArtifact(SettingsArtifact):
    """An option file of MySQL or MariaDB with one group, or with several that say the same."""

    option_group: ClassVar[str] = "mysqld"
    more_groups: ClassVar[tuple[str, ...]] = ()
    """Groups behind it that hold the same options, for programs that do not read the first."""

    def for_server(self, deployment: Deployment) -> Self:
        """Return the file without the options that this server does not know, ignores or calls deprecated."""
        flavour, version = deployment.database.flavour, deployment.database.version
        others: dict[str, Any] = {
            name: None for name, data, _ in self.written() if not taken(flavour, version, data.key)
        }
        return evolve(self, **others)

    def spelling(self, key: str) -> str:
        """Return a key as it stands in the file; an artifact may put `loose_` in front."""
        return key

    @classmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the options."""
        document = optionfile.parse(text)
        for group in (cls.option_group, *cls.more_groups):
            for option in document.options(group):
                yield Statement(
                    option.key.removeprefix(LOOSE),
                    option.value or "",
                    option.line,
                    group if cls.more_groups else "",
                )

    def render(self) -> str:
        """Return the complete text."""
        items: list[optionfile.Comment | optionfile.Blank | optionfile.Group | optionfile.Option] = [
            optionfile.Comment(f"{self.title} Written by oxconf."),
            optionfile.Group(self.option_group),
        ]
        for name, data, text in self.written():
            if data.heading:
                items.append(optionfile.Blank())
            items.extend(optionfile.Comment(comment) for comment in self.comments(name, data))
            try:
                optionfile.quote(text)
            except Unwritable as error:
                raise _named(error, data.key) from None
            items.append(optionfile.Option(self.option_group, self.spelling(data.key), text))
        for group in self.more_groups:
            items.append(optionfile.Group(group))
            items += [optionfile.Option(group, data.key, text) for _, data, text in self.written()]
        return optionfile.render(optionfile.Document(tuple(items)))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the file as the server does: `-` and `_` are the same, the last of several equal options wins."""
        document = optionfile.parse(text)
        found = {
            optionfile.normalise(option.key): (option.value, option.line)
            for option in document.options(cls.option_group)
        }
        artifact, problems = cls._build(found)
        return artifact, (*document.problems, *problems)
