"""Serves the dashboard as a web page: on this machine alone, and with a token, unless told otherwise."""

import os
import secrets
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from nncompare.environment import prepend_path
from nncompare.errors import UserError
from nncompare.limits import Limits
from nncompare.server.access_token import given_token
from nncompare.server.classroom import classroom
from nncompare.server.server_address import LOOPBACK, ServerAddress, free_port, require_closed
from nncompare.templates import fill

_HERE = Path(__file__).parent


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
    require_closed(ip, needs_token)
    given = given_token()
    token = (given or secrets.token_urlsafe(32)) if needs_token else ""
    address = ServerAddress(ip, free_port(ip, port), token, needs_token and given is not None, tuple(names))
    prepend_path("JUPYTER_PATH", _HERE / "share" / "jupyter")  # where Voila looks for templates
    _skip_the_grammar_of_addresses()
    with tempfile.TemporaryDirectory(prefix="nncompare-") as folder, classroom(limits):
        from nncompare.server.closed_voila import ClosedVoila  # takes a second, in which the engine starts

        def on_listening() -> None:
            where = f"{address.bare_url}, with the token that you gave" if address.is_token_known else address.url
            print(f"nncompare is at {where} - press Ctrl-C to end.", flush=True)
            if open_browser:
                _open_page(address, Path(folder))

        ClosedVoila.launch_instance([str(notebook_path())], address=address, on_listening=on_listening)


def notebook_path() -> Path:
    """Return the notebook: that of a checkout, or the one beside this file in an installed package."""
    for file in (_HERE.parents[1] / "notebooks" / "dashboard.ipynb", _HERE / "dashboard.ipynb"):
        if file.is_file():
            return file
    raise UserError("notebooks/dashboard.ipynb is missing. Install nncompare again.")


def _skip_the_grammar_of_addresses() -> None:
    """Let jsonschema do without a format that nothing here uses: preparing it takes three seconds of every start."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _open_page(address: ServerAddress, folder: Path) -> None:
    """Open the page by a file that only this user can read: others see the command line of the browser."""
    file = folder / "open.html"
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(fill("nncompare.server", "open_page.html", address=address.url))
    webbrowser.open(file.as_uri())
