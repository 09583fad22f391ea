"""Passwords: where they come from, and how they stay out of everything but the files that need them."""

import re
from collections.abc import Mapping

from attrs import field, frozen

PLACEHOLDER = re.compile(r"REPLACE_[a-z]*")
"""What stands in a rendered file for a secret that nobody gave. Valid in every syntax that oxconf writes."""

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
    """What one secret is for. `longest` is the number of characters that its daemon takes."""

    name: str
    text: str
    longest: int = 128
    placeholder: str = ""


PURPOSES = (
    Purpose("configdb", "password of the database user openexchange"),
    Purpose("master", "password of the OX administrator oxadminmaster"),
    Purpose("sst", "password of the Galera state transfer user sstuser"),
    Purpose("clustercheck", "password of the health check's database user clustercheck"),
    # keepalived(5): only the first eight characters of auth_pass count, so no longer one is taken.
    Purpose("vrrp", "password between the keepalived instances", longest=8, placeholder="REPLACE_"),
)


@frozen
class Secret:
    """A password that can not be printed by accident.

    `value` is None as long as nobody gave it; `reveal` then returns the placeholder.
    """

    purpose: str
    value: str | None = field(default=None, repr=False)

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
    return None


def find(
    purpose: Purpose, name: str, from_file: Mapping[str, object], environment: Mapping[str, str]
) -> object | None:
    """Return the raw value for a purpose: the secrets file wins over the environment."""
    if name in from_file:
        return from_file[name]
    return environment.get(ENVIRONMENT_PREFIX + name.upper())
