"""`host.cnf`: what is different on each node of a Galera cluster."""

from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import ADDRESS, TEXT, Codec
from oxconf.artifacts._server import at_least, is_mariadb
from oxconf.artifacts._settings import OptionsArtifact, setting
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Mark
from oxconf.deployment.topology import MYSQL_PORT, database_hosts, is_writer


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
        Mark.SOURCE,
        "Galera manual",
    )
    wsrep_node_address: IPv4Address | None = setting(
        "wsrep_node_address",
        ADDRESS,
        "Address of the node on the cluster's network.",
        Mark.SOURCE,
        "Galera would take the first interface's address",
        noted=True,
    )
    wsrep_node_incoming_address: str | None = setting(
        "wsrep_node_incoming_address",
        TEXT,
        "Where clients reach the node; shown in wsrep_incoming_addresses.",
        Mark.TUTORIAL,
        "MariaDB 10.0 and 10.1 may show another one",
        noted=True,
    )
    wsrep_sst_donor: tuple[str, ...] | None = setting(
        "wsrep_sst_donor",
        DONORS,
        "Who gives this node a full copy of the data, the preferred one first.",
        Mark.OURS,
        "not the writer first: the health check takes a donor out; the last comma allows any node",
        noted=True,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of a Galera node.

        With two nodes the second has nobody but the writer to ask, so that its list is left out.
        """
        if deployment.database.mode is not Mode.GALERA or not host.has(Role.DATABASE):
            return None
        donors = tuple(
            server.name
            for server in database_hosts(deployment)
            if server != host and not is_writer(deployment, server)
        )
        incoming = is_mariadb(deployment) and not at_least(deployment, "10.2")
        return cls(
            wsrep_node_name=host.name,
            wsrep_node_address=host.address,
            wsrep_node_incoming_address=f"{host.address}:{MYSQL_PORT}" if incoming else None,
            wsrep_sst_donor=(*donors, "") if donors else None,
        )
