"""Where the server listens, under which names it may be called, and the URLs that open its page."""

import errno
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from nncompare.errors import UserError
from nncompare.server.given_names import is_prefix
from nncompare.server.own_addresses import own_addresses

LOOPBACK = "127.0.0.1"
PORTS = range(8866, 8916)
# With any other error, the next port would have it as well.
_NEXT_PORT_MAY_DO = (errno.EADDRINUSE, errno.EACCES, errno.EPERM)


@dataclass(frozen=True)
class ServerAddress:
    """Where the page is served, and to whom."""

    ip: str  # the address that is listened on
    port: int
    token: str  # empty when none is needed
    is_token_known: bool  # whether the user gave the token, and so need not be told
    names: tuple[str, ...] = ()  # further ones under which it may be called, such as that of a proxy
    prefix: str = ""  # the path below which a proxy shows it, such as /some/prefix/
    frames: tuple[str, ...] = ()  # whose pages may show it in a frame, such as https://lms.school.org
    is_behind_jupyter: bool = False  # whether jupyter-server-proxy has started it, and sends the token along

    @property
    def bare_url(self) -> str:
        """The URL without the token, for a browser on this machine."""
        if not self.is_for_everybody:
            return self._url_at(self.ip)
        return self._url_at("::1" if ":" in self.ip else LOOPBACK)

    @property
    def bare_urls_for_others(self) -> list[str]:
        """The URLs without the token, for browsers on other machines; the likeliest one first."""
        if is_local(self.ip):
            return []
        ips = own_addresses(6 if ":" in self.ip else 4) if self.is_for_everybody else [self.ip]
        return [self._url_at(ip) for ip in ips]

    def with_token(self, url: str) -> str:
        """Return a URL of the page with the token that it needs, unless the user knows that."""
        return url if self.is_token_known else self.with_secret(url)

    def with_secret(self, url: str) -> str:
        """Return a URL of the page with the token that it needs."""
        return url + (f"?{urlencode({'token': self.token})}" if self.token else "")

    @property
    def is_for_everybody(self) -> bool:
        """Whether it listens on all addresses of this machine."""
        return ipaddress.ip_address(self.ip).is_unspecified

    @property
    def is_for_others(self) -> bool:
        """Whether it is reached from other machines: by its own address, or by a proxy with another name."""
        return bool(self.names) or not is_local(self.ip)

    def base(self, headers: Mapping[str, str]) -> str:
        """Return what all addresses of a page begin with: the path where the browser that asks has it.

        That is the given prefix, or the one that a proxy says it has taken off, as jupyter-server-proxy does. Where
        neither is known it is "./", since the browser knows. A header is believed only if it is a plain path, which
        leads to no other server; and browsers send no such header by themselves.
        """
        prefix = self.prefix or headers.get("X-Forwarded-Prefix", "")
        return f"{prefix.rstrip('/')}/" if is_prefix(prefix) else "./"

    def _url_at(self, ip: str) -> str:
        host = f"[{ip}]" if ":" in ip else ip
        return f"http://{host}:{self.port}{self.prefix or '/'}"


def require_closed(ip: str, needs_token: bool) -> None:
    """Raise `UserError` for what is no address, and for one that other machines reach without a token."""
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        raise UserError(f"The address must be a number such as {LOOPBACK} or 0.0.0.0; got {ip or 'nothing'}.") from None
    if not needs_token and not is_local(ip):
        raise UserError(f"--no-token is only for this machine alone. Leave it out, or leave out --ip {ip}.")


def is_local(name: str) -> bool:
    """Whether an address or a name is that by which a machine calls itself."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def free_port(ip: str, wanted: int | None) -> int:
    """Return the wanted port, or the first free one of `PORTS`; raise `UserError` where it cannot be used."""
    if wanted is None:
        return _first_free_port(ip)
    if not 1 <= wanted <= 65_535:
        raise UserError(f"Port must be a whole number from 1 to 65535; got {wanted}.")
    if (obstacle := _obstacle(ip, wanted)) is not None:
        raise unusable(ip, wanted, obstacle)
    return wanted


def unusable(ip: str, port: int, error: OSError) -> UserError:
    """Return the error that says why an address and a port cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        return UserError(f"Port {port} is in use. Choose another with --port.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return UserError(f"You may not use port {port}: this machine forbids it. Choose one from 1024 on with --port.")
    if error.errno == errno.EADDRNOTAVAIL:
        own = own_addresses(ipaddress.ip_address(ip).version)
        return UserError(f"{ip} is no address of this machine. With --ip it can take {', '.join([*own, LOOPBACK])}.")
    return UserError(f"{ip} port {port} cannot be used: {error.strerror}.")


def _first_free_port(ip: str) -> int:
    for port in PORTS:
        obstacle = _obstacle(ip, port)
        if obstacle is None:
            return port
        if obstacle.errno not in _NEXT_PORT_MAY_DO:
            raise unusable(ip, port, obstacle)
    raise UserError(f"No port from {PORTS[0]} to {PORTS[-1]} is free. Choose one with --port.")


def _obstacle(ip: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ipaddress.ip_address(ip).version == 6 else socket.AF_INET
    try:
        socket.create_server((ip, port), family=family).close()
    except OSError as error:
        return error
    return None
