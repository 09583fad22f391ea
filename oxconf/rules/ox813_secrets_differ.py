"""OX813: hosts that need the same password have different ones."""

from collections.abc import Iterator

from oxconf.artifacts.clustercheck import ClustercheckCnf
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.database_accounts import DebianCnf, RootCnf
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.mistakes import listed
from oxconf.deployment.secrets import PLACEHOLDER, Secret
from oxconf.evidence import Evidence, Place
from oxconf.rules._database import galera_clusters
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import groups
from oxconf.rules._words import odd_ones

Entry = tuple[Place, str]

AUTH_PASS_COUNTS = 8
"""keepalived.conf(5): only the first eight characters of auth_pass count."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare passwords that are known, use by use. None of them is shown; a placeholder is OX801's."""
    yield from _health_users(evidence)
    uses = (
        *_configdb(evidence),
        *_state_transfer(evidence),
        *_health_checks(evidence),
        *_logins(evidence),
        *_vrrp(evidence),
    )
    for text, entries in uses:
        pairs = list(odd_ones((place, value) for place, value in entries))
        if pairs:
            odd, usual = [place for place, _ in pairs], pairs[0][1]
            hosts = dict.fromkeys(place.host for place in odd)
            where = f"in {odd[0].path} too" if list(hosts) == [usual.host] else f"than {usual.host}"
            verb = "has" if len(hosts) == 1 else "have"
            if list(hosts) == [usual.host]:
                message = f"{usual.host} has different passwords for {text} in its files"
            else:
                message = f"{listed(hosts)} {verb} another password for {text} {where}"
            yield RULE.finding(message, *odd, usual)


def _configdb(evidence: Evidence) -> Iterator[tuple[str, list[Entry]]]:
    """OX's passwords by database user."""
    users: dict[str, list[Entry]] = {}

    def add(user: str | None, secret: Secret | None, place: Place) -> None:
        if user is not None and secret is not None and secret.value is not None:
            users.setdefault(user, []).append((place, secret.value))

    for host in evidence.hosts:
        for file in (host.find(GroupwareConfigdb), host.find(AdmindaemonConfigdb)):
            if file is not None:
                add(file.artifact.read_user, file.artifact.read_password, file.place("read_password"))
                add(file.artifact.write_user, file.artifact.write_password, file.place("write_password"))
        script = host.find(OxInstaller)
        if script is not None:
            user = script.artifact.configdb_user
            add(user, script.artifact.configdb_password, script.place("configdb_password"))
    for user, entries in users.items():
        yield f'the database user "{user}"', entries


def _state_transfer(evidence: Evidence) -> Iterator[tuple[str, list[Entry]]]:
    for cluster in galera_clusters(evidence):
        options = [option for node in cluster if (option := node.option("wsrep_sst_auth"))]
        yield (
            "Galera's state transfer",
            [
                (option.place, option.value)
                for option in options
                if not PLACEHOLDER.fullmatch(option.value.partition(":")[2])
            ],
        )


def _vrrp(evidence: Evidence) -> Iterator[tuple[str, list[Entry]]]:
    for group in groups(evidence):
        entries = [
            (peer.at("auth_pass"), secret.value[:AUTH_PASS_COUNTS])
            for peer in group
            if (secret := peer.instance.auth_pass) is not None and secret.value is not None
        ]
        yield f"the floating address {listed(group[0].addresses)}", entries


def _health_checks(evidence: Evidence) -> Iterator[tuple[str, list[Entry]]]:
    """Passwords of the health check by user: Galera copies the accounts, so each is the same on all nodes."""
    for cluster in galera_clusters(evidence):
        users: dict[str | None, list[Entry]] = {}
        for node in cluster:
            for file in node.each(ClustercheckCnf):
                password = file.artifact.password
                if password is None or password.value is not None:
                    entry = (file.place("password"), password.value or "" if password else "")
                    users.setdefault(file.artifact.user, []).append(entry)
        for entries in users.values():
            yield "the health check", entries


def _logins(evidence: Evidence) -> Iterator[tuple[str, list[Entry]]]:
    """Passwords of root and of the start scripts, whose accounts Galera copies as well."""
    logins: tuple[tuple[type[RootCnf | DebianCnf], str], ...] = (
        (RootCnf, "the database user root"),
        (DebianCnf, "the package's start scripts"),
    )
    for cluster in galera_clusters(evidence):
        for cls, text in logins:
            files = [file for node in cluster for file in node.each(cls)]
            yield (
                text,
                [
                    (file.place("password"), password.value)
                    for file in files
                    if (password := file.artifact.password) is not None and password.value is not None
                ],
            )


def _health_users(evidence: Evidence) -> Iterator[Finding]:
    """Look for a node whose health check has another user and yet the others' password."""
    for cluster in galera_clusters(evidence):
        files = [file for node in cluster for file in node.each(ClustercheckCnf)]
        for file, other in odd_ones((file, file.artifact.user) for file in files):
            if file.artifact.password == other.artifact.password:
                mine, theirs = (
                    f'"{each.artifact.user}"' if each.artifact.user else "nobody" for each in (file, other)
                )
                yield RULE.finding(
                    f"the health check of {file.host.name} logs in as {mine}, that of {other.host.name} as {theirs}, "
                    "with the same password",
                    file.place("user"),
                    other.place("user"),
                )


RULE = Rule(
    code="OX813",
    name="secrets-differ",
    severity=Severity.ERROR,
    title="Hosts have different passwords where they need the same one",
    why=(
        "OX with a wrong password does not start. Galera with one can not give its data to a node that joins. "
        "keepalived drops the other's adverts, and both hosts take the address. A health check that can not log in "
        "takes its server out."
    ),
    remedy="Write the same password into all of these places, and the one that the database knows.",
    source="MariaDB manual, wsrep_sst_auth; keepalived.conf(5), auth_pass",
    daemons="No daemon compares; they see one host.",
    check=check,
)
