"""What jupyter-server-proxy, where it is installed, is told: so JupyterLab's launcher has a tile for the page."""

import secrets
import sys
from pathlib import Path
from typing import Any

from nncompare.environment import TOKEN

_START_SECONDS = 60
_PROGRAM = "from nncompare.cli import main; main()"


def server_process() -> dict[str, Any]:
    """Return how the server is started, reached and shown; the entry point in pyproject.toml names this function.

    Every request that the proxy passes on carries the token, since it has checked who asks. Other users of the
    machine reach the port as well, but do not know the token: it is in no command line.
    """
    token = secrets.token_urlsafe(32)
    # -P: a file in the current folder is not taken for a module.
    python = [sys.executable, "-P", "-c", _PROGRAM]
    return {
        "command": [*python, "serve", "--no-browser", "--port", "{port}", "--behind-jupyter"],
        "environment": {TOKEN: token},
        "request_headers_override": {"Authorization": f"token {token}"},
        "timeout": _START_SECONDS,
        "launcher_entry": {"title": "nncompare", "icon_path": str(Path(__file__).with_name("icon.svg"))},
    }
