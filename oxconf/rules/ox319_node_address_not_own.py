"""OX319: a Galera node tells the others an address that is not its own."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database import galera_nodes, without_port
from oxconf.rules._rule import Finding, Rule, Severity

_OPTIONS = ("wsrep_node_address", "wsrep_sst_receive_address", "wsrep_node_incoming_address")


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the addresses in each node's options with the host's own."""
    for node in galera_nodes(evidence):
        own = node.own_addresses
        for name in _OPTIONS:
            option = node.option(name)
            address = without_port(option.value.strip()) if option else ""
            if option is None or not own or address in (*own, node.name, "", "AUTO"):
                continue
            owner = evidence.owner(address)
            whose = f"the address of {owner.name}" if owner else "no address of it"
            yield RULE.finding(
                f"{node.name} has {name} = {option.value}, which is {whose}; its own is {listed(own)}",
                option.place,
            )


RULE = Rule(
    code="OX319",
    name="node-address-not-own",
    severity=Severity.ERROR,
    title="A Galera node names an address that it does not have",
    why=(
        "The others send state transfers there, so that the node never becomes a member, or another node's data is "
        "transferred twice."
    ),
    remedy="Set the option to the node's own address on the cluster's network.",
    source=(
        "MariaDB's wsrep.cnf: the default is the first interface's address; the receive address is not the donor's"
    ),
    daemons="mariadbd --help: rc 0.",
    check=check,
)
