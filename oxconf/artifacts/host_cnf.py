"""`host.cnf`: what is different on each node of a Galera cluster."""

from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import evolve, frozen

from oxconf.artifacts._codec import ADDRESS, TEXT, Codec
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._server import is_mariadb
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Mark
from oxconf.deployment.topology import MYSQL_PORT, database_hosts


def _read_donors(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if "" in names[:-1]:
        raise ValueError(f'"{text}" has an empty name before its end')
    return names


DONORS = Codec("list of donors", ",".join, _read_donors)
"""Node names, the preferred first. A last empty name, written as a trailing comma, means any other node."""


@frozen(kw_only=True)
class HostCnf(OptionsArtifact):
    """Names and addresses of one Galera node.

    wsrep_sst_receive_address is left out: it follows wsrep_node_address.
    """

    kind: ClassVar[str] = "host-cnf"
    path: ClassVar[str] = "/etc/mysql/ox.conf.d/host.cnf"
    title: ClassVar[str] = "Galera settings of this node alone."

    wsrep_node_name: str | None = setting(
        "wsrep_node_name",
        TEXT,
        "Name of the node, by which others choose a donor.",
        Mark.OURS,
        "the host's name",
        fixed=True,
    )
    wsrep_node_address: IPv4Address | None = setting(
        "wsrep_node_address",
        ADDRESS,
        "Address of the node on the cluster's network.",
        Mark.SOURCE,
        "Galera would take the first interface's address (Galera manual)",
        noted=True,
        fixed=True,
    )
    wsrep_node_incoming_address: str | None = setting(
        "wsrep_node_incoming_address",
        TEXT,
        "Where clients reach the node; shown in wsrep_incoming_addresses.",
        Mark.TUTORIAL,
        "MariaDB may show another address, or port 0",
        noted=True,
        keys=(("database", "flavour"),),
    )
    wsrep_sst_donor: tuple[str, ...] | None = setting(
        "wsrep_sst_donor",
        DONORS,
        "Who gives this node a full copy of the data, the preferred one first.",
        Mark.OURS,
        "the last to take writes first: the health check takes a donor out; the last comma allows any node",
        noted=True,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of a Galera node.

        The donors stand in the order in which they would take the writes, turned round: the writer is the last, and
        before it the first backup, which takes the writes when a writer without its data asks for them.
        """
        if deployment.database.mode is not Mode.GALERA or not host.has(Role.DATABASE):
            return None
        donors = [server.name for server in reversed(database_hosts(deployment)) if server != host]
        names = (deployment.path(server, "name") for server in database_hosts(deployment) if server != host)
        address = deployment.host_origin(host, "address")
        shown = cls.declared("wsrep_node_incoming_address", deployment.path(host, "address"))
        incoming = f"{host.address}:{MYSQL_PORT}" if is_mariadb(deployment) else None
        return cls(
            wsrep_node_name=host.name,
            wsrep_node_address=host.address,
            wsrep_node_incoming_address=incoming,
            wsrep_sst_donor=(*donors, ""),
            origins={
                "wsrep_node_name": deployment.host_origin(host, "name"),
                "wsrep_node_address": address,
                # To say so is the tutorial's step, whoever chose the address.
                "wsrep_node_incoming_address": evolve(shown, mark=address.mark),
                "wsrep_sst_donor": cls.declared("wsrep_sst_donor", ("database", "writer"), *names),
            },
        ).for_server(deployment)
