"""From empty hosts to a cluster that works: the first runbook, in the order across hosts."""

from collections.abc import Iterator

from oxconf.deployment.model import Host, Mode, Role
from oxconf.deployment.topology import database_hosts, mounts_filestore, ox_hosts
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import (
    beside,
    database,
    filestore,
    front,
    hosts,
    maxscale,
    ox,
    register,
    replication,
    saved,
)
from oxconf.runbook.proof import proved
from oxconf.runbook.step import SETUP, Holds, Phase, Runbook, State, Step, Test


def setup(plan: Plan) -> Runbook:
    """Return the runbook of the whole cluster."""
    order = _Order(plan)
    phases = (
        Phase(
            "Users and packages",
            "The hosts in any order; on each of them the user comes first, where it has one.",
            tuple(order.packages()),
        ),
        Phase(
            "Database", "All servers get their files, then the writer starts first.", tuple(order.database())
        ),
        Phase("Filestore", "The folder that all OX nodes share.", tuple(order.filestore())),
        Phase("Open-Xchange", "One node registers the cluster, then the others start.", tuple(order.ox())),
        Phase("In front", "Web servers, and the addresses that lead to them.", tuple(order.front())),
        Phase("Beside them", "Backup, monitoring, and the packet filter last.", tuple(order.beside())),
        Phase("Verify", "On every host; it changes nothing.", tuple(order.verify())),
    )
    book = Runbook(
        SETUP,
        "From empty hosts to a working cluster",
        "Each step is a script in the archive of its host. Take them in this order. Before it changes anything, a "
        "step looks at all that it needs from earlier steps of its own host, and stops where something is missing, "
        "with what to do about it. What must have been done on other hosts it can not see, but for a port that "
        "answers: that stands under 'Before it, elsewhere', and is for you to look at.",
        phases,
    )
    return proved(book)


def checks(plan: Plan, host: HostPlan) -> tuple[Test, ...]:
    """Return what verify.sh looks at on a host."""
    deployment = plan.deployment
    tests: list[Test] = []
    if host.host.has(Role.DATABASE):
        tests += database.checks(deployment, host.host)
        if deployment.database.mode is Mode.REPLICATION:
            tests += replication.checks(deployment, host.host)
    tests += filestore.checks(deployment, host)
    if host.host.runs_ox:
        tests += ox.checks(deployment, host)
    tests += maxscale.checks(deployment, host)
    tests += front.checks(deployment, host)
    tests += beside.checks(deployment, host)
    return tuple(tests)


class _Order:
    """Yields the steps phase by phase; remembers which hosts have their files."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.deployment = plan.deployment
        self.servers = database_hosts(self.deployment)
        self.installed: set[str] = set()
        self.started: list[State] = []

    def packages(self) -> Iterator[Step]:
        for host in self.plan.hosts:
            if hosts.has_user(host):
                yield hosts.user(self.deployment, host)
        for host in self.plan.hosts:
            yield hosts.install_packages(self.deployment, host)

    def database(self) -> Iterator[Step]:
        deployment, servers = self.deployment, self.servers
        yield from (saved.save(deployment, server) for server in servers)
        yield from (database.stop(deployment, server) for server in servers)
        yield from self._files(*servers)
        yield from (database.datadir(deployment, server) for server in servers)
        if deployment.database.mode is Mode.GALERA:
            yield from self._galera()
        else:
            yield from self._servers()

    def _galera(self) -> Iterator[Step]:
        deployment, (first, *others) = self.deployment, self.servers
        yield database.bootstrap(deployment, first)
        yield database.accounts(deployment, first)
        yield saved.reload(deployment, first)
        for number, server in enumerate(others, 1):
            yield database.join(deployment, server, self.servers[:number])
        yield database.restart_first(deployment, first)
        serving = State(first.name, Holds.DATABASE)
        voters = (*self.servers, *deployment.with_role(Role.ARBITRATOR))
        yield from self._files(*voters)
        for host in voters:
            yield from self._start(host, serving)
        # They lead OX to the servers, and ask each how it is.
        leading = deployment.with_role(Role.DIRECTOR, Role.MAXSCALE)
        yield from self._files(*leading)
        for host in leading:
            yield from self._start(host, serving, *self.started)
            yield from self._guard(host)

    def _servers(self) -> Iterator[Step]:
        """Yield the steps of a server alone, or of a master and its slaves."""
        deployment, (master, *slaves) = self.deployment, self.servers
        yield database.start(deployment, master)
        yield database.accounts(deployment, master)
        yield saved.reload(deployment, master)
        if not slaves:
            return
        for slave in slaves:
            yield database.start(deployment, slave)
        yield replication.dump(deployment, master)
        for slave in slaves:
            yield replication.follow(deployment, slave, master)
        yield replication.reopen(deployment, master)
        yield replication.hold_address(deployment, master)
        self.started.append(State(master.name, Holds.STARTED))

    def filestore(self) -> Iterator[Step]:
        for host in self.deployment.with_role(Role.FILESTORE):
            yield from self._files(host)
            yield filestore.folder(self.deployment, self.plan.of(host))

    def ox(self) -> Iterator[Step]:
        deployment = self.deployment
        first = ox.first(deployment)
        if first.has(Role.DATABASE):
            # Its database server needed the files, so configdb can only come after them.
            yield ox.configdb(deployment, self.plan.of(first), self.servers)
        yield from self._files(first)
        yield from self._nodes(first)
        yield register.register(deployment, self.plan.of(first))
        yield register.context(deployment, self.plan.of(first))
        others = tuple(host for host in ox_hosts(deployment) if host is not first)
        yield from self._files(*others)
        yield from self._nodes(*others)

    def _nodes(self, *nodes: Host) -> Iterator[Step]:
        """Yield how OX nodes get the filestore and start; all but the first wait for the registration."""
        deployment = self.deployment
        for host in nodes:
            step = filestore.mount if mounts_filestore(deployment, host) else filestore.probe
            yield step(deployment, self.plan.of(host))
        for host in nodes:
            registered = host is not ox.first(deployment)
            yield ox.start(deployment, self.plan.of(host), registered=registered, needs=tuple(self.started))
            yield from self._guard(host)

    def _guard(self, host: Host) -> Iterator[Step]:
        if maxscale.runs(self.plan.of(host)):
            yield maxscale.admin(self.plan.of(host))

    def front(self) -> Iterator[Step]:
        front_hosts = self.deployment.with_role(Role.WEB, Role.BALANCER)
        yield from self._files(*front_hosts)
        for host in front_hosts:
            yield from self._start(host)

    def beside(self) -> Iterator[Step]:
        yield from self._files(*self.deployment.hosts)
        for host in self.plan.hosts:
            yield from beside.steps(self.deployment, host)

    def verify(self) -> Iterator[Step]:
        for host in self.plan.hosts:
            yield hosts.verify(host, self._before_the_end(host.host))

    def _before_the_end(self, host: Host) -> Iterator[State]:
        yield State(host.name, Holds.FILES)
        if host.has(Role.DATABASE):
            yield State(host.name, Holds.ACCOUNTS)
        if maxscale.runs(self.plan.of(host)):
            yield State(host.name, Holds.GUARDED)
        if host.runs_ox or host.has(Role.WEB):
            yield from (State(node.name, Holds.OX) for node in ox_hosts(self.deployment))

    def _files(self, *wanted: Host) -> Iterator[Step]:
        """Yield how hosts get their files, where they have none yet: what writes files of its own comes first."""
        missing = [host for host in wanted if host.name not in self.installed]
        self.installed.update(host.name for host in missing)
        plans = [self.plan.of(host) for host in missing]
        first = ox.first(self.deployment)
        for plan in plans:
            if plan.host is first and not plan.host.has(Role.DATABASE):
                yield ox.configdb(self.deployment, plan, self.servers)
        yield from (ox.configure(plan) for plan in plans if plan.host.runs_ox)
        yield from (hosts.install_files(plan, self._before_files(plan.host)) for plan in plans)
        yield from (hosts.switch_on(plan) for plan in plans)

    def _before_files(self, host: Host) -> Iterator[State]:
        if host.has(Role.DATABASE):
            yield State(host.name, Holds.STOPPED)
        elif host is ox.first(self.deployment):
            yield State(host.name, Holds.CONFIGDB)
        if host.runs_ox:
            yield State(host.name, Holds.CONFIGURED)

    def _start(self, host: Host, *needs: State) -> Iterator[Step]:
        """Yield how the services of a host start, where it has some and they do not run yet."""
        plan, started = self.plan.of(host), State(host.name, Holds.STARTED)
        if front.services(plan) and started not in self.started:
            yield front.start(self.deployment, plan, needs)
            self.started.append(started)
