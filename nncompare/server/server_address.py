"""Where the server listens, under which names it may be called, and the URL that opens its page."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

from nncompare.errors import UserError

LOOPBACK = "127.0.0.1"
PORTS = range(8866, 8916)


@dataclass(frozen=True)
class ServerAddress:
    """Where the page is served, and to whom."""

    ip: str  # the address that is listened on
    port: int
    token: str  # empty when none is needed
    is_token_known: bool  # whether the user gave the token, and so need not be told
    names: tuple[str, ...] = ()  # further ones under which it may be called, such as that of a proxy

    @property
    def bare_url(self) -> str:
        """The URL without the token."""
        address = ipaddress.ip_address(self.ip)
        host = socket.gethostname() if address.is_unspecified else f"[{self.ip}]" if address.version == 6 else self.ip
        return f"http://{host}:{self.port}/"

    @property
    def url(self) -> str:
        """The URL that opens the page."""
        return self.bare_url + (f"?{urlencode({'token': self.token})}" if self.token else "")

    @property
    def is_for_others(self) -> bool:
        """Whether it is reached from other machines: by its own address, or by a proxy with another name."""
        return bool(self.names) or not _is_local(self.ip)


def require_closed(ip: str, needs_token: bool) -> None:
    """Raise `UserError` for what is no address, and for one that other machines reach without a token."""
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        raise UserError(f"The address must be a number such as {LOOPBACK} or 0.0.0.0; got {ip or 'nothing'}.") from None
    if not needs_token and not _is_local(ip):
        raise UserError(f"--no-token is only for this machine alone. Leave it out, or leave out --ip {ip}.")


def free_port(ip: str, wanted: int | None) -> int:
    """Return the wanted port, or the first free one of `PORTS`; raise `UserError` where it cannot be used."""
    if wanted is None:
        found = next((port for port in PORTS if _is_free(ip, port)), None)
        if found is None:
            raise UserError(f"No port from {PORTS[0]} to {PORTS[-1]} is free. Choose one with --port.")
        return found
    if not 1 <= wanted <= 65_535:
        raise UserError(f"Port must be a whole number from 1 to 65535; got {wanted}.")
    if not _is_free(ip, wanted):
        raise UserError(f"Port {wanted} is in use. Choose another with --port.")
    return wanted


def _is_local(ip: str) -> bool:
    return ipaddress.ip_address(ip).is_loopback


def _is_free(ip: str, port: int) -> bool:
    family = socket.AF_INET6 if ipaddress.ip_address(ip).version == 6 else socket.AF_INET
    try:
        socket.create_server((ip, port), family=family).close()
    except OSError:
        return False
    return True
