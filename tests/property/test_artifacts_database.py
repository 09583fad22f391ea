"""Laws of the database files: what is written is read back, whatever the values are."""

import contextlib
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.artifacts._codec import ADDRESS, INTEGER, ON_OFF, ONE_ZERO, SIZE, TEXT, Codec
from oxconf.artifacts._keyvalue import OptionsArtifact, Setting
from oxconf.artifacts._keyvalue import settings as settings_of
from oxconf.artifacts._provider_options import PERIOD, PROVIDER_OPTIONS, ProviderOptions
from oxconf.artifacts.clustercheck import ClustercheckCnf
from oxconf.artifacts.garb import Garb
from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.host_cnf import DONORS, HostCnf
from oxconf.artifacts.my_cnf import IncludeDir, MyCnf
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.secrets import PLACEHOLDER, Secret

# An option file can hold these; the rest is refused when it is written.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
passwords = printable.filter(lambda value: not PLACEHOLDER.fullmatch(value))
names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
addresses = st.integers(0, 2**32 - 1).map(IPv4Address)
milliseconds = st.none() | st.integers(0, 10**9)
provider_options = st.builds(
    ProviderOptions,
    gcache_size=st.none() | st.integers(1, 2**40),
    evs_keepalive_period=milliseconds,
    evs_inactive_check_period=milliseconds,
    evs_suspect_timeout=milliseconds,
    evs_inactive_timeout=milliseconds,
    evs_install_timeout=milliseconds,
)
switches = st.booleans()


def _values(data: Setting) -> st.SearchStrategy[Any]:
    low = 0 if data.minimum is None else data.minimum
    high = 2**40 if data.maximum is None else data.maximum
    plain: dict[Codec, st.SearchStrategy[Any]] = {
        INTEGER: st.integers(low, high),
        SIZE: st.integers(low, high),
        TEXT: texts,
        ADDRESS: addresses,
        ON_OFF: switches,
        ONE_ZERO: switches,
        PROVIDER_OPTIONS: provider_options,
        DONORS: st.builds(
            lambda some, last: (*some, *last), st.lists(names, min_size=1), st.sampled_from([(), ("",)])
        ),
    }
    if data.codec in plain:
        return plain[data.codec]
    if data.codec.name == "secret":
        purpose = "sst" if data.key == "wsrep_sst_auth" else "clustercheck"
        return st.none().map(lambda _: Secret(purpose)) | passwords.map(lambda value: Secret(purpose, value))
    assert data.codec.name == "list", data.key
    return st.lists(st.from_regex(r"[A-Z_]{1,20}", fullmatch=True)).map(tuple)


def _artifacts(cls: type[OptionsArtifact]) -> st.SearchStrategy[OptionsArtifact]:
    return st.builds(
        cls, **{attribute.name: st.none() | _values(data) for attribute, data in settings_of(cls)}
    )


@pytest.mark.parametrize(
    "cls", [OxCnf, WsrepCnf, HostCnf, GtidCnf, ClustercheckCnf], ids=lambda cls: cls.kind
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_option_files_are_read_back(cls: type[OptionsArtifact], data: st.DataObject) -> None:
    artifact = data.draw(_artifacts(cls))
    text = artifact.render()
    assert cls.parse(text) == artifact
    # And what was read writes the same options.
    assert cls.parse(cls.parse(text).render()) == artifact


@given(provider_options)
def test_provider_options_are_read_back(options: ProviderOptions) -> None:
    assert ProviderOptions.parse(str(options)) == options


@given(st.integers(0, 10**12))
def test_periods_are_read_back(value: int) -> None:
    assert PERIOD.read(PERIOD.write(value)) == value


@given(st.text())
def test_any_list_of_provider_options_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert ProviderOptions.parse(text) == ProviderOptions.parse(f" {text} ;")


@given(st.lists(st.from_regex(r"(/[A-Za-z0-9._-]{1,20}){1,4}/?", fullmatch=True)))
def test_include_lines_are_read_back(folders: list[str]) -> None:
    made = MyCnf(includedirs=tuple(IncludeDir(folder) for folder in folders))
    assert MyCnf.parse(made.render()) == made


@given(
    st.builds(
        Garb,
        nodes=st.lists(names).map(tuple),
        cluster=st.none() | texts,
        options=st.none() | provider_options,
    )
)
def test_arbitrators_are_read_back(made: Garb) -> None:
    assert Garb.parse(made.render()) == made


@pytest.mark.parametrize(
    "cls", [MyCnf, OxCnf, WsrepCnf, HostCnf, GtidCnf, ClustercheckCnf, Garb], ids=lambda cls: cls.kind
)
@settings(max_examples=50, deadline=None)
@given(text=st.text())
def test_any_text_is_read_without_an_exception(cls: type[Any], text: str) -> None:
    artifact, problems = cls.read(text)
    assert isinstance(artifact, cls)
    assert all(problem.line > 0 and problem.message for problem in problems)
