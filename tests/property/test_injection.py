"""No text of a cluster file and no secret leaves its own place: it is quoted, or refused by name.

Two clusters that differ in one text alone are read back file by file; wherever they differ, the odd text stands in
one where the harmless one stands in the other, and nowhere else.
"""

import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve, fields, has
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from property.strategies import INJECTIONS, PRINTABLE, Tree, clusters, injected, leaves, replaced, toml
from property.test_clusters import SYNTAXES, WITHOUT_SYNTAX, names_a_place, outcome

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.bundle.contents import MANIFEST, README, contents
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError
from oxconf.deployment.model import Deployment
from oxconf.deployment.secrets import PURPOSES, Secret
from oxconf.plan import Plan, make_plan
from oxconf.syntax import unit
from oxconf.syntax._base import Unwritable

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

HARMLESS = {
    "name": "harmless",
    "route": "harmless",
    "interface": "harmless",
    "path": "/srv/harmless",
    "server": "harmless",
    "server_name": "harmless",
    "imap_server": "harmless",
    "smtp_server": "harmless",
    **{purpose.name: "harmless" for purpose in PURPOSES},
}
"""A value of each key that takes a text of the user's own; the others take one of a few words, or numbers."""


def differences(one: Any, other: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """Yield the places where two readings differ, and the two texts there."""
    if isinstance(one, Secret) and isinstance(other, Secret):
        yield from differences(one.reveal(), other.reveal(), where)
    elif isinstance(one, str) and isinstance(other, str):
        if one != other:
            yield where, one, other
    elif type(one) is not type(other):
        yield where, repr(one), repr(other)
    elif has(type(one)):
        for attribute in fields(type(one)):
            # Lines and origins do not count, and a document's whole text is read part by part.
            if attribute.eq and attribute.name not in ("text", "source"):
                name = attribute.name
                yield from differences(getattr(one, name), getattr(other, name), f"{where}.{name}")
    elif isinstance(one, tuple | list):
        if len(one) != len(other):
            yield where, f"{len(one)} entries", f"{len(other)} entries"
        for number, (left, right) in enumerate(zip(one, other, strict=False)):
            yield from differences(left, right, f"{where}[{number}]")
    elif isinstance(one, dict):
        yield from differences([*one.items()], [*other.items()], where)
    elif one != other:
        yield where, repr(one), repr(other)


def readings(plan: Plan) -> list[Any]:
    """Every file of every host as its artifact, its syntax and the host's manifest read it."""
    found: list[Any] = []
    for host in plan.hosts:
        entries = {entry.path: entry.data.decode() for entry in contents(plan, host).entries}
        manifest = json.loads(entries[MANIFEST])
        for file in manifest["files"]:
            del file["sha256"]
        found += [host.host.name, manifest, entries[README]]
        for artifact in host.artifacts:
            text = artifact.render()
            if isinstance(artifact, ParsedArtifact):
                found.append(type(artifact).parse(text))
            if artifact.path.startswith(WITHOUT_SYNTAX):
                found.append(shlex.split(text, comments=True))
            for path, syntax in SYNTAXES.items():
                if re.fullmatch(path, artifact.path):
                    document = syntax.parse(text)
                    assert not document.problems
                    found.append(document)
    return found


def stays_in_its_place(plain: Plan, odd: Plan, harmless: str, value: str) -> None:
    for where, one, other in differences(readings(plain), readings(odd), ""):
        assert harmless in one, (where, one, other)
        if other != one.replace(harmless, value):
            # A command in a unit, whose words may be commands of a shell: it has quotes of its own around the text.
            assert words(other) == [word.replace(harmless, value) for word in words(one)], (where, one, other)


def words(command: str) -> list[str]:
    """The words of a unit's command and, where it calls a shell, those that the shell makes of them."""
    outer = unit.words(command, command=True)
    return [inner for word in outer for inner in (shlex.split(word) if " " in word else [word])]


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(clusters(numbers=False), st.data())
def test_a_text_of_the_cluster_file_stays_in_its_place_or_is_refused(tree: Tree, data: st.DataObject) -> None:
    texts = [path for path in leaves(tree) if isinstance(_at(tree, path), str)]
    path = data.draw(st.sampled_from(texts))
    harmless = HARMLESS.get(str(path[-1]), _at(tree, path))
    value = data.draw(injected(harmless))
    odd = outcome(replaced(tree, path, value))
    if isinstance(odd, InputError):
        assert names_a_place(odd)
        return
    # Nothing but these takes a text that nobody foresaw.
    assert str(path[-1]) in HARMLESS, (path, value)
    stays_in_its_place(make_plan(load_text(toml(replaced(tree, path, harmless)))), odd, harmless, value)


def _at(tree: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


odd_passwords = st.one_of(
    st.sampled_from(INJECTIONS).map("Qz{}".format),
    st.sampled_from(INJECTIONS).map("{}Qz".format),
    st.text(st.sampled_from(PRINTABLE), min_size=1, max_size=8),
    st.lists(st.sampled_from(INJECTIONS), min_size=1, max_size=4).map("".join),
)


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(clusters(numbers=False), st.sampled_from(PURPOSES), odd_passwords)
def test_a_secret_stays_in_its_place_or_is_refused(tree: Tree, purpose: Any, value: str) -> None:
    text, name = toml(tree), tree.get("secrets", {}).get(purpose.name, purpose.name)
    odd = outcome(tree, {purpose.name: value})
    if isinstance(odd, InputError):
        assert f'"{name}"' in str(odd)
        return
    stays_in_its_place(make_plan(load_text(text, secrets={name: "harmless"})), odd, "harmless", value)


DEPLOYMENTS = sorted((Path(__file__).parents[1] / "clusters" / "deployments").glob("*.toml"))
FIELDS = [
    ("name",), ("network", "interface"), ("filestore", "path"), ("filestore", "server"), ("ox", "server_name"),
    ("mail", "imap_server"), ("mail", "smtp_server"), ("hosts", "name"), ("hosts", "route"),
]  # fmt: skip


@cache
def deployment_of(path: Path) -> Deployment:
    return load_text(path.read_text())


def with_text(deployment: Deployment, field: tuple[str, ...], text: str) -> Deployment | None:
    """The deployment with a text that its loader never saw, in its last host where the field is a host's."""
    if len(field) == 1:
        return evolve(deployment, **{field[0]: text})
    if field[0] == "hosts":
        *_, last = [host for host in deployment.hosts if getattr(host, field[1]) is not None]
        if last.name == deployment.database.writer:
            return None
        changed = evolve(last, **{field[1]: text})
        return evolve(deployment, hosts=tuple(changed if host is last else host for host in deployment.hosts))
    table = getattr(deployment, field[0])
    if getattr(table, field[1]) is None:
        return None
    return evolve(deployment, **{field[0]: evolve(table, **{field[1]: text})})


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(DEPLOYMENTS), st.sampled_from(FIELDS), st.data())
def test_a_text_that_no_loader_saw_is_quoted_or_refused(
    path: Path, field: tuple[str, ...], data: st.DataObject
) -> None:
    """Whoever builds a deployment in Python passes by the loader's patterns; the files are safe all the same."""
    harmless = HARMLESS[field[-1]]
    value = data.draw(injected(harmless))
    plain = with_text(deployment_of(path), field, harmless)
    odd = with_text(deployment_of(path), field, value)
    if plain is None or odd is None:
        reject()
    with contextlib.suppress(Unwritable):
        stays_in_its_place(make_plan(plain), make_plan(odd), harmless, value)
