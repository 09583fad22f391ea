"""A secret shows in nothing but `reveal()`: not in what is returned, nor in what is raised."""

import traceback
from collections.abc import Callable
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError
from oxconf.deployment.secrets import PURPOSES, parse_secrets
from oxconf.plan import make_plan

QUICK = settings(max_examples=100, deadline=None)

# No message holds such a start by chance.
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=5, max_size=140)
any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=5, max_size=20)
passwords = (printable | any_text).map("Qz7".__add__)
names = st.sampled_from([*(purpose.name for purpose in PURPOSES), "configbd"])


def all_that_shows(call: Callable[[], Any]) -> str:
    """Everything that a log, a message or a debugger's short form could print of a call."""
    try:
        result = call()
    except InputError as error:
        chain: list[BaseException] = [error]
        while following := chain[-1].__cause__ or chain[-1].__context__:
            chain.append(following)
        shown = [str(one) + repr(one) + repr(one.args) + repr(vars(one)) for one in chain]
        return "".join([*shown, *traceback.format_exception(error)])
    return f"{result}{result!r}{getattr(result, 'passwords', '')}{getattr(result, 'origins', '')}"


def parts(secret: str) -> list[str]:
    """The secret, as it is and as Python and TOML escape it."""
    return [secret, repr(secret)[1:-1], tomlkit.item(secret).as_string()[1:-1], secret[:8]]


def hides(shown: str, secret: str) -> bool:
    return not any(part in shown for part in parts(secret))


@QUICK
@given(st.dictionaries(names, passwords, min_size=1), st.sampled_from(["", "mailboxes = 0", "[web"]))
def test_given_secrets(given_secrets: dict[str, str], more: str) -> None:
    shown = all_that_shows(lambda: load_text(f'tier = "1m"\n{more}', secrets=given_secrets))
    assert all(hides(shown, secret) for secret in given_secrets.values())


@QUICK
@given(st.dictionaries(names, passwords, min_size=1))
def test_secrets_of_the_environment(given_secrets: dict[str, str]) -> None:
    environment = {f"OXCONF_SECRET_{name.upper()}": secret for name, secret in given_secrets.items()}
    shown = all_that_shows(lambda: load_text("", tier="1m", environment=environment))
    assert all(hides(shown, secret) for secret in given_secrets.values())


@QUICK
@given(
    names,
    passwords,
    st.sampled_from(
        [
            "{name} = {quoted}",
            "{quoted} = {quoted}",
            "{name} = {raw}",
            "{name} = [{quoted}]",
            "{name} = {quoted} {quoted}",
            "{name} = {{ {quoted} = {quoted}, {quoted} = 1 }}",
            "[{quoted}]\n[{quoted}]",
            "{quoted} = 1\n{quoted} = 2",
            "{name} = '''{raw}",
            "{raw}",
        ]
    ),
)
def test_texts_of_a_secrets_file(name: str, secret: str, form: str) -> None:
    text = form.format(name=name, quoted=tomlkit.item(secret).as_string(), raw=secret)
    assert hides(all_that_shows(lambda: parse_secrets(text, "secrets.toml")), secret)
    shown = all_that_shows(lambda: load_text("", tier="1m", secrets=parse_secrets(text, "secrets.toml")))
    assert hides(shown, secret)


@QUICK
@given(names.filter("configbd".__ne__), printable.map("Qz7".__add__))
def test_a_secret_that_serves_is_revealed(name: str, secret: str) -> None:
    (purpose,) = (purpose for purpose in PURPOSES if purpose.name == name)
    secret = "".join(character for character in secret if character not in purpose.refused)
    if len(secret) > purpose.longest:
        secret = secret[:8]
    text = f"{name} = {tomlkit.item(secret).as_string()}"
    deployment = load_text("", tier="1m", secrets=parse_secrets(text, "secrets.toml"))
    assert deployment.password(name).reveal() == secret


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries({purpose.name: printable.map(lambda text: "Qz" + text[:6]) for purpose in PURPOSES})
)
def test_a_secret_is_refused_by_name_or_stands_in_its_files_as_it_is(given_secrets: dict[str, str]) -> None:
    message = ""
    try:
        deployment = load_text("", tier="1m", secrets=given_secrets)
    except InputError as error:
        message = str(error)
    assert all(hides(message, secret) for secret in given_secrets.values())
    if message:
        return
    plan = make_plan(deployment)
    for host in plan.hosts:
        for artifact in host.artifacts:
            if isinstance(artifact, ParsedArtifact):
                assert type(artifact).parse(artifact.render()) == artifact
