"""Serves the dashboard as a web page: on this machine alone and to whoever has the token, unless told otherwise."""

import ipaddress
import os
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from nncompare.environment import SESSION_HEADER, prepend_path
from nncompare.errors import UserError
from nncompare.limits import Limits
from nncompare.server.access_token import given_token, new_token
from nncompare.server.classroom import classroom
from nncompare.templates import fill

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8866
_TRIED_PORTS = 50
_HERE = Path(__file__).parent
_IDLE_SECONDS = 120


@dataclass(frozen=True)
class ServerAddress:
    """Where the page is served, and to whom.

    Attributes
    ----------
    ip : str
        The address that is listened on.
    port : int
    token : str
        Empty when none is needed.
    is_token_known : bool
        Whether the user gave the token, who then need not be told.
    """

    ip: str
    port: int
    token: str
    is_token_known: bool

    @property
    def bare_address(self) -> str:
        """The address without the token."""
        address = ipaddress.ip_address(self.ip)
        host = socket.gethostname() if address.is_unspecified else f"[{self.ip}]" if address.version == 6 else self.ip
        return f"http://{host}:{self.port}/"

    @property
    def address(self) -> str:
        """The address that opens the page."""
        return self.bare_address + (f"?{urlencode({'token': self.token})}" if self.token else "")

    def announce(self) -> None:
        """Tell the user where it is."""
        address = self.bare_address if self.is_token_known else self.address
        with_token = ", with the token that you gave" if self.is_token_known else ""
        print(f"nncompare is at {address}{with_token} - press Ctrl-C to end.", flush=True)


def serve(
    port: int | None,
    *,
    open_browser: bool,
    limits: Limits,
    ip: str = LOOPBACK,
    names: Sequence[str] = (),
    needs_token: bool = True,
) -> None:
    """Serve until Ctrl-C, with one engine for all tabs.

    Parameters
    ----------
    port : int, optional
        The first free one if not given.
    open_browser : bool
        Whether to open the page.
    limits : Limits
        What every tab may take.
    ip : str
        The address to listen on.
    names : sequence of str
        Further names under which the server is called, such as that of a proxy.
    needs_token : bool
        Whether only those are let in who have the token.

    Raises
    ------
    UserError
        When the port is not free, the notebook is missing, or others would get in without a token.
    """
    _require_closed(ip, needs_token)
    given = given_token()
    token = (given or new_token()) if needs_token else ""
    chosen = _require_free(ip, port) if port is not None else _first_free(ip)
    place = ServerAddress(ip, chosen, token, is_token_known=needs_token and given is not None)
    with tempfile.TemporaryDirectory(prefix="nncompare-") as folder, classroom(limits):
        _run_voila(notebook_path(), place, names, Path(folder) if open_browser else None)


def notebook_path() -> Path:
    """Find the notebook: in a checkout, or beside this file in an installed package."""
    for file in (_HERE.parents[1] / "notebooks" / "dashboard.ipynb", _HERE / "dashboard.ipynb"):
        if file.is_file():
            return file
    raise UserError("notebooks/dashboard.ipynb is missing. Install nncompare again.")


def _require_closed(ip: str, needs_token: bool) -> None:
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        raise UserError(f"The address must be a number such as {LOOPBACK} or 0.0.0.0; got {ip or 'nothing'}.") from None
    if not needs_token and not _is_local(ip):
        raise UserError(f"--no-token is only for this machine alone. Leave it out, or leave out --ip {ip}.")


def _is_local(ip: str) -> bool:
    return ipaddress.ip_address(ip).is_loopback


def _open_page(place: ServerAddress, folder: Path) -> None:
    """Open the page by a file that only this user can read: others see the command line of the browser."""
    file = folder / "open.html"
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(fill("nncompare.server", "open_page.html", address=place.address))
    webbrowser.open(file.as_uri())


def _run_voila(notebook: Path, place: ServerAddress, names: Sequence[str], folder: Path | None) -> None:
    # Voila looks for templates in Jupyter's folders.
    prepend_path("JUPYTER_PATH", _HERE / "share" / "jupyter")
    from nncompare.server.auth import OwnNames
    from nncompare.server.closed_voila import EXTENSIONS, TEMPLATE, ClosedVoila

    def on_listening() -> None:
        place.announce()
        if folder is not None:
            _open_page(place, folder)

    sys.exit(
        ClosedVoila.launch_instance(
            argv=[
                str(notebook),
                "--no-browser",
                f"--Voila.ip={place.ip}",
                f"--port={place.port}",
                f"--template={TEMPLATE}",
                "--VoilaConfiguration.allow_template_override=NO",
                "--VoilaConfiguration.allow_theme_override=NO",
                *(f"--VoilaConfiguration.extension_allowlist={name}" for name in EXTENSIONS),
                # A further name is that of a proxy, behind which others are.
                *(
                    [f"--VoilaConfiguration.http_header_envs={SESSION_HEADER}"]
                    if names or not _is_local(place.ip)
                    else []
                ),
                "--VoilaConfiguration.strip_sources=True",
                "--VoilaConfiguration.show_tracebacks=False",
                "--MappingKernelManager.kernel_manager_class=nncompare.server.ready_kernel.ReadyKernelManager",
                f"--MappingKernelManager.cull_idle_timeout={_IDLE_SECONDS}",
                "--MappingKernelManager.cull_interval=30",
                "--MappingKernelManager.transport_encryption=auto",
                "--Voila.log_level=ERROR",
            ],
            token=place.token,
            names=OwnNames(place.ip, names),
            on_listening=on_listening,
        )
    )


def _first_free(ip: str) -> int:
    for port in range(FIRST_PORT, FIRST_PORT + _TRIED_PORTS):
        if _is_free(ip, port):
            return port
    raise UserError(f"No port from {FIRST_PORT} to {FIRST_PORT + _TRIED_PORTS - 1} is free. Choose one with --port.")


def _require_free(ip: str, port: int) -> int:
    if not 1 <= port <= 65_535:
        raise UserError(f"Port must be a whole number from 1 to 65535; got {port}.")
    if not _is_free(ip, port):
        raise UserError(f"Port {port} is in use. Choose another with --port.")
    return port


def _is_free(ip: str, port: int) -> bool:
    family = socket.AF_INET6 if ipaddress.ip_address(ip).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # elsewhere a port that was just left would count as taken
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            return False
        return True
