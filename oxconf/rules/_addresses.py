"""Addresses: which are the host itself, which are every address, and which host answers on one."""

from ipaddress import AddressValueError, IPv4Address

from oxconf.evidence import Evidence, HostEvidence

_EVERY = {"", "*", "0.0.0.0", "::", "[::]"}  # noqa: S104 - words in files, nothing is opened here


def is_every(address: str) -> bool:
    """Whether a bind address means all addresses of the host."""
    return address in _EVERY


def is_loopback(address: str) -> bool:
    """Whether an address reaches only the host itself."""
    return address in ("localhost", "::1", "[::1]") or (is_ipv4(address) and address.startswith("127."))


def is_ipv4(address: str) -> bool:
    """Whether a text is an IPv4 address and not a name."""
    try:
        IPv4Address(address)
    except AddressValueError:
        return False
    return True


def reached(evidence: Evidence, caller: HostEvidence, address: str) -> HostEvidence | None:
    """Return the host that `caller` reaches at an address; None when nobody told. Floating addresses have no host."""
    return caller if is_loopback(address) else evidence.owner(address)
