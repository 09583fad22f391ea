"""The pages of the reference deployments: picture, cluster file, hosts, archives, and what differs from the tier 1m."""

import json
from collections.abc import Iterator
from difflib import unified_diff
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from generate.clusters import product
from generate.markdown import code, details, document, escape, fence, heading, prose, table
from oxconf.api import check, load
from oxconf.artifacts._artifact import Artifact, Install
from oxconf.bundle.contents import MANIFEST, README, SUMS
from oxconf.bundle.contents import contents as contents_of
from oxconf.bundle.write import PAGE, write
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Host
from oxconf.deployment.origin import Mark, Origin
from oxconf.deployment.units import speak_size
from oxconf.picture import describe, draw
from oxconf.plan import HostPlan, Plan, make_plan
from oxconf.report import text

FOLDER = "bundles"
ORDER = ("poc", "100k", "1m", "1m-minimum", "1m-replication", "1m-mysql57")
BASE = "1m"
"""What the others are compared with."""
CLUSTER = "cluster.toml"
PICTURE = "topology.svg"
MOST_LINES = 120
"""Lines of one file's difference that are shown."""

LANGUAGES = {
    ".cnf": "ini",
    ".properties": "properties",
    ".ccf": "properties",
    ".service": "systemd",
    ".socket": "systemd",
    "proxy_ajp.conf": "apache",
    "/etc/default/garb": "bash",
    "/etc/default/garbd": "bash",
}
"""What a path ends with, and how its file is highlighted."""

_INTRODUCTION = f"""
Each deployment is a short `{CLUSTER}` and what `oxconf render` makes of it: one archive for each host, to look at or
to start from. The archives hold no password: where one belongs stands `REPLACE_` and its name, and `oxconf render` with
your own `--secrets` fills it in. The addresses are examples as well.
"""

_NOT_SEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"
"""The search would find every setting and step once for each host and deployment; the reference has each once."""

_SIZES = """
The tutorial gives numbers for one size, up to a million mailboxes: memory and cores of the OX servers, of the database
servers and of the provisioning node. `1m` and what is built on it have them; where the tutorial names no size, ours
stands in. From the tutorial `poc` has that one database server may be enough for a demonstration; its sizes, and all of
`100k`, are ours. The page of each deployment says for every host whose its size is, and a comment in the rendered files
says how a computed value comes about.
"""


@frozen
class Reference:
    """One folder of `bundles`: its cluster file, what follows from it, and the archives."""

    name: str
    source: str
    plan: Plan
    archives: dict[str, bytes]
    """Content by name: an archive for each host, the runbooks, the sums and the manifest."""

    @property
    def runbooks(self) -> list[str]:
        """The pages of the runbooks."""
        return [name for name in self.archives if name.endswith(".md")]

    @property
    def purpose(self) -> str:
        """What the comment at the top of the cluster file says; its first sentence stands in the list."""
        lines = self.source.splitlines()
        end = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
        return " ".join(line.removeprefix("#").strip() for line in lines[:end])

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of the uncompressed tar, by host."""
        hosts = json.loads(self.archives[MANIFEST])["hosts"]
        return {host: entry["tar_sha256"] for host, entry in hosts.items()}

    def archive(self, host: Host) -> str:
        """Return the name of a host's archive."""
        name: str = json.loads(self.archives[MANIFEST])["hosts"][host.name]["archive"]
        return name


def pages(folder: Path) -> dict[str, str | bytes]:
    """Return the pages and the downloads of the reference deployments in a folder."""
    references = [_reference(folder / name) for name in _names(folder)]
    base = next(each for each in references if each.name == BASE)
    made: dict[str, str | bytes] = {f"{FOLDER}/index.md": _index(references)}
    for each in references:
        made[f"{FOLDER}/{each.name}.md"] = _page(each, base)
        for host in each.plan.hosts:
            made[f"{FOLDER}/{each.name}/{host.host.name}.md"] = _host_page(each, host)
        made |= {
            f"{FOLDER}/{each.name}/{name}": _NOT_SEARCHED.encode() + data if name.endswith(".md") else data
            for name, data in each.archives.items()
        }
        made[f"{FOLDER}/{each.name}/{CLUSTER}"] = each.source
        made[f"{FOLDER}/{each.name}/{PICTURE}"] = draw(each.plan.deployment)
    return made


def picture(folder: Path, name: str) -> str:
    """Return the picture of a deployment and the same in words, for a page that somebody wrote."""
    return _picture(_reference(folder / name))


def navigation(folder: Path) -> list[Any]:
    """Return what mkdocs takes as `nav`: the list, and below each deployment its hosts."""
    return [
        f"{FOLDER}/index.md",
        *(
            {
                name: [
                    f"{FOLDER}/{name}.md",
                    *(f"{FOLDER}/{name}/{page}" for page in _reference(folder / name).runbooks),
                    *(
                        f"{FOLDER}/{name}/{host.host.name}.md"
                        for host in _reference(folder / name).plan.hosts
                    ),
                ]
            }
            for name in _names(folder)
        ),
    ]


def missing(folder: Path) -> Iterator[str]:
    """Yield the deployments that do not say what they are for."""
    for name in _names(folder):
        if not _reference(folder / name).purpose:
            yield f"{FOLDER}/{name}/{CLUSTER} does not begin with a comment that says what the deployment is for"


def _names(folder: Path) -> list[str]:
    """Return the folders from small to large, those that nobody put in order last."""
    found = sorted(path.parent.name for path in folder.glob(f"*/{CLUSTER}"))
    return sorted(found, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


@cache
def _reference(folder: Path) -> Reference:
    plan = make_plan(load(folder / CLUSTER))
    with TemporaryDirectory() as target:
        # The same call as that of `oxconf render`, so the same bytes.
        write(plan, target)
        files = sorted(path for path in Path(target).rglob("*") if path.is_file())
        archives = {str(path.relative_to(target)): path.read_bytes() for path in files}
    return Reference(folder.name, (folder / CLUSTER).read_text("utf-8"), plan, archives)


def _index(references: list[Reference]) -> str:
    rows = [
        (
            f"[{escape(each.name)}]({each.name}.md)",
            f"{each.plan.deployment.mailboxes:,}",
            str(len(each.plan.hosts)),
            escape(product(each.plan.deployment)),
            prose(f"{each.purpose.partition('. ')[0].rstrip('.')}."),
        )
        for each in references
    ]
    return document(
        "# Bundles",
        _INTRODUCTION,
        table(("Deployment", "Mailboxes up to", "Hosts", "Database", "What it is"), rows),
        heading(2, "Whose numbers these are", "numbers"),
        _SIZES,
    )


def _page(reference: Reference, base: Reference) -> str:
    return document(
        f"# {escape(reference.name)}",
        prose(reference.purpose),
        heading(2, "Topology", "topology"),
        _picture(reference),
        f"[The picture as a file]({reference.name}/{PICTURE})",
        heading(2, "The cluster file", "cluster-file"),
        fence(reference.source, "toml", CLUSTER),
        f"[Download it]({reference.name}/{CLUSTER}); {code(f'oxconf render {CLUSTER}')} makes the archives below.",
        heading(2, "Hosts", "hosts"),
        _mailboxes(reference),
        table(("Host", "Address", "Roles", "Size", "Whose size", "Files"), _host_rows(reference)),
        heading(2, "Steps", "steps"),
        f"From empty hosts to a working cluster, in the order across hosts: [{PAGE}]({reference.name}/{PAGE}). "
        "The archive of each host has its own steps as scripts.",
        heading(2, "Archives", "archives"),
        table(("Host", "Archive", "SHA-256 of the uncompressed tar"), _archive_rows(reference)),
        _verify(reference),
        heading(2, f"What differs from {BASE}", "differences"),
        *(_differences(reference, base) if reference is not base else ["This is it."]),
        heading(2, "Findings", "findings"),
        *_findings(reference),
    )


def _picture(reference: Reference) -> str:
    deployment = reference.plan.deployment
    words = "\n".join(f"- {escape(line)}" for line in describe(deployment).splitlines())
    # It is wider than a phone: who uses the keyboard must be able to scroll it as well.
    return document(
        '<div style="overflow-x:auto" tabindex="0" role="region" '
        f'aria-label="Picture of {escape(deployment.name)}">\n{draw(deployment)}</div>',
        details("The picture in words", words),
    )


def _mailboxes(reference: Reference) -> str:
    deployment = reference.plan.deployment
    origin = deployment.origin("mailboxes")
    return f"For up to {deployment.mailboxes:,} mailboxes ({_whose(origin)})."


def _host_rows(reference: Reference) -> Iterator[tuple[str, ...]]:
    deployment = reference.plan.deployment
    for index, each in enumerate(reference.plan.hosts):
        host = each.host
        yield (
            f"[{escape(host.name)}]({reference.name}/{host.name}.md)",
            str(host.address),
            escape(", ".join(role.value for role in host.roles)),
            f"{speak_size(host.memory)}, {host.cores} cores",
            _whose(deployment.origin("hosts", index, "memory")),
            str(len(each.artifacts)),
        )


def _whose(origin: Origin) -> str:
    """Return whose number this is, in a few words."""
    if origin.mark is Mark.TUTORIAL:
        return "the tutorial's"
    if origin.mark is Mark.CLUSTER:
        return f"set in {CLUSTER}"
    return escape(f"{origin.mark.value.lower()}: {origin.why}")


def _archive_rows(reference: Reference) -> Iterator[tuple[str, ...]]:
    for each in reference.plan.hosts:
        archive = reference.archive(each.host)
        yield (
            escape(each.host.name),
            f"[{escape(archive)}]({reference.name}/{archive})",
            code(reference.digests[each.host.name]),
        )


def _verify(reference: Reference) -> str:
    archive = reference.archive(reference.plan.hosts[0].host)
    return document(
        f"[{SUMS}]({reference.name}/{SUMS}) has the sums of the archives as they are downloaded, "
        f"[{MANIFEST}]({reference.name}/{MANIFEST}) those of the uncompressed tars. The latter are the same wherever "
        "the archives are made; the former depend on the compressor. In the folder with your downloads:",
        fence(
            f"sha256sum --check --ignore-missing {SUMS}\n"
            f"gzip -dc {archive} | sha256sum      # compare it with the table\n"
            f"tar xzf {archive} && cd {archive.removesuffix('.tar.gz')} && sha256sum --check {SUMS}",
            "bash",
        ),
        "The same from the source, without a download:",
        fence(
            f"oxconf render {FOLDER}/{reference.name}/{CLUSTER} --output out\ngrep tar_sha256 out/{MANIFEST}",
            "bash",
        ),
    )


def _findings(reference: Reference) -> list[str]:
    findings = check(reference.plan.deployment)
    if not findings:
        return [f"{code('oxconf check')} finds nothing."]
    return [
        f"{code('oxconf check')} finds no error: {text.count(findings)}. The placeholders of passwords go away with "
        f"{code('--secrets')}.",
        details(text.count(findings), fence(text.show(findings))),
    ]


def _differences(reference: Reference, base: Reference) -> Iterator[str]:
    own, others = _contents(reference.plan), _contents(base.plan)
    yield from _hosts_that_differ(own, others)
    same = 0
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for host, files in own.items():
        for path, content in files.items():
            twin = _twin(others, host, path)
            if twin is None:
                groups.setdefault((path, "", ()), []).append(host)
            elif others[twin][path] == content:
                same += 1
            else:
                beside = "" if twin == host else twin
                lines = tuple(_changed_lines(others[twin][path], content))
                groups.setdefault((path, beside, lines), []).append(host)
    total = sum(map(len, own.values()))
    yield (
        f"{same} of the {total} files are the same, byte for byte. The others, where a minus marks the lines "
        f"of {BASE}:"
    )
    for (path, beside, lines), hosts in groups.items():
        where = f"{path} on {listed(hosts)}"
        if not lines:
            links = listed(f"[{host}]({reference.name}/{host}.md)" for host in hosts)
            yield f"- {code(path)} on {links}: {BASE} has no such file."
            continue
        compared = f", beside that of {beside} in {BASE}" if beside else ""
        yield details(where + compared, fence("\n".join(lines), "diff"))
    gone = sorted(
        {path for files in others.values() for path in files} - {p for files in own.values() for p in files}
    )
    if gone:
        yield f"Files of {BASE} that no host has here: {listed(map(code, gone))}."


def _hosts_that_differ(own: dict[str, dict[str, str]], others: dict[str, dict[str, str]]) -> Iterator[str]:
    absent = [host for host in others if host not in own]
    added = [host for host in own if host not in others]
    if absent:
        yield f"Hosts of {BASE} that are not here: {escape(listed(absent))}."
    if added:
        yield f"Hosts that {BASE} has not: {escape(listed(added))}."


def _contents(plan: Plan) -> dict[str, dict[str, str]]:
    """Return the files of each host by path."""
    return {
        host.host.name: {artifact.path: artifact.render() for artifact in host.artifacts}
        for host in plan.hosts
    }


def _twin(others: dict[str, dict[str, str]], host: str, path: str) -> str | None:
    """Return the host whose file is compared: the one of that name, else the first that has the file."""
    if path in others.get(host, {}):
        return host
    return next((name for name, files in others.items() if path in files), None)


def _changed_lines(before: str, after: str) -> Iterator[str]:
    _, _, *lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"... and {len(lines) - MOST_LINES} more lines"


def _host_page(reference: Reference, host: HostPlan) -> str:
    contents = contents_of(reference.plan, host)
    archive = reference.archive(host.host)
    readme = next(entry.data.decode() for entry in contents.entries if entry.path == README)
    what = f"{host.host.address}, {', '.join(role.value for role in host.host.roles)}"
    return _NOT_SEARCHED + document(
        f"# {escape(host.host.name)} of {escape(reference.name)}",
        f"{what}. Part of the deployment [{escape(reference.name)}](../{reference.name}.md).",
        f"[{escape(archive)}]({archive}) holds the files below. SHA-256 of the uncompressed tar:",
        fence(reference.digests[host.host.name]),
        details(f"{README} of the archive: ports, memory, what to do", fence(readme, "markdown")),
        *(block for artifact in host.artifacts for block in _file(artifact)),
    )


def _file(artifact: Artifact) -> Iterator[str]:
    content = artifact.render()
    how = ", a block of the file" if artifact.install is Install.BLOCK else ""
    yield heading(2, code(artifact.path), artifact.path.strip("/").replace("/", "-"))
    yield f"{escape(artifact.title)} Mode {artifact.mode:04o}, {artifact.owner}:{artifact.group}{how}."
    yield fence(content, language(artifact.path, content))


def language(path: str, content: str) -> str:
    """Return how a file is highlighted, as Pygments names it."""
    if content.startswith("#!"):
        return "bash"
    found = next((name for end, name in LANGUAGES.items() if path.endswith(end)), "")
    return found or ("systemd" if "/systemd/" in path else "text")
