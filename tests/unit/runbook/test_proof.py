"""Each step of the setup looks at what it needs from earlier ones of its own host."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import Plan, make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.page import to_markdown
from oxconf.runbook.setup import setup
from oxconf.runbook.step import Holds, Repeat, Step

DEPLOYMENTS = sorted((Path(__file__).parents[2] / "clusters" / "deployments").glob("*.toml"))


def steps(plan: Plan) -> tuple[Step, ...]:
    return setup(plan).steps


def plan_of(text: str) -> Plan:
    return make_plan(load_text(text))


@pytest.fixture(params=DEPLOYMENTS, ids=lambda path: path.stem)
def plan(request: pytest.FixtureRequest) -> Plan:
    return plan_of(request.param.read_text())


def unseen(plan: Plan) -> Iterator[tuple[str, str, Holds]]:
    """What a step needs from an earlier one of its host without a test for it."""
    taken: list[Step] = []
    for step in steps(plan):
        for need in step.needs:
            givers = [each for each in taken if need in each.gives and each.host == step.host == need.host]
            says = {test.says for test in step.before}
            if givers and not {test.says for test in givers[-1].after} <= says:
                yield step.host, step.slug, need.holds
            if not givers and need.host == step.host and step.repeat is not Repeat.LOOKS:
                yield step.host, step.slug, need.holds
        if step.repeat is not Repeat.LOOKS:
            taken.append(step)


def test_whatever_a_step_needs_on_its_own_host_it_looks_at(plan: Plan) -> None:
    # The last look has its own tests, and changes nothing.
    assert [each for each in unseen(plan) if each[1] != "verify"] == []


def test_every_step_says_how_to_see_that_it_worked(plan: Plan) -> None:
    # What only asks systemd to read its units leaves nothing to be seen; verify.sh is a test itself.
    silent = {step.command for step in steps(plan) if not step.after}
    assert silent <= {"systemctl daemon-reload", "say 'This host needs none.'", "sh runbook/verify.sh"}


def test_a_step_that_waits_for_nothing_new_looks_once() -> None:
    (context,) = (step for step in steps(plan_of('tier = "1m"\n')) if step.slug == "context")

    (test,) = (test for test in context.before if test.says == "the database is listed")

    assert test.shell.startswith("  patience=1\n")
    assert test.otherwise == "Take the step register first."
    # The step that has restarted Open-Xchange waits itself.
    (register,) = (step for step in steps(plan_of('tier = "1m"\n')) if step.slug == "register")
    assert "wait_for 300 database" in register.after[0].shell


def test_no_step_of_any_runbook_writes_where_everybody_may(plan: Plan) -> None:
    # Debian's kernel (fs.protected_regular = 2) refuses root a file there that is another user's.
    for book in runbooks(plan):
        for step in book.steps:
            shell = "\n".join(
                (step.command, step.done, *(test.shell for test in (*step.before, *step.after)))
            )
            assert "mktemp" not in shell, (book.name, step.slug)
            assert "/tmp" not in shell.replace("--tmpdir", ""), (book.name, step.slug)
            # install.sh keeps the folder for root alone, and so does everybody else.
            made = re.findall(r"^ *install -d (.*)(?:/var/lib/oxconf|\"\$state\")$", shell, re.MULTILINE)
            assert set(made) <= {"-m 0700 "}, (book.name, step.slug)
            assert "/var/lib/oxconf/" not in shell or "chown" not in shell, (book.name, step.slug)


IMAP = """
tier = "1m"
[mail]
authentication = "imap"
imap_server = "imap.example.com"
smtp_server = "smtp.example.com"
{more}
"""


@pytest.mark.parametrize(
    ("more", "mappings", "login", "server"),
    [
        ("full_login = true", "mappings=defaultcontext,${address##*@}", "$address", "imap.example.com:143"),
        ("full_login = false", "mappings=defaultcontext\n", "$name", "imap.example.com:143"),
        (
            "full_login = true\nimap_secure = true",
            "mappings=defaultcontext,${address##*@}",
            "$address",
            "imaps://imap.example.com:993",
        ),
    ],
)
def test_whoever_imap_lets_in_finds_a_context_and_an_account(
    more: str, mappings: str, login: str, server: str
) -> None:
    (context,) = (step for step in steps(plan_of(IMAP.format(more=more))) if step.slug == "context")

    assert context.words == "ADDRESS of a mailbox on imap.example.com"
    assert mappings in context.command + "\n"
    assert f'--imaplogin "{login}" --imapserver {server} --smtpserver smtp.example.com' in context.command
    assert '-u "$name"' in context.command


def test_an_upgrade_is_no_installation() -> None:
    (packages, *_) = (
        step for step in steps(plan_of('tier = "1m"\n')) if step.slug == "packages" and step.host == "db1"
    )

    says = [test.says for test in packages.before]
    assert "mariadb-server is 10.11, or not installed" in says
    assert "mariadb-server is 10.11" in [test.says for test in packages.after]


def test_a_cluster_with_backups_can_be_restored_and_no_other() -> None:
    names = [book.name for book in runbooks(plan_of('tier = "1m"\n'))]
    assert "restore" not in names
    backed = plan_of('tier = "1m"\n[backup]\nfolder = "/srv/backup"\n')
    (book,) = (book for book in runbooks(backed) if book.name == "restore")

    assert [(step.host, step.slug) for step in book.steps][:6] == [
        ("filestore1", "look"),
        ("each OX node", "stop-ox"),
        ("db1", "load"),
        ("filestore1", "files"),
        ("each OX node", "start-ox"),
        ("filestore1", "timer"),
    ]
    assert [step.slug for step in book.steps if step.loses] == ["stop-ox", "load", "files"]
    (rehearsal,) = (book for book in runbooks(backed) if book.name == "rehearse-restore")
    assert rehearsal.steps[0].slug == "look"
    assert "scp" in rehearsal.steps[0].command


def test_the_page_says_what_is_looked_at_and_what_is_not() -> None:
    setup_book, *_ = runbooks(plan_of('tier = "1m"\n'))
    page = to_markdown(setup_book, "1m")
    join = page.partition("db2: Join the Galera cluster")[2].partition("###")[0]

    assert "- Before it, elsewhere: on db1, the database server serves; on db1, the accounts" in join
    assert "- It stops unless the data folder has the server's own tables" in join
    assert "cd /root && tar xzf 1m-HOST.tar.gz && cd 1m-HOST" in page
    assert "not to be pasted" in page
    (book,) = (book for book in runbooks(plan_of('tier = "1m"\n')) if book.name == "recover")
    assert "-begin.sh db2=5ee99582-bb8d-11e2-b8e3-23de375c1d30:8204503 db3=lost\n" in to_markdown(book, "1m")
