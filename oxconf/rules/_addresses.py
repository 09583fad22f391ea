"""Addresses: which of them mean every address of a host, and which host answers on one."""

from ipaddress import AddressValueError, IPv4Address

from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import is_loopback

_EVERY = {"", "*", "0.0.0.0", "::", "[::]"}


def is_every(address: str) -> bool:
    """Whether a bind address means all addresses of the host."""
    return address in _EVERY


def is_ipv4(address: str) -> bool:
    """Whether a text is an IPv4 address and not a name."""
    try:
        IPv4Address(address)
    except AddressValueError:
        return False
    return True


def reached(evidence: Evidence, caller: HostEvidence, address: str) -> HostEvidence | None:
    """Return the host that `caller` reaches at an address; None when nobody told. A floating address has no host."""
    return caller if is_loopback(address) else evidence.owner(address)


def same(one: str, other: str) -> bool:
    """Whether two bind addresses are the same: all names of the loopback address are."""
    return one == other or (is_loopback(one) and is_loopback(other))
