"""From empty hosts to a cluster that works: the first runbook, in the order across hosts."""

from collections.abc import Iterator

from oxconf.deployment.model import Host, Mode, Role
from oxconf.deployment.topology import database_hosts, mounts_filestore, ox_hosts
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import database, filestore, front, hosts, ox, replication
from oxconf.runbook.step import SETUP, Holds, Phase, Runbook, State, Step, Test


def setup(plan: Plan) -> Runbook:
    """Return the runbook of the whole cluster."""
    order = _Order(plan)
    phases = (
        Phase("Users and packages", "On every host, in any order.", tuple(order.packages())),
        Phase(
            "Database", "All servers get their files, then the writer starts first.", tuple(order.database())
        ),
        Phase("Filestore", "The folder that all OX nodes share.", tuple(order.filestore())),
        Phase("Open-Xchange", "One node registers the cluster, then the others start.", tuple(order.ox())),
        Phase("In front", "Web servers, and the addresses that lead to them.", tuple(order.front())),
        Phase("Verify", "On every host; it changes nothing.", tuple(order.verify())),
    )
    return Runbook(
        SETUP,
        "From empty hosts to a working cluster",
        "Each step is a script in the archive of its host. Take them in this order: a step that misses something "
        "stops before it changes anything, and says what.",
        phases,
    )


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
    tests += front.checks(deployment, host)
    return tuple(tests)


class _Order:
    """Yields the steps phase by phase; remembers which hosts have their files."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.deployment = plan.deployment
        self.plans = {host.host.name: host for host in plan.hosts}
        self.servers = database_hosts(self.deployment)
        self.installed: set[str] = set()
        self.started: list[State] = []

    def packages(self) -> Iterator[Step]:
        for host in self.plan.hosts:
            if hosts.has_user(host):
                yield hosts.user(self.deployment, host)
            yield hosts.install_packages(self.deployment, host)

    def database(self) -> Iterator[Step]:
        deployment, servers = self.deployment, self.servers
        for server in servers:
            yield database.save(deployment, server)
            yield database.stop(deployment, server)
            yield from self._files(server)
            yield database.datadir(deployment, server)
        if deployment.database.mode is Mode.GALERA:
            yield from self._galera()
        else:
            yield from self._servers()

    def _galera(self) -> Iterator[Step]:
        deployment, (first, *others) = self.deployment, self.servers
        yield database.bootstrap(deployment, first)
        yield database.accounts(deployment, first)
        for number, server in enumerate(others, 1):
            yield database.join(deployment, server, self.servers[:number])
        yield database.restart_first(deployment, first)
        serving = State(first.name, Holds.DATABASE)
        for host in (*self.servers, *deployment.with_role(Role.ARBITRATOR)):
            yield from self._files(host)
            yield from self._start(host, serving)

    def _servers(self) -> Iterator[Step]:
        """Yield the steps of a server alone, or of a master and its slaves."""
        deployment, (master, *slaves) = self.deployment, self.servers
        yield database.start(deployment, master)
        yield database.accounts(deployment, master)
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
            yield filestore.folder(self.deployment, self.plans[host.name])

    def ox(self) -> Iterator[Step]:
        deployment = self.deployment
        first = ox.first(deployment)
        nodes = (first, *(host for host in ox_hosts(deployment) if host is not first))
        for host in nodes:
            plan = self.plans[host.name]
            if host is first and host.has(Role.DATABASE):
                # Its database server needed the files, so configdb can only come after them.
                yield ox.configdb(deployment, plan, self.servers)
            yield from self._files(host)
            if mounts_filestore(deployment, host):
                yield filestore.mount(deployment, plan)
            else:
                yield filestore.probe(deployment, plan)
            yield ox.start(deployment, plan, registered=host is not first, needs=tuple(self.started))
            if host is first:
                yield ox.register(deployment, plan)
                yield ox.context(plan)

    def front(self) -> Iterator[Step]:
        for host in self.deployment.with_role(Role.WEB, Role.BALANCER):
            yield from self._files(host)
            yield from self._start(host)

    def verify(self) -> Iterator[Step]:
        for host in self.plan.hosts:
            yield from self._files(host.host)
            yield hosts.verify(host, self._before_the_end(host.host))

    def _before_the_end(self, host: Host) -> Iterator[State]:
        yield State(host.name, Holds.FILES)
        if host.has(Role.DATABASE):
            yield State(host.name, Holds.ACCOUNTS)
        if host.runs_ox or host.has(Role.WEB):
            yield from (State(node.name, Holds.OX) for node in ox_hosts(self.deployment))

    def _files(self, host: Host) -> Iterator[Step]:
        """Yield how a host gets its files, unless it has them: what writes files of its own comes first."""
        if host.name in self.installed:
            return
        plan = self.plans[host.name]
        needs = []
        if host.has(Role.DATABASE):
            needs.append(State(host.name, Holds.STOPPED))
        elif host is ox.first(self.deployment):
            yield ox.configdb(self.deployment, plan, self.servers)
            needs.append(State(host.name, Holds.CONFIGDB))
        if host.runs_ox:
            yield ox.configure(plan)
            needs.append(State(host.name, Holds.CONFIGURED))
        yield hosts.install_files(plan, needs)
        yield hosts.switch_on(plan)
        self.installed.add(host.name)

    def _start(self, host: Host, *needs: State) -> Iterator[Step]:
        """Yield how the services of a host start, where it has some and they do not run yet."""
        plan, started = self.plans[host.name], State(host.name, Holds.STARTED)
        if front.services(plan) and started not in self.started:
            yield front.start(plan, needs)
            self.started.append(started)
