"""Whatever the cluster: each runbook can be walked from its first step to its last."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from property.strategies import PASSWORDS, Tree, clusters
from property.test_clusters import loaded, outcome, tries

from oxconf.bundle.contents import to_json
from oxconf.deployment.model import Host, Mode, Role
from oxconf.plan import Plan, make_plan
from oxconf.runbook import nodes, ox_nodes
from oxconf.runbook.books import runbooks
from oxconf.runbook.page import to_markdown, to_plain
from oxconf.runbook.step import Runbook, State, Step


def walk(book: Runbook, part: str = "", new: str = "") -> set[State]:
    """Take every step in order: each need holds then, and what has ended holds no more. Return what holds at the end.

    With a `part`, it is played by the host `new`, on which nothing holds before.
    """

    def cast(states: Iterable[State]) -> set[State]:
        return {State(new, state.holds) if part and state.host == part else state for state in states}

    holding = {state for state in book.begins if not part or state.host != new}
    for step in book.steps:
        missing = [str(need) for need in cast(step.needs) if need not in holding]
        assert not missing, f"{book.name}: {step.host} {step.slug}: {missing}"
        holding |= cast(step.gives)
        holding -= cast(step.ends)
    return holding


@tries(60)
@given(clusters(numbers=False))
def test_every_runbook_can_be_walked(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    setup, *others = runbooks(plan)

    assert setup.name == "setup"
    assert not setup.begins
    names = {host.host.name for host in plan.hosts}
    for book in (setup, *others):
        assert walk(book) == set(book.leaves)
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


NEW_NODES = (("add-ox", ox_nodes.NEW, "set-up"), ("add-database", nodes.NEW, "join"))


def may_leave(plan: Plan, book: str) -> list[Host]:
    """The hosts that play the new node, and nothing else that the cluster has but once."""
    alone = {Role.DATABASE} if book.endswith("database") else {Role.GROUPWARE, Role.PROVISIONING, Role.WEB}
    first = Role.DATABASE if book.endswith("database") else Role.GROUPWARE
    return [each.host for each in plan.hosts if set(each.host.roles) <= alone and each.host.has(first)]


def without(tree: Tree, name: str) -> Tree:
    """The cluster before a host came, or after it has left."""
    left = {**tree, "hosts": [host for host in tree["hosts"] if host["name"] != name]}
    for table, key in (("database", "writer"), ("backup", "runs_on")):
        if left[table].get(key) == name:
            left[table] = {other: value for other, value in left[table].items() if other != key}
    return left


def changed(old: Plan, new: Plan) -> list[Host]:
    """The hosts of both that get other files."""
    before = {each.host.name: {one.path: one.render() for one in each.artifacts} for each in old.hosts}
    return [
        each.host
        for each in new.hosts
        if each.host.name in before
        and before[each.host.name] != {one.path: one.render() for one in each.artifacts}
    ]


def refreshed(book: Runbook, host: str) -> list[int]:
    """Where in a runbook a host gets new files and does what they ask for."""
    return [
        number
        for number, step in enumerate(book.steps)
        if step.slug == "install" and host in step.hosts and "take_due" in step.command
    ]


def book_of(plan: Plan, name: str) -> Runbook | None:
    return next((book for book in runbooks(plan) if book.name == name), None)


def number_of(steps: Iterable[Step], slug: str) -> int:
    return [step.slug for step in steps].index(slug)


@tries(60)
@given(clusters(numbers=False))
def test_whoever_gets_other_files_when_a_node_comes_or_goes_does_what_they_ask_for(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    for name, part, enters in NEW_NODES:
        for host in may_leave(plan, name)[:1]:
            smaller = outcome(without(tree, host.name))
            coming = book_of(plan, name)
            if not isinstance(smaller, Plan) or coming is None:
                continue
            walk(coming, part, host.name)
            alone = [step for step in coming.steps if step.host == host.name]
            first = [step.host for step in coming.steps].index(part)
            assert all(coming.steps.index(step) > first for step in alone)
            enters = enters if plan.deployment.database.mode is Mode.GALERA or name == "add-ox" else "follow"
            for other in changed(smaller, plan):
                places = refreshed(coming, other.name)
                assert places, f"{name}: {other.name} stays as it was"
                # It lets the new node in before that one asks for anything.
                needed = {Role.DATABASE, Role.FILESTORE, Role.DIRECTOR, Role.MAXSCALE}
                if name == "add-ox" and needed & set(other.roles):
                    assert max(places) < number_of(coming.steps, enters)
                if name == "add-database" and other.has(Role.DATABASE, Role.ARBITRATOR) and not other.runs_ox:
                    assert max(places) < number_of(coming.steps, enters)
            going = book_of(smaller, name.replace("add-", "remove-"))
            for other in changed(plan, smaller) if going else ():
                assert going
                assert refreshed(going, other.name), f"{going.name}: {other.name} stays as it was"


@tries(30)
@given(clusters(numbers=False, mode="replication"))
def test_whoever_gets_other_files_after_a_promotion_does_what_they_ask_for(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    promote = book_of(plan, "promote")
    assert promote
    for server in plan.deployment.with_role(Role.DATABASE):
        after = make_plan(loaded({**tree, "database": {**tree["database"], "writer": server.name}}))
        for host in changed(plan, after):
            assert refreshed(promote, host.name), f"{host.name} stays as it was"


LEFT_OUT = {
    "add-ox": {"configdb", "register", "context", "verify"},
    "add-database": {
        *("accounts", "bootstrap", "join", "restart-first", "start-database", "dump", "follow", "reopen"),
        *("write-address", "reload", "verify"),
    },
}
"""Steps of the setup that are taken once in a cluster's life, or have one of their own in the runbook."""


@tries(40)
@given(clusters(numbers=False))
def test_a_new_node_takes_all_of_the_setup_that_is_its_own(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    setup = book_of(plan, "setup")
    assert setup
    for name in ("add-ox", "replace-ox", "add-database", "replace-database"):
        book = book_of(plan, name)
        if book is None:
            continue
        taken = {
            slug
            for step in book.steps
            for line in step.command.splitlines()
            if line.startswith("setup_steps ")
            for slug in line.split()[1:]
        }
        for host in may_leave(plan, name):
            own = {step.slug for step in setup.steps if step.host == host.name}
            assert own - LEFT_OUT[name.replace("replace", "add")] <= taken, (name, host.name)
