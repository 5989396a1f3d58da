"""How often a code may be guessed: so seldom that a short one is as safe as a long one."""

import ipaddress
import time
from collections import deque
from collections.abc import Callable

MOST_OF_AN_ADDRESS, MOST_OF_ALL = 30, 300
WHILE_SECONDS = 60.0


class WrongTries:
    """Counts the wrong codes of the last minute, by the address that they came from; `clock` gives seconds.

    An address that has tried too often is not listened to for a while, whatever it says; nor is any, where there are
    too many in all. Of 31 to the power of 8 codes, so one in five thousand is found in a year. Whoever is signed in
    already is not concerned.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: deque[tuple[float, str]] = deque()

    def are_too_many(self, address: str) -> bool:
        """Whether an address is not listened to at the moment."""
        while self._tries and self._tries[0][0] <= self._clock() - WHILE_SECONDS:
            self._tries.popleft()
        own = _network(address)
        return len(self._tries) >= MOST_OF_ALL or sum(one == own for _, one in self._tries) >= MOST_OF_AN_ADDRESS

    def note(self, address: str) -> None:
        """Note a wrong code."""
        self._tries.append((self._clock(), _network(address)))


def _network(address: str) -> str:
    """Return what stands for one machine: of IPv6, its network, within which it may take any address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
