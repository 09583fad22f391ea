"""Passwords: where they come from, and how they stay out of everything but the files that need them.

No message here repeats a value, a line or a key of a secrets file: whoever mixes them up has a password in the wrong
place.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from oxconf.deployment.mistakes import InputError, SourceText, closest, did_you_mean
from oxconf.deployment.parse import parse

PLACEHOLDER = re.compile(r"REPLACE_[a-z]*")
"""What stands in a rendered file for a secret that nobody gave. Valid in every syntax that oxconf writes."""

NAME = r"[a-z][a-z0-9_]{0,63}"
NAME_SHAPE = "a lower-case letter, then lower-case letters, digits and underscores, at most 64 characters"

ENVIRONMENT_PREFIX = "OXCONF_SECRET_"

SAMPLES = frozenset(
    {
        # The tutorial's examples.
        "secret",
        "wip9Phae3Beijeed",
        "OpIdjijwef0",
        "adBexthTsI5TaEps",
        "IvIjyoffod2",
        "IntyoyntOat1",
        # Defaults and examples of the products and of their articles.
        "1234",
        "changeMe!Now",
        "wtV6$VQk8#+3ds!a",
        "replaceMe1234567890",
        "clustercheckpassword!",
        "password",
    }
)
"""Published passwords. They are refused: everybody who reads the tutorial knows them."""


@frozen
class Purpose:
    """What one secret is for: how many characters its daemon takes, and which of them it can not be given."""

    name: str
    text: str
    longest: int = 128
    refused: str = ""
    placeholder: str = ""


PURPOSES = (
    Purpose("configdb", "password of the database user openexchange"),
    Purpose("master", "password of the OX administrator oxadminmaster"),
    Purpose("sst", "password of the Galera state transfer user sstuser"),
    Purpose("clustercheck", "password of the health check's database user clustercheck"),
    # keepalived(5): only the first eight characters of auth_pass count, so no longer one is taken.
    # Its parser knows no escape: these end a word, open a block or name a variable.
    Purpose(
        "vrrp",
        "password between the keepalived instances",
        longest=8,
        refused="\"'\\{}$#!",
        placeholder="REPLACE_",
    ),
    # mariadb-upgrade hands its password on in single quotes and is refused with one inside (run with 10.11).
    Purpose("root", "password of the database user root", refused="'"),
    Purpose("maintenance", "password of the database user debian-sys-maint", refused="'"),
    Purpose("replication", "password of the database user repl"),
    Purpose("backup", "password of the database user backup"),
    # MaxScale takes quotes around a value away and a $ may name a variable; # and ; begin comments of ini files.
    Purpose("maxscale", "password of MaxScale's database user maxscale", refused="\"'#;$"),
)


@frozen
class Secret:
    """A password that can not be printed by accident.

    `value` is None as long as nobody gave it; `reveal` then returns the placeholder. `place` is file, line and
    column of one that was read from a file.
    """

    purpose: str
    value: str | None = field(default=None, repr=False)
    place: str = field(default="", repr=False, eq=False)

    @property
    def given(self) -> bool:
        """Whether a real value is known."""
        return self.value is not None

    def reveal(self) -> str:
        """Return the password, or its placeholder. Call this only where the text of a protected file is made."""
        if self.value is not None:
            return self.value
        placeholder = next((p.placeholder for p in PURPOSES if p.name == self.purpose), "")
        return placeholder or f"REPLACE_{self.purpose}"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"


class SecretsError(InputError):
    """Entries of a secrets file that are none. `usable` are the others, so that all mistakes can be told at once."""

    def __init__(self, message: str, usable: Mapping[str, Secret]) -> None:
        self.usable = usable
        super().__init__(message)


def parse_secrets(text: str, name: str) -> Mapping[str, Secret]:
    """Return the secrets of a TOML file: a flat list of names with strings.

    The values are of the type Secret, so that nothing prints them. Raises SecretsError with every mistake, each with
    its place and without its text, or InputError where it is no TOML.
    """
    source = SourceText(name, text)
    tree = parse(source, private=True)
    spots = source.spots()

    def place(key: str) -> str:
        at = spots[key,].key
        return f"{name}:{at.line}:{at.column}"

    wrong = []
    for key, value in tree.items():
        if not re.fullmatch(NAME, key):
            wrong.append((key, "this is no name of a secret; it takes " + NAME_SHAPE))
        elif not isinstance(value, str):
            wrong.append((key, 'a secret is a string in quotes; write it like configdb = "..."'))
    refused = {key for key, _ in wrong}
    usable = {key: Secret(key, value, place(key)) for key, value in tree.items() if key not in refused}
    if wrong:
        raise SecretsError("\n".join(f"{place(key)}: {why}" for key, why in wrong), usable)
    return usable


def collect(
    names: Mapping[str, str], from_file: Mapping[str, Secret | str], environment: Mapping[str, str]
) -> dict[str, Secret]:
    """Return the secret of each purpose, given or not. `names` are the secrets' names by purpose.

    A secrets file wins over the environment. Raises InputError with everything that can not serve, each with the place
    that gave it.
    """
    known = list(names.values())
    wrong = []
    for number, (key, given) in enumerate(from_file.items(), start=1):
        if key not in known:
            place = _place(given) or f"entry {number} of the secrets"
            wrong.append(f"{place}: this cluster has no secret of this name; {did_you_mean(key, known)}")
    wrong += _misspelt(known, from_file, environment)
    found = {}
    for purpose in PURPOSES:
        name = names[purpose.name]
        variable = ENVIRONMENT_PREFIX + name.upper()
        value: Secret | str | None = from_file.get(name, environment.get(variable))
        place = _place(value) if name in from_file else f"{variable} in the environment"
        if isinstance(value, Secret):
            value = value.value
        found[purpose.name] = Secret(purpose.name)
        if value is None:
            continue
        why = refusal(purpose, value)
        if why:
            wrong.append(f'{place}{": " if place else ""}secret "{name}" ({purpose.text}) {why}')
        else:
            found[purpose.name] = Secret(purpose.name, str(value))
    if wrong:
        raise InputError("\n".join(wrong))
    return found


def _place(given: Secret | str | None) -> str:
    return given.place if isinstance(given, Secret) else ""


def unused(names: Iterable[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables of the environment that look like secrets, and are none of this cluster."""
    known = {ENVIRONMENT_PREFIX + name.upper() for name in names}
    return tuple(
        sorted(key for key in environment if key.startswith(ENVIRONMENT_PREFIX) and key not in known)
    )


def _misspelt(
    known: list[str], from_file: Mapping[str, Secret | str], environment: Mapping[str, str]
) -> Iterator[str]:
    """Yield the variables that are meant for a secret which nobody gives; others may be those of another cluster."""
    open_ones = [
        name
        for name in known
        if name not in from_file and ENVIRONMENT_PREFIX + name.upper() not in environment
    ]
    for key in unused(known, environment):
        close = closest(key.removeprefix(ENVIRONMENT_PREFIX), open_ones)
        if close:
            yield (
                f"{key} in the environment: this cluster has no secret of this name; "
                f"did you mean {ENVIRONMENT_PREFIX}{close.upper()}?"
            )


def refusal(purpose: Purpose, value: object) -> str | None:
    """Say why `value` can not serve as this secret, without showing it; None when it can."""
    if not isinstance(value, str):
        return "must be a string in quotes"
    if not value:
        return "is empty"
    if value in SAMPLES:
        return "is a published sample password; choose another one"
    if PLACEHOLDER.fullmatch(value):
        return "is a placeholder, not a password"
    if len(value) > purpose.longest:
        return f"has {len(value)} characters; its daemon takes {purpose.longest}"
    if not value.isascii() or not value.isprintable() or " " in value:
        return "may hold printable ASCII characters without blanks only: not every daemon reads others alike"
    if set(value) <= {"."}:
        return "is the dots of an example; choose a password"
    if any(character in purpose.refused for character in value):
        return f"holds one of {' '.join(purpose.refused)}, which its daemon can not be given"
    return None
