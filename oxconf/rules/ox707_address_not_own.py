"""OX707: a service is told to use an address that its host does not have."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.maxscale_cnf import Listener, MaxscaleCnf
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._addresses import is_every, is_ipv4
from oxconf.rules._database import is_loopback
from oxconf.rules._endpoints import holders
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare what each host's services bind to with the host's addresses and the floating ones that it may hold."""
    floating = holders(evidence)
    for host in evidence.hosts:
        own = host.own_addresses
        if not own:
            continue
        for address, what, place in _bound(host):
            if is_every(address) or is_loopback(address) or not is_ipv4(address) or address in own:
                continue
            if host in floating.get(address, ()):
                continue
            owner = evidence.owner(address)
            told = f"which is {owner.name}'s" if owner else "which it does not have"
            yield RULE.finding(
                f"{host.name} uses {address} as {what}, {told}; its own: {', '.join(sorted(own))}", place
            )


def _bound(host: HostEvidence) -> Iterator[tuple[str, str, Place]]:
    for node in host.each(AjpProperties):
        if node.artifact.bind_address is not None:
            yield node.artifact.bind_address, "AJP_BIND_ADDR", node.place("bind_address")
    for proxy in host.each(HaproxyCfg):
        for listener in proxy.artifact.listeners:
            yield listener.address, f'bind address of the listener "{listener.name}"', proxy.at(listener.line)
    for maxscale in host.each(MaxscaleCnf):
        for entrance in maxscale.artifact.of(Listener):
            if entrance.address is not None:
                place = maxscale.at(entrance.line_of("address"))
                yield entrance.address, f'address of the listener "{entrance.name}"', place
    for keepalived in host.each(KeepalivedConf):
        for instance in keepalived.artifact.instances:
            if instance.unicast_src_ip is not None:
                yield (
                    str(instance.unicast_src_ip),
                    "unicast_src_ip",
                    keepalived.at(instance.line_of("unicast_src_ip")),
                )
    bind = host.option("bind_address")
    if bind is not None:
        for address in bind.value.split(","):
            yield address.strip(), "bind-address", bind.place


RULE = Rule(
    code="OX707",
    name="address-not-own",
    severity=Severity.ERROR,
    title="A service uses an address that its host does not have",
    why=(
        "The service does not start, or sends packets from nowhere: the usual trace of a file that was copied from "
        "another host and not changed."
    ),
    remedy="Write the host's own address.",
    source="bind(2), EADDRNOTAVAIL",
    daemons="haproxy -c: valid. keepalived -t and mariadbd --help --verbose: no word. All fail when they start.",
    check=check,
)
