"""Laws of the files of an OX node: what is written is read back as it was, and any text can be read."""

import types
from ipaddress import IPv4Address, IPv4Network
from typing import Any, get_args, get_type_hints

import pytest
from attrs import fields
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.artifacts import _keyvalue
from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.artifacts._cache_regions import Region
from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.cache_ccf import AdmindaemonCache, GroupwareCache, SessionCache
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb, JdbcUrl
from oxconf.artifacts.filestore import (
    Client,
    Export,
    Exports,
    FilestoreGuard,
    FilestoreGuardForScripts,
    Fstab,
    Mount,
)
from oxconf.artifacts.hosts import Hosts, Name
from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit, Route
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.artifacts.sysusers import Sysusers
from oxconf.deployment.secrets import PLACEHOLDER, Secret

WORDS = st.text("abzAZ019_.-", min_size=1, max_size=8).filter(lambda word: word[0] not in ".-")
PATHS = st.lists(WORDS, min_size=1, max_size=3).map(lambda words: "/" + "/".join(words))
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
PORTS = st.integers(1, 65535)
ADDRESSES = st.integers(0, 2**32 - 1).map(IPv4Address)
URLS = st.builds(JdbcUrl, WORDS, PORTS, WORDS, st.just("") | WORDS)


def secrets(purpose: str) -> st.SearchStrategy[Secret]:
    value = PRINTABLE.filter(lambda text: not PLACEHOLDER.fullmatch(text))
    return st.builds(Secret, st.just(purpose), st.none() | value)


def values(data: _keyvalue.Setting, kind: Any, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of one field, or None for a key that the file does not have."""
    (kind,) = (each for each in get_args(kind) if each is not types.NoneType)
    if kind is Secret:
        some: st.SearchStrategy[Any] = secrets("master" if "master" in data.key else "configdb")
    else:
        some = {
            bool: st.booleans(),
            int: st.integers(
                -(10**9) if data.minimum is None else data.minimum,
                10**9 if data.maximum is None else data.maximum,
            ),
            str: texts,
            IPv4Address: ADDRESSES,
            JdbcUrl: URLS,
        }[kind]
    return st.none() | some


def built(cls: type, texts: st.SearchStrategy[str] = TEXTS, **others: Any) -> st.SearchStrategy[Any]:
    """Objects of a class with random values in all its settings."""
    hints = get_type_hints(cls)
    random = {
        attribute.name: values(data, hints[attribute.name], texts)
        for attribute, data in _keyvalue.settings(cls)
    }
    return st.builds(cls, **random, **others)


REGIONS = st.lists(
    built(
        Region, name=WORDS.map(lambda word: word.replace(".", "")).filter(bool), auxiliary=st.just("") | WORDS
    ),
    max_size=4,
    unique_by=lambda region: region.name,
).map(tuple)
ROUTES = st.builds(Route, st.sampled_from([IPv4Network("224.0.0.0/8"), IPv4Network("239.1.0.0/16")]), WORDS)
NUMBERS = st.none() | st.integers(0, 2**32 - 1)
OPTIONS = st.lists(WORDS, max_size=4).map(tuple)


@st.composite
def users(draw: st.DrawFn) -> Sysusers:
    uid = draw(NUMBERS)
    rest = (
        {}
        if uid is None
        else {"primary_gid": NUMBERS, "home": st.none() | PATHS, "login_shell": st.none() | PATHS}
    )
    return Sysusers(gid=draw(NUMBERS), uid=uid, **{name: draw(each) for name, each in rest.items()})


ARTIFACTS: dict[str, st.SearchStrategy[Any]] = {
    "ajp-properties": built(AjpProperties),
    "groupware-configdb": built(GroupwareConfigdb),
    "admindaemon-configdb": built(AdmindaemonConfigdb),
    "groupware-cache": built(GroupwareCache, regions=REGIONS),
    "admindaemon-cache": built(AdmindaemonCache, regions=REGIONS),
    "session-cache": built(SessionCache, regions=REGIONS),
    "oxinstaller": built(OxInstaller, texts=TEXTS.filter(str.isprintable)),
    "exports": st.builds(
        Exports,
        exports=st.lists(
            st.builds(
                Export, PATHS, st.lists(st.builds(Client, WORDS, OPTIONS), min_size=1, max_size=3).map(tuple)
            ),
            max_size=3,
        ).map(tuple),
    ),
    "fstab": st.builds(
        Fstab,
        mounts=st.lists(
            st.builds(
                Mount,
                spec=WORDS,
                file=PATHS,
                type=WORDS,
                options=st.lists(WORDS, min_size=1, max_size=4).map(tuple),
                freq=st.integers(0, 1),
                passno=st.integers(0, 2),
            ),
            max_size=3,
        ).map(tuple),
    ),
    "filestore-guard": st.builds(
        FilestoreGuard, requires_mounts_for=st.none() | PATHS, assert_path_is_mount_point=st.none() | PATHS
    ),
    "filestore-guard-for-scripts": st.builds(
        FilestoreGuardForScripts,
        requires_mounts_for=st.none() | PATHS,
        assert_path_is_mount_point=st.none() | PATHS,
    ),
    "sysusers": users(),
    "hosts": st.builds(
        Hosts,
        names=st.lists(
            st.builds(Name, ADDRESSES.map(str), st.lists(WORDS, min_size=1, max_size=3).map(tuple)),
            max_size=3,
        ).map(tuple),
    ),
    "multicast-interfaces": st.builds(MulticastInterfaces, routes=st.lists(ROUTES, max_size=3).map(tuple)),
    "multicast-unit": st.builds(MulticastUnit, routes=st.lists(ROUTES, max_size=3).map(tuple)),
}
CLASSES: tuple[type[ParsedArtifact], ...] = (
    AjpProperties,
    GroupwareConfigdb,
    AdmindaemonConfigdb,
    GroupwareCache,
    AdmindaemonCache,
    SessionCache,
    OxInstaller,
    Exports,
    Fstab,
    FilestoreGuard,
    FilestoreGuardForScripts,
    Sysusers,
    Hosts,
    MulticastInterfaces,
    MulticastUnit,
)

PIECES = [
    *"\n \t\\\"'#:=-+%$(){}[]/,.*a1é", "jcs.region.", "jcs.default", "jcs.auxiliary.LTCP.attributes.TcpListenerPort=",
    "cacheattributes.MaxObjects=", "AJP_PORT=", "AJP_MOD_JK: TRUE\n", "readUrl=jdbc:mysql://", "readProperty.2=",
    "--jkroute", "--servermemory=", "/srv *(rw,anonuid=", "a:/b /c nfs rw 0 0\n", "u open-xchange ", "g ", "1:2",
    "10.20.30.213 ", "iface eth0 inet manual\n", "post-up ip route replace 224.0.0.0/8 dev eth0\n", "[Service]\n",
    "[Unit]\n", "ExecStart=", "RequiresMountsFor=", "AssertPathIsMountPoint=",
]  # fmt: skip


@pytest.mark.parametrize("kind", ARTIFACTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_back(kind: str, data: st.DataObject) -> None:
    artifact = data.draw(ARTIFACTS[kind])
    assert type(artifact).parse(artifact.render()) == artifact


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.kind)
@settings(max_examples=60, deadline=None)
@given(text=st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_any_text_can_be_read_and_problems_have_lines_of_it(cls: type[ParsedArtifact], text: str) -> None:
    artifact, problems = cls.read(text)
    count = text.count("\n") + 1
    assert all(1 <= problem.line <= count for problem in problems)
    assert all(1 <= line <= count for line in artifact.lines.values())
    assert set(artifact.lines) <= {attribute.name for attribute in fields(cls)}


def test_all_classes_are_tried() -> None:
    assert list(ARTIFACTS) == [cls.kind for cls in CLASSES]
