"""Every file of every kind of cluster: it renders, it is read back, nobody has two of one path."""

import re
from pathlib import Path

import pytest

from oxconf.artifacts._artifact import Artifact, Install, ParsedArtifact
from oxconf.deployment.load import load_text
from oxconf.plan import ARTIFACTS, Plan, make_plan
from oxconf.render import evidence_of
from oxconf.report.text import show
from oxconf.rules import Severity, judge
from oxconf.syntax import blocks

DEPLOYMENTS = sorted((Path(__file__).parents[1] / "clusters" / "deployments").glob("*.toml"))
CLUSTERS = {
    **{path.stem: path.read_text("utf-8") for path in DEPLOYMENTS},
    "1m-mysql84": 'tier = "1m"\n[database]\nmode = "replication"\nflavour = "mysql"\nversion = "8.4"\n',
}


@pytest.fixture(scope="module", params=CLUSTERS.values(), ids=CLUSTERS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return make_plan(load_text(request.param))


def artifacts(plan: Plan) -> list[Artifact]:
    return [artifact for host in plan.hosts for artifact in host.artifacts]


def test_what_is_rendered_is_read_back(plan: Plan) -> None:
    for artifact in artifacts(plan):
        if isinstance(artifact, ParsedArtifact):
            assert type(artifact).parse(artifact.render()) == artifact


def test_every_file_ends_with_a_newline_and_has_no_trailing_blanks(plan: Plan) -> None:
    for artifact in artifacts(plan):
        text = artifact.render()
        assert text.endswith("\n")
        assert not text.endswith("\n\n"), artifact.path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), artifact.path
        assert text.isascii(), artifact.path


def test_the_same_cluster_has_the_same_files(plan: Plan) -> None:
    again = make_plan(plan.deployment)

    assert [each.render() for each in artifacts(again)] == [each.render() for each in artifacts(plan)]


def test_a_merged_file_is_one_block(plan: Plan) -> None:
    for artifact in artifacts(plan):
        if artifact.install is Install.BLOCK:
            assert artifact.render().startswith(blocks.BEGIN)
            assert artifact.render().endswith(blocks.END + "\n")


def test_a_host_has_each_path_once(plan: Plan) -> None:
    for host in plan.hosts:
        paths = [artifact.path for artifact in host.artifacts]
        assert len(paths) == len(set(paths))
        assert all(path.startswith("/") and ".." not in path for path in paths)


def test_placeholders_stand_only_in_files_that_others_can_not_read(plan: Plan) -> None:
    for artifact in artifacts(plan):
        if re.search(r"\bREPLACE_", artifact.render()):
            assert artifact.mode & 0o007 == 0, artifact.path


def test_nothing_is_an_error(plan: Plan) -> None:
    errors = [f for f in judge(evidence_of(plan)) if f.severity is Severity.ERROR]

    assert show(errors) == ""


def test_every_artifact_appears_in_one_of_the_clusters() -> None:
    seen = {
        type(artifact) for text in CLUSTERS.values() for artifact in artifacts(make_plan(load_text(text)))
    }

    assert set(ARTIFACTS) - seen == set()


def test_kinds_and_paths_are_unique_and_every_file_says_what_it_does() -> None:
    assert len({cls.kind for cls in ARTIFACTS}) == len(ARTIFACTS)
    assert len({cls.path for cls in ARTIFACTS}) == len(ARTIFACTS)
    for cls in ARTIFACTS:
        assert cls.title.endswith(".")
        assert cls.__doc__
