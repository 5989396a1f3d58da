"""What is printed when the server can be reached: the addresses that open its page, and a QR code for phones."""

import shutil
from typing import TextIO
from urllib.parse import urlencode

from nncompare.environment import environment
from nncompare.server.qr_code import qr_code
from nncompare.server.server_address import ServerAddress
from nncompare.server.teacher_access import PATH


def announcement(address: ServerAddress, screen: TextIO) -> str:
    """Return what to print on a screen; a QR code is for terminals, and not for a file that holds the output."""
    own = address.with_token(address.bare_url)
    told = ", with the token that you gave" if address.is_token_known else ""
    lines = [f"nncompare is at {own}{told} - press Ctrl-C to end.", *_elsewhere(address, own), *_behind_hub(address)]
    return "\n".join(lines) + "\n" + _qr_code(address, screen)


def teachers_line(address: ServerAddress, token: str, *, is_token_known: bool) -> str:
    """Return what to print of the teacher's page: where it is, with its token unless the user knows that."""
    query = "" if is_token_known else f"?{urlencode({'token': token})}"
    told = ", with the token that you gave for it" if is_token_known else ""
    return f"The teacher's page is at {address.bare_url}{PATH}{query}{told}\n"


def _elsewhere(address: ServerAddress, own: str) -> list[str]:
    urls = [address.with_token(url) for url in address.bare_urls_for_others]
    if urls:
        return [f"Other machines reach it at {' or '.join(urls)}"] if urls != [own] else []
    return ["This machine is in no network at the moment."] if address.is_for_everybody else []


def _behind_hub(address: ServerAddress) -> list[str]:
    hub = environment()
    if not (hub.hub_user and hub.hub_prefix) or address.is_behind_jupyter or address.prefix:
        return []
    path = address.with_token(f"{hub.hub_prefix}proxy/{address.port}/")
    names = "" if address.names else " It needs --name with that name."
    return [f"Behind JupyterHub and jupyter-server-proxy it is at {path} after the hub's own name.{names}"]


def _qr_code(address: ServerAddress, screen: TextIO) -> str:
    urls = address.bare_urls_for_others
    if not urls or not screen.isatty():
        return ""
    return qr_code(address.with_token(urls[0]), screen.encoding, shutil.get_terminal_size().columns)
