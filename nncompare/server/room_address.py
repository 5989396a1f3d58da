"""The address of the class's page, for the projector."""

from dataclasses import dataclass
from typing import Literal

from tornado.httputil import HTTPServerRequest

from nncompare.server.server_address import ServerAddress, is_local


@dataclass(frozen=True)
class RoomAddress:
    """The short address, without the token, and what keeps others from it.

    "closed" where the server listens to its own machine alone, "offline" where that is in no network, and "guessed"
    where only the proxy knows whether it is called by https.
    """

    url: str
    hindrance: Literal["", "closed", "offline", "guessed"] = ""

    @property
    def is_reachable(self) -> bool:
        """Whether others can be sent there."""
        return self.hindrance in ("", "guessed")


def room_address(address: ServerAddress, request: HTTPServerRequest) -> RoomAddress:
    """Return the address by which the teacher came, if others reach it; else one that they do, where there is any."""
    came_by = _url(address, request)
    if not is_local(request.host_name):
        return RoomAddress(came_by)
    if others := address.bare_urls_for_others:
        return RoomAddress(others[0])
    if address.names:
        return RoomAddress(f"https://{address.names[0]}{address.prefix or '/'}", "guessed")
    return RoomAddress(came_by, "offline" if address.is_for_everybody else "closed")


def _url(address: ServerAddress, request: HTTPServerRequest) -> str:
    """Return what the teacher's browser has called; a proxy says by which protocol and below which path."""
    told = request.headers.get("X-Forwarded-Proto", "")
    protocol = told if told in ("http", "https") else request.protocol
    base = address.base(request.headers)
    return f"{protocol}://{request.host}{base if base.startswith('/') else '/'}"
