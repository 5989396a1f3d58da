"""The addresses under which other machines of the network reach this one."""

import contextlib
import ipaddress
import socket

import psutil

_ELSEWHERE = {4: "192.0.2.1", 6: "2001:db8::1"}  # kept free for documents: RFC 5737 and 3849
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_ANY_PORT = 9


def own_addresses(version: int) -> list[str]:
    """List the IP addresses (version 4 or 6) of this machine in its networks; the one that leads farther first."""
    try:
        interfaces, stats = psutil.net_if_addrs(), psutil.net_if_stats()
    except OSError:
        return []
    on = [entries for name, entries in interfaces.items() if name in stats and stats[name].isup]
    found = [entry.address for entries in on for entry in entries if entry.family == _FAMILIES[version]]
    leading = _address_to_elsewhere(version)
    return sorted(filter(_is_in_a_network, found), key=lambda address: address != leading)


def _is_in_a_network(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local)


def _address_to_elsewhere(version: int) -> str:
    """Return the address from which other networks are reached: a machine may have those of containers besides."""
    with contextlib.suppress(OSError), socket.socket(_FAMILIES[version], socket.SOCK_DGRAM) as probe:
        probe.connect((_ELSEWHERE[version], _ANY_PORT))  # sends nothing
        return str(probe.getsockname()[0])
    return ""
