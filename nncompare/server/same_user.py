"""Who is at the other end of a connection from this machine to itself (Linux)."""

import os
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

_TABLES = {4: Path("/proc/net/tcp"), 6: Path("/proc/net/tcp6")}
_LOCAL, _REMOTE, _STATE, _USER = 1, 2, 3, 7
_ESTABLISHED = "01"  # the table no longer knows whose a closed one was
_ROOT = 0  # who could do everything anyway; Windows reaches the servers of its Linux (WSL) by a program of root's


def is_of_this_user(peer: tuple[Any, ...], own: tuple[Any, ...]) -> bool:
    """Whether a program of this user, or of root, holds the other end of a connection.

    Parameters
    ----------
    peer, own : tuple
        Both ends, as `socket.getpeername` and `socket.getsockname` of this end return them.

    Returns
    -------
    bool
        True, too, where the system has no table of connections.
    """
    if not _TABLES[4].exists():
        return True
    ends = _address(peer), _address(own)
    wanted = _written(ends[0], peer[1]), _written(ends[1], own[1])
    rows = [line.split() for line in _TABLES[ends[0].version].read_text("ascii").splitlines()[1:]]
    owners = [row[_USER] for row in rows if (row[_LOCAL], row[_REMOTE], row[_STATE]) == (*wanted, _ESTABLISHED)]
    return bool(owners) and all(int(owner) in (os.getuid(), _ROOT) for owner in owners)


def _address(end: tuple[Any, ...]) -> IPv4Address | IPv6Address:
    address = ip_address(end[0].partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _written(address: IPv4Address | IPv6Address, port: int) -> str:
    """Return an address as the table writes it: in words of 32 bits, each in the order of this processor."""
    words = struct.unpack(f"={len(address.packed) // 4}I", address.packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"
