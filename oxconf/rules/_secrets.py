"""Every password in the files of a host. Nothing here shows one."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from attrs import fields, frozen

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.artifacts.backup import BackupCnf
from oxconf.artifacts.clustercheck import ClustercheckCnf
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.database_accounts import DebianCnf, RootCnf
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.secrets import PLACEHOLDER, PURPOSES, SAMPLES, Secret
from oxconf.evidence import Evidence, HostEvidence, Located, Place

HOLDERS: tuple[type[ParsedArtifact], ...] = (
    GroupwareConfigdb,
    AdmindaemonConfigdb,
    OxInstaller,
    ClustercheckCnf,
    RootCnf,
    DebianCnf,
    BackupCnf,
)
"""Files with passwords in fields of their own. Those of keepalived and of Galera are read below."""


SHORTEST = 6
"""Characters of a password that messages are searched for; a shorter one would be found in many honest words."""


@frozen
class SecretAt:
    """One password and where it stands."""

    secret: Secret
    place: Place


def secrets(host: HostEvidence) -> Iterator[SecretAt]:
    """Yield every password of a host, placeholders included."""
    for cls in HOLDERS:
        found: Located[Any]
        for found in host.each(cls):
            for attribute in fields(type(found.artifact)):
                value = getattr(found.artifact, attribute.name)
                if isinstance(value, Secret):
                    yield SecretAt(value, found.place(attribute.name))
    for keepalived in host.each(KeepalivedConf):
        for instance in keepalived.artifact.instances:
            if instance.auth_pass is not None:
                yield SecretAt(instance.auth_pass, keepalived.at(instance.line_of("auth_pass")))
    sst = host.option("wsrep_sst_auth")
    if sst is not None and ":" in sst.value:
        value = sst.value.partition(":")[2]
        yield SecretAt(Secret("sst", None if PLACEHOLDER.fullmatch(value) else value), sst.place)


def redactor(evidence: Evidence) -> Callable[[str], str]:
    """Return a function that takes every known password out of a message: one may stand under a wrong key."""
    values = {each.secret.value or "" for host in evidence.hosts for each in secrets(host)}
    # Published samples are no secrets, and some of them are words of our messages.
    known = sorted(
        (value for value in values - SAMPLES if len(value) >= SHORTEST), key=lambda v: (-len(v), v)
    )
    if not known:
        return str
    pattern = re.compile("|".join(map(re.escape, known)))
    return lambda message: pattern.sub("***", message)


def purpose_text(name: str) -> str:
    """Return what a secret is for, as a noun with its article."""
    text = next((purpose.text for purpose in PURPOSES if purpose.name == name), "")
    return f"the {text}" if text else f'the secret "{name}"'
