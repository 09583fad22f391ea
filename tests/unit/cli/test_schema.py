"""`oxconf schema` as a person uses it."""

import json

import pytest
from click.testing import CliRunner, Result

from oxconf.cli import oxconf
from oxconf.schema.catalog import SCHEMAS, show


def run(*arguments: str) -> Result:
    return CliRunner().invoke(oxconf, ["schema", *arguments])


def test_without_a_name_it_is_that_of_a_cluster_file() -> None:
    result = run()

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["title"] == "oxconf cluster file"
    assert result.stdout == run("cluster").stdout


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_printed_as_it_is_kept(name: str) -> None:
    assert run(name).stdout == show(name)
    assert f"\n  {name} " in run("--help").stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "Findigs",
            'no schema is called "Findigs"; did you mean "findings"? there are cluster, host-manifest',
        ),
        (
            "xyz",
            'no schema is called "xyz"; there are cluster, host-manifest, manifest, runbook, findings and diff\n',
        ),
        ("", 'no schema is called ""; there are'),
        ("\x1b[31m", r'no schema is called "\u001b[31m"; there are'),
    ],
)
def test_an_unknown_name_is_bad_usage(name: str, message: str) -> None:
    result = run(name)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
