"""Whatever the cluster: each runbook can be walked from its first step to its last."""

from collections import Counter

from hypothesis import given
from property.strategies import PASSWORDS, Tree, clusters
from property.test_clusters import loaded, tries

from oxconf.bundle.contents import to_json
from oxconf.deployment.model import Mode, Role
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.page import to_markdown, to_plain
from oxconf.runbook.step import Runbook


def walk(book: Runbook) -> None:
    """Take every step in order: each need holds then, and what has ended holds no more."""
    holding = set(book.begins)
    for step in book.steps:
        missing = [str(need) for need in step.needs if need not in holding]
        assert not missing, f"{book.name}: {step.host} {step.slug}: {missing}"
        holding |= set(step.gives)
        holding -= set(step.ends)
    assert holding == set(book.leaves)


@tries(60)
@given(clusters(numbers=False))
def test_every_runbook_can_be_walked(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    setup, *others = runbooks(plan)

    assert setup.name == "setup"
    assert not setup.begins
    names = {host.host.name for host in plan.hosts}
    for book in (setup, *others):
        walk(book)
        # What a runbook begins with is what the first one has left.
        assert set(book.begins) <= set(setup.leaves), book.name
        assert len({(step.host, step.slug) for step in book.steps}) == len(book.steps), book.name
        for step in book.steps:
            assert set(step.hosts) <= names
            assert bool(step.on) == (step.host not in names)


@tries(40)
@given(clusters(numbers=False))
def test_a_cluster_is_set_up_once(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    setup, *others = runbooks(plan)
    slugs = Counter(step.slug for step in setup.steps)
    galera = plan.deployment.database.mode is Mode.GALERA

    assert slugs["bootstrap"] == (1 if galera else 0)
    assert slugs["configdb"] == slugs["register"] == 1
    for host in plan.hosts:
        steps = [step.slug for step in setup.steps if step.host == host.host.name]
        for slug in ("packages", "install", "verify"):
            assert steps.count(slug) == 1, (host.host.name, slug)
        assert steps[-1] == "verify"
        if host.host.has(Role.DATABASE):
            assert steps.index("save") < steps.index("stop") < steps.index("install") < steps.index("datadir")
    begins = Counter(step.slug for book in others for step in book.steps)
    assert begins["begin"] == (1 if galera else 0)
    assert not begins["bootstrap"]
    assert not begins["configdb"]


@tries(25)
@given(clusters(numbers=False), PASSWORDS)
def test_no_page_holds_a_password(tree: Tree, passwords: dict[str, str]) -> None:
    # A mark that no prose has stands for every password; vrrp takes eight characters.
    marked = {name: f"Zq9{number}wX" for number, name in enumerate(passwords)}
    plan = make_plan(loaded(tree, marked))

    for book in runbooks(plan):
        text = to_markdown(book, plan.deployment.name) + to_json(to_plain(book)).decode()
        assert not [value for value in marked.values() if value in text], book.name
