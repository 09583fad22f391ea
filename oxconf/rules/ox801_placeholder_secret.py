"""OX801: a password is still a placeholder."""

import re
from collections.abc import Iterator

from oxconf.deployment.secrets import ENVIRONMENT_PREFIX, PLACEHOLDER, PURPOSES
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._secrets import purpose_text, secrets

_AT_THE_END = re.compile(rf"""[=:\s"']({PLACEHOLDER.pattern})["']?\s*$""")
_PURPOSES = {purpose.name for purpose in PURPOSES}
_BY_PLACEHOLDER = {purpose.placeholder: purpose.name for purpose in PURPOSES if purpose.placeholder}


def check(evidence: Evidence) -> Iterator[Finding]:
    """Collect the placeholders by purpose: where passwords are known to stand, and at the end of any other line."""
    found: dict[str, dict[Place, None]] = {}
    for host in evidence.hosts:
        read = set()
        for each in secrets(host):
            read.add(each.place.path)
            if not each.secret.given:
                found.setdefault(each.secret.purpose, {})[each.place] = None
        for purpose, place in _elsewhere(host, read):
            found.setdefault(purpose, {})[place] = None
    for purpose, places in found.items():
        yield RULE.finding(
            f"{purpose_text(purpose)} is still a placeholder", *places, remedy=_remedy(purpose)
        )


def _remedy(purpose: str) -> str:
    if purpose not in _PURPOSES:
        return ""
    return (
        f'Put {purpose} = "..." (or its name in [secrets]) into the file of --secrets, or set '
        f"{ENVIRONMENT_PREFIX}{purpose.upper()} in the environment, and render again."
    )


def _elsewhere(host: HostEvidence, read: set[str]) -> Iterator[tuple[str, Place]]:
    for path, file in host.files.items():
        if path in read or "REPLACE_" not in file.text:
            continue
        for number, line in enumerate(file.text.splitlines(), 1):
            match = _AT_THE_END.search(line)
            if match is not None and not line.lstrip().startswith(("#", ";", "!")):
                word = match[1]
                purpose = _BY_PLACEHOLDER.get(word) or word.removeprefix("REPLACE_")
                yield purpose, Place(host.name, path, number)


RULE = Rule(
    code="OX801",
    name="placeholder-secret",
    severity=Severity.WARNING,
    deploy=Severity.ERROR,
    title="A password is still a placeholder",
    why="The placeholder is written in the documentation, so it protects nothing; and it is right nowhere but here.",
    remedy="Render again with --secrets FILE, or set the password in the environment: OXCONF_SECRET_ and its name.",
    source="oxconf's own placeholders",
    daemons="They take it for the password.",
    check=check,
)
