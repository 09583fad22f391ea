"""The pages of the files: every type of file that a host can get, and every setting in it."""

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import combinations
from pathlib import PurePosixPath

from attrs import frozen

from generate import clusters
from generate.markdown import anchor, code, document, escape, heading, prose, sought, table
from generate.origins import is_explained, legend, origin
from oxconf.artifacts._artifact import Artifact, Install
from oxconf.artifacts._explained import Setting, Unexplained, Value
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Origin
from oxconf.plan import ARTIFACTS, Plan

FOLDER = "reference/files"
MOST_SHOWN = 6
"""So many different values of one setting are listed; more would be the list of hosts."""

_DATABASE = (Role.DATABASE, Role.ARBITRATOR)

Type = type[Artifact]


@frozen(eq=False)
class Made:
    """One file of one host of one cluster."""

    cluster: int
    """Its place among the example clusters."""
    deployment: Deployment
    host: Host
    artifact: Artifact

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The settings of the file."""
        return self.artifact.explained()


@frozen
class Seen:
    """One value of a setting in one host's file."""

    host: Host
    value: Value


def pages(artifacts: Sequence[Type] = ARTIFACTS) -> dict[str, str]:
    """Return a page for each type of file, and their list."""
    files = {f"{FOLDER}/{cls.kind}.md": _page(cls) for cls in artifacts}
    return {f"{FOLDER}/index.md": _index(artifacts), **files}


def missing(artifacts: Sequence[Type] = ARTIFACTS) -> Iterator[str]:
    """Yield the settings without a text or an origin, and what stands in a file and is no setting."""
    for cls in artifacts:
        if not cls.title.strip():
            yield f"the file {cls.kind} has no title"
        if not files_of(cls):
            yield f"the file {cls.kind} is in no example cluster"
        if len(either := _deciding(cls)) > 1:
            sets = " or ".join(listed(role.value for role in roles) for roles in either)
            yield f"the hosts of the file {cls.kind}: no example cluster tells whether it goes with {sets}"
        try:
            values = [value for made in files_of(cls) for value in made.values]
        except Unexplained as error:
            yield str(error)
            continue
        for setting in cls.documented():
            if not setting.doc.strip():
                yield f"the setting {setting.key} of {cls.kind} has no doc"
            found = [value.origin for value in values if value.setting.key == setting.key]
            if not all(is_explained(why) for why in found or [setting.origin]):
                yield f"the setting {setting.key} of {cls.kind} has an origin without a reason"


@cache
def files_of(cls: Type) -> tuple[Made, ...]:
    """Return the files of a type in all example clusters."""
    return tuple(
        Made(number, plan.deployment, host.host, artifact)
        for number, plan in enumerate(clusters.examples())
        for host in plan.hosts
        for artifact in host.artifacts
        if type(artifact) is cls
    )


def name(cls: Type) -> str:
    """Return the file's name, with its kind where another type has the same."""
    names = [PurePosixPath(each.path).name for each in ARTIFACTS]
    own = PurePosixPath(cls.path).name
    return own if names.count(own) == 1 else f"{own} ({cls.kind})"


def _index(artifacts: Sequence[Type]) -> str:
    rows = [
        (f"[{code(cls.path)}]({cls.kind}.md)", prose(cls.title), _hosts(cls), _tiers(cls))
        for cls in artifacts
    ]
    return document(
        "# Files",
        "Every type of file that a host can get. Which of them it gets follows from its roles and from the cluster. A "
        "file that is in no tier belongs to clusters of another kind; its page names examples.",
        table(("File", "What it does", "Hosts", "Tiers"), rows),
    )


def _page(cls: Type) -> str:
    settings = cls.documented()
    blocks = [
        f"# {escape(name(cls))}",
        prose(cls.title),
        "\n".join(f"- {line}" for line in _facts(cls)),
        heading(
            2,
            "Values by tier" if _shown(cls) == clusters.tiers() else "Values",
            "values-by-tier",
            hidden=True,
        ),
        _values_table(cls, settings),
        heading(2, "Settings", "settings"),
        legend(),
    ]
    for setting in settings:
        blocks += [heading(3, code(setting.key), anchor(setting.key)), _setting(cls, setting)]
    return sought(document(*blocks))


def _facts(cls: Type) -> Iterator[str]:
    yield f"Path: {code(cls.path)}"
    yield f"Mode {code(f'{cls.mode:04o}')}, owner {code(cls.owner)}, group {code(cls.group)}"
    yield f"Hosts: {_hosts(cls)}"
    shown = _shown(cls)
    if shown == clusters.tiers():
        yield f"Tiers: {_tiers(cls)}"
    else:
        paths = (f"tests/clusters/deployments/{each}.toml" for each in shown)
        yield f"Tiers: none; the values below are those of {listed(map(code, paths))}"
    if cls.install is Install.REPLACE:
        yield "Installed: as a whole; a file of that name is replaced"
    else:
        yield "Installed: as a block between markers; the rest of the machine's own file stays"
    enabled = dict.fromkeys(
        f"{enable.switch.value.replace('-', ' ')} {code(enable.name)}"
        for made in files_of(cls)
        for enable in made.artifact.enables()
    )
    if enabled:
        yield f"To be switched on: {', '.join(enabled)}"
    products = _products([made.deployment for made in files_of(cls)])
    everywhere = _products([plan.deployment for plan in clusters.examples()])
    # What stands on other hosts follows from other things than the database's product.
    if products != everywhere and any(made.host.has(*_DATABASE) for made in files_of(cls)):
        yield f"Databases: {escape(', '.join(products))}"
    yield f"Name of this type in manifests: {code(cls.kind)}"


def _shown(cls: Type) -> dict[str, Plan]:
    """Return the clusters whose values the page shows: the tiers, or where none has the file, the examples."""
    numbers = {made.cluster for made in files_of(cls)}
    having = {each: plan for number, (each, plan) in enumerate(clusters.named().items()) if number in numbers}
    return clusters.tiers() if having.keys() & clusters.tiers() else having


def _has(cls: Type, cluster: str) -> bool:
    deployment = clusters.named()[cluster].deployment
    return any(made.deployment is deployment for made in files_of(cls))


def _tiers(cls: Type) -> str:
    having = [tier for tier in clusters.tiers() if _has(cls, tier)]
    if not having:
        return "none"
    return "every" if len(having) == len(clusters.tiers()) else listed(map(code, having))


def _products(deployments: Sequence[Deployment]) -> list[str]:
    return sorted({clusters.product(deployment) for deployment in deployments})


def _hosts(cls: Type) -> str:
    """Return in words which hosts have the file."""
    having, there = _placed(cls)
    if having == there:
        return "all"
    roles = next(iter(_deciding(cls)), ())
    words = [role.value for role in roles]
    rest = [each for each in having if not each[1].has(*roles)]
    if rest:
        shared = [role.value for role in Role if all(host.has(role) for _, host in rest)]
        words += [f"{role} in some clusters" for role in shared[:1]] or ["some others"]
    return escape(listed(words))


def _deciding(cls: Type) -> list[tuple[Role, ...]]:
    """Return the smallest sets of roles that account for most hosts of a file; two sets are one too many.

    All hosts of such a role have the file, in every cluster that has it. None where every host has it.
    """
    having, there = _placed(cls)
    if having == there:
        return []
    always = [
        role
        for role in Role
        if any(host.has(role) for _, host in there)
        and all(each in having for each in there if each[1].has(role))
    ]
    most = sum(host.has(*always) for _, host in having)
    for count in range(1, len(always) + 1):
        sets = [
            roles
            for roles in combinations(always, count)
            if sum(host.has(*roles) for _, host in having) == most
        ]
        if sets:
            return sets
    return []


def _placed(cls: Type) -> tuple[list[tuple[int, Host]], list[tuple[int, Host]]]:
    """Return the hosts that have the file, and all hosts of the clusters that have it."""
    having = [(made.cluster, made.host) for made in files_of(cls)]
    numbers = dict.fromkeys(number for number, _ in having)
    there = [(number, host) for number in numbers for host in clusters.examples()[number].deployment.hosts]
    return having, there


def _seen(cls: Type, setting: Setting, cluster: str) -> list[Seen]:
    plan = clusters.named()[cluster]
    return [
        Seen(made.host, value)
        for made in files_of(cls)
        if made.deployment is plan.deployment
        for value in made.values
        if value.setting.key == setting.key
    ]


def _values_table(cls: Type, settings: Sequence[Setting]) -> str:
    shown = _shown(cls)
    rows = [
        (
            f"[{code(setting.key)}](#{anchor(setting.key)})",
            *(_summary(_seen(cls, setting, each)) if _has(cls, each) else "no such file" for each in shown),
        )
        for setting in settings
    ]
    return table(("Setting", *shown), rows)


def _summary(seen: Sequence[Seen]) -> str:
    """Return the value, or how the values differ."""
    texts = dict.fromkeys(each.value.text for each in seen)
    if not texts:
        return "not set"
    if len(texts) == 1:
        return code(next(iter(texts))) or "empty"
    by_place = len({(each.value.where, each.value.text) for each in seen}) == len(
        {e.value.where for e in seen}
    )
    return "by section" if by_place else "by host"


def _setting(cls: Type, setting: Setting) -> str:
    lines = [f"Type: {_type(setting)}"]
    shown = _shown(cls)
    groups: dict[str, list[str]] = {}
    for each in shown:
        absent = "not set" if _has(cls, each) else "no such file in this tier"
        for line in dict.fromkeys(_value_lines(_seen(cls, setting, each))) or [absent]:
            groups.setdefault(line, []).append(code(each))
    for line, where in groups.items():
        everywhere = shown == clusters.tiers() and len(where) == len(shown)
        lines.append(f"In {'every tier' if everywhere else listed(where)}: {line}")
    if not any(_seen(cls, setting, each) for each in shown) or _differs(cls, setting):
        lines.append(f"Origin: {origin(setting.origin)}")
    with_it = [
        made.deployment
        for made in files_of(cls)
        if any(value.setting.key == setting.key for value in made.values)
    ]
    products = _products(with_it)
    if not products:
        lines.append("Databases: in none of the example clusters")
    elif products != _products([made.deployment for made in files_of(cls)]):
        lines.append(f"Databases: {escape(', '.join(products))}")
    return document(prose(setting.doc), "\n".join(f"- {line}" for line in lines))


def _differs(cls: Type, setting: Setting) -> bool:
    """Whether a general reason stands beside those of the values."""
    own = {each.value.origin.why for cluster in _shown(cls) for each in _seen(cls, setting, cluster)}
    return bool(setting.origin.why) and setting.origin.why not in own


def _value_lines(seen: Sequence[Seen]) -> Iterator[str]:
    """Yield each value with whose it is and why, the same reason only once."""
    hosts = list(dict.fromkeys(each.host.name for each in seen))
    places = list(dict.fromkeys(each.value.where for each in seen))
    groups: dict[tuple[str, Origin], list[Seen]] = {}
    for each in seen:
        groups.setdefault((each.value.text, each.value.origin), []).append(each)
    for number, ((text, why), group) in enumerate(groups.items()):
        if number == MOST_SHOWN:
            yield f"and {len(groups) - MOST_SHOWN} more"
            return
        whose = []
        if len(groups) > 1:
            own_places = list(dict.fromkeys(each.value.where for each in group))
            own_hosts = list(dict.fromkeys(each.host.name for each in group))
            whose = [code(place) for place in own_places if place] if len(own_places) < len(places) else []
            if len(own_hosts) < len(hosts):
                whose += [escape(", ".join(own_hosts))]
        shown = code(text) or "empty"
        yield f"{shown} {'on ' if whose else ''}{', '.join(whose)}".rstrip() + f" ({origin(why)})"


def _type(setting: Setting) -> str:
    text = escape(setting.type)
    low, high = setting.minimum, setting.maximum
    if low is not None and high is not None:
        text += f", {low:,} to {high:,}"
    elif low is not None:
        text += f", {low:,} at least"
    elif high is not None:
        text += f", {high:,} at most"
    return text + (f", in {escape(setting.unit)}" if setting.unit else "")
