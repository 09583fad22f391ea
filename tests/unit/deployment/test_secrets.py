"""Secrets: where they come from, what is refused, and that nothing shows them."""

from pathlib import Path

import pytest

from oxconf.api import load
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError
from oxconf.deployment.secrets import PLACEHOLDER, PURPOSES, SAMPLES, Secret, parse_secrets, unused


def refused(given: dict[str, object], text: str = 'tier = "1m"') -> str:
    with pytest.raises(InputError) as caught:
        load_text(text, secrets=given)
    return str(caught.value)


def test_from_a_file_and_the_environment() -> None:
    cluster = load_text(
        'tier = "1m"\nsecrets.sst = "state_transfer"',
        secrets=parse_secrets('configdb = "Tei9aePh"\nstate_transfer = "Uv5ooxai"', "secrets.toml"),
        environment={
            "OXCONF_SECRET_CONFIGDB": "loses",
            "OXCONF_SECRET_VRRP": "ohR1shei",
            "OXCONF_SECRET_OTHER": "of another cluster",
        },
    )
    assert {purpose: cluster.password(purpose).reveal() for purpose in ("configdb", "sst", "vrrp")} == {
        "configdb": "Tei9aePh",
        "sst": "Uv5ooxai",
        "vrrp": "ohR1shei",
    }
    assert not cluster.password("master").given


def test_placeholders_have_one_form_and_fit() -> None:
    cluster = load_text("", tier="1m")
    for purpose in PURPOSES:
        placeholder = cluster.password(purpose.name).reveal()
        assert PLACEHOLDER.fullmatch(placeholder)
        assert len(placeholder) <= purpose.longest
    assert cluster.password("vrrp").reveal() == "REPLACE_"


@pytest.mark.parametrize("sample", sorted(SAMPLES))
def test_samples_are_refused(sample: str) -> None:
    message = refused({"configdb": sample})
    assert "is a published sample password" in message
    assert sample in ("secret", "password") or sample not in message


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "is empty"),
        (5, "must be a string in quotes"),
        ("REPLACE_configdb", "is a placeholder, not a password"),
        (
            "two words",
            "may hold printable ASCII characters without blanks only: not every daemon reads others alike",
        ),
        (
            "zwölf",
            "may hold printable ASCII characters without blanks only: not every daemon reads others alike",
        ),
        (
            "line\n",
            "may hold printable ASCII characters without blanks only: not every daemon reads others alike",
        ),
        ("x" * 129, "has 129 characters; its daemon takes 128"),
    ],
)
def test_refusals(value: object, why: str) -> None:
    assert (
        refused({"configdb": value})
        == f'secret "configdb" (password of the database user openexchange) {why}'
    )


def test_every_refusal_at_once() -> None:
    assert refused({"hunter2": "configdb", "configbd": "x", "vrrp": "ninechars", "sst": ""}) == (
        "entry 1 of the secrets: this cluster has no secret of this name; "
        "known: configdb, master, sst, clustercheck, vrrp, root, maintenance, replication, backup, maxscale\n"
        'entry 2 of the secrets: this cluster has no secret of this name; did you mean "configdb"?\n'
        'secret "sst" (password of the Galera state transfer user sstuser) is empty\n'
        'secret "vrrp" (password between the keepalived instances) has 9 characters; its daemon takes 8'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('configdb = "Tei9aePh', "s.toml:1:21: not valid TOML: the file ends inside a value"),
        ("configdb = Tei9aePh", "s.toml:1:12: not valid TOML: no value stands here; text needs quotes"),
        ('a = "x"\nTei9aePh', "s.toml:2:9: not valid TOML: a key needs = behind it"),
        (
            'Tei9aePh = "x"\nTei9aePh = "y"\n',
            "s.toml:2:1: not valid TOML: this key is there already, in line 1",
        ),
        ("[Tei9aePh]\n[Tei9aePh]", "s.toml:2:1: not valid TOML: this table is there already, in line 1"),
        ('a = {Tei9aePh = "x", Tei9aePh = "y"}', "s.toml:1:36: not valid TOML: this key is there already"),
        (
            'sst = 5\n[configdb]\npassword = "Tei9aePh"\nx."Tei9aePh" = 1\n',
            's.toml:1:1: a secret is a string in quotes; write it like configdb = "..."\n'
            's.toml:2:2: a secret is a string in quotes; write it like configdb = "..."',
        ),
        (
            'Tei9aePh = "configdb"',
            "s.toml:1:1: this is no name of a secret; it takes a lower-case letter, "
            "then lower-case letters, digits and underscores, at most 64 characters",
        ),
    ],
)
def test_mistakes_in_a_secrets_file_show_nothing_of_it(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_secrets(text, "s.toml")
    assert str(caught.value) == message


def test_a_secret_does_not_print() -> None:
    secret = Secret("configdb", "Tei9aePh")
    assert (f"{secret}", f"{secret:>20}", str(secret)) == ("***", "***", "***")
    assert "Tei9aePh" not in repr(secret)
    assert secret.reveal() == "Tei9aePh"


def test_all_mistakes_come_at_once_and_each_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('tier = "1m"\nnmae = "x"\n')
    (tmp_path / "right.toml").write_text('tier = "1m"\n')
    path = tmp_path / "s.toml"
    path.write_text('sst = 5\nvrrp = "ninechars"\n# ...\nrott = "Tei9aePh"\n')
    path.chmod(0o600)
    environment = {"OXCONF_SECRET_MASTER": "two words"}

    with pytest.raises(InputError) as caught:
        load(tmp_path / "right.toml", secrets=path, environment=environment)
    assert str(caught.value).splitlines() == [
        f'{path}:1:1: a secret is a string in quotes; write it like configdb = "..."',
        f'{path}:4:1: this cluster has no secret of this name; did you mean "root"?',
        'OXCONF_SECRET_MASTER in the environment: secret "master" (password of the OX administrator oxadminmaster) '
        "may hold printable ASCII characters without blanks only: not every daemon reads others alike",
        f'{path}:2:1: secret "vrrp" (password between the keepalived instances) has 9 characters; its daemon takes 8',
    ]
    with pytest.raises(InputError) as caught:
        load(tmp_path / "c.toml", secrets=path)
    assert f"{path}:1:1: a secret is a string" in str(caught.value)
    assert 'c.toml:2:1: unknown key "nmae"' in str(caught.value)


@pytest.mark.parametrize("variable", ["OXCONF_SECRET_configdb", "OXCONF_SECRET_CONFIGBD"])
def test_a_misspelt_variable_is_refused(variable: str) -> None:
    with pytest.raises(InputError) as caught:
        load_text('tier = "1m"', environment={variable: "Tei9aePh"})
    assert str(caught.value) == (
        f"{variable} in the environment: this cluster has no secret of this name; "
        "did you mean OXCONF_SECRET_CONFIGDB?"
    )


def test_a_variable_like_one_that_is_given_may_be_another_cluster_s() -> None:
    both = {"OXCONF_SECRET_CONFIGDB": "Tei9aePh", "OXCONF_SECRET_CONFIGDB2": "Uv5ooxai"}

    assert load_text('tier = "1m"', environment=both).password("configdb").reveal() == "Tei9aePh"
    assert unused(["configdb"], {**both, "PATH": "/bin"}) == ("OXCONF_SECRET_CONFIGDB2",)
