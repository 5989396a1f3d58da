"""The address of the class's page, for the projector."""

import ipaddress

from tornado.httputil import HTTPServerRequest

from nncompare.server.server_address import ServerAddress


def room_url(address: ServerAddress, request: HTTPServerRequest) -> str:
    """Return the short address of the class, without the token: that by which the teacher came, if others reach it.

    A proxy says by which protocol and below which path it is called.
    """
    others = address.bare_urls_for_others
    if _is_local(request.host_name) and others:
        return others[0]
    told = request.headers.get("X-Forwarded-Proto", "")
    protocol = told if told in ("http", "https") else request.protocol
    base = address.base(request.headers)
    return f"{protocol}://{request.host}{base if base.startswith('/') else '/'}"


def _is_local(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"
