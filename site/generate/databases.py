"""The page of the database servers: which are known, how each was proved, and what each says to each option."""

from collections.abc import Callable, Iterator
from itertools import groupby

from generate.markdown import code, document, escape, heading, prose, sought, table
from oxconf.artifacts._keyvalue import OptionsArtifact, settings
from oxconf.deployment.model import Flavour, Mode
from oxconf.deployment.servers import MODES, PRODUCTS, RELEASED, SERIES, SERVERS, Proof, packaged
from oxconf.options import Option, State, options_of
from oxconf.plan import ARTIFACTS

PAGE = "reference/databases.md"

_INTRODUCTION = f"""
`database.flavour` and `database.version` of the cluster file choose the server. oxconf writes an option only where the
chosen release obeys it and does not call it deprecated; `oxconf check` says the same of files that were edited
([OX358](rules/OX358.md), [OX361](rules/OX361.md), [OX364](rules/OX364.md), [OX367](rules/OX367.md)). `oxconf diff` of
two cluster files says what the step from one release to another changes. Ends of life are told as of {RELEASED}, when
this oxconf was released ([OX355](rules/OX355.md)).
"""

_STATES = {
    State.OK: "the server obeys it",
    State.DEPRECATED: "it obeys it, and will not for ever",
    State.SILENT: "it takes it, without effect or word",
    State.WARNS: "it takes it with a warning, without effect",
    State.UNKNOWN: "it does not start",
    State.PLUGIN: "it does not start unless the plugin is loaded that has the option",
    State.GALERA_BUILD: "only the separate build with Galera knows it",
    State.BUILD: "some packages of the release have it",
}
_PROOFS = {
    Proof.RUN: "the server itself reads its rendered option files and runs with them, in `tests/judges`: "
    "MariaDB 10.11 and MySQL 5.6 on every run, the others from Debian and Ubuntu with `make releases`, which takes "
    "their runbook as well, from an empty server to a verified cluster",
    Proof.LIST: "each option that is written is in the list that the server prints, or that its sources record",
    Proof.DOCUMENTS: "the manual says in which release each option came and went; no list was at hand",
}


def pages() -> dict[str, str]:
    """Return the page."""
    blocks = [
        "# Databases",
        _INTRODUCTION,
        heading(2, "Servers", "servers"),
        _servers(),
        "\n".join(f"- {proof.value}: {prose(text)}" for proof, text in _PROOFS.items()),
        heading(2, "Options", "options"),
        "What holds for the oldest release comes first; a number says from which release on something else holds.",
        "\n".join(f"- {code(state.value)}: {escape(text)}" for state, text in _STATES.items()),
        _options(),
        heading(2, "Defaults", "defaults"),
        "Of options that oxconf writes, and of those whose change from one release to another is felt.",
        _defaults(),
    ]
    return {PAGE: sought(document(*blocks))}


def missing() -> Iterator[str]:
    """Yield the states and proofs without a text."""
    for state in State:
        if state not in _STATES:
            yield f"the state {state.value} of an option has no text on the page of the databases"
    for proof in Proof:
        if proof not in _PROOFS:
            yield f"the proof {proof.value} has no text on the page of the databases"


def _servers() -> str:
    rows = [
        (
            escape(server.name),
            *(escape(server.proved(mode).value) if mode in MODES[server.flavour] else "-" for mode in Mode),
            escape(", ".join(packaged(server)) or "vendor"),
            f"{server.end_of_life}{', past' if server.ended else ''}",
            escape(server.source),
        )
        for server in SERVERS
    ]
    return table(("server", *(mode.value for mode in Mode), "comes with", "end of life", "says who"), rows)


def _options() -> str:
    written = {
        data.key
        for cls in ARTIFACTS
        if issubclass(cls, OptionsArtifact) and cls.option_group == "mysqld"
        for _, data in settings(cls)
    }
    rows = [
        (
            code(name),
            "yes" if name in written else "",
            *(_over(flavour, name, lambda option: option.state.value) for flavour in Flavour),
        )
        for name in _names()
    ]
    return table(("option", "written", *(PRODUCTS[flavour] for flavour in Flavour)), rows)


def _defaults() -> str:
    rows = []
    for name in _names():
        cells = [_over(flavour, name, lambda option: option.default or "") for flavour in Flavour]
        if any(cells):
            rows.append((code(name), *cells))
    return table(("option", *(PRODUCTS[flavour] for flavour in Flavour)), rows)


def _names() -> list[str]:
    return list(options_of(Flavour.MARIADB, SERIES[Flavour.MARIADB][0]))


def _over(flavour: Flavour, name: str, tell: Callable[[Option], str]) -> str:
    """Return what holds over the series of a product: `ok; 8.0 deprecated; 8.4 unknown`."""
    said = [(version, tell(options_of(flavour, version)[name])) for version in SERIES[flavour]]
    spans = [(next(iter(same))[0], text) for text, same in groupby(said, key=lambda each: each[1])]
    (_, first), *later = spans
    parts = [first, *(f"{version} {text}" for version, text in later)]
    return escape("; ".join(part for part in parts if part.strip()))
