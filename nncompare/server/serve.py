"""Serves the dashboard as a web page: on this machine alone, and with a token, unless told otherwise."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from nncompare.environment import TEACHER_TOKEN, TEACHER_TOKEN_FILE, environment, prepend_path
from nncompare.errors import UserError
from nncompare.limits import Limits
from nncompare.server.access_token import given_token
from nncompare.server.announcement import announcement, teachers_line
from nncompare.server.classroom import classroom
from nncompare.server.given_names import frame_origin, host_name, path_prefix
from nncompare.server.kept_secrets import KeptSecrets
from nncompare.server.opening import OpeningCode, open_page
from nncompare.server.server_address import LOOPBACK, ServerAddress, free_port, require_closed
from nncompare.server.teacher_access import TeachersRoom
from nncompare.server.teacher_desk import TeacherDesk
from nncompare.store import Store, home_folder

_HERE = Path(__file__).parent


def serve(
    port: int | None,
    *,
    open_browser: bool,
    limits: Limits,
    ip: str = LOOPBACK,
    names: Sequence[str] = (),
    needs_token: bool = True,
    base_url: str = "",
    frames: Sequence[str] = (),
    is_behind_jupyter: bool = False,
    is_code_new: bool = False,
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
    base_url : str
        The path below which a proxy shows the page, such as ``/some/prefix/``.
    frames : sequence of str
        The sites whose pages may show the page in a frame.
    is_behind_jupyter : bool
        Whether jupyter-server-proxy starts it, and sends the token with every request.
    is_code_new : bool
        Whether code and teacher's token are other ones than at the last start.

    Raises
    ------
    UserError
        When the port cannot be had, the notebook is missing, a name is none, or others would get in without a token.
    """
    require_closed(ip, needs_token)
    given = given_token()
    if is_behind_jupyter and not (needs_token and given):
        raise UserError("--behind-jupyter is for jupyter-server-proxy, which gives a token. Leave it out.")
    kept = KeptSecrets.of(home_folder(), are_new=is_code_new)
    token = (given or kept.code) if needs_token else ""
    address = ServerAddress(
        ip=ip,
        names=tuple(map(host_name, names)),
        prefix=path_prefix(base_url or _prefix_of_hub_service()),
        frames=tuple(map(frame_origin, frames)),
        port=free_port(ip, port),
        token=token,
        is_token_known=needs_token and given is not None,
        is_behind_jupyter=is_behind_jupyter,
    )
    given_to_teacher = given_token(TEACHER_TOKEN, TEACHER_TOKEN_FILE)
    opening, teacher = OpeningCode(), TeachersRoom(given_to_teacher or kept.teacher, TeacherDesk(), kept.cookie)
    prepend_path("JUPYTER_PATH", _HERE / "share" / "jupyter")  # where Voila looks for templates
    _skip_the_grammar_of_addresses()
    with classroom(limits), closing(teacher.desk):
        from nncompare.server.closed_voila import ClosedVoila  # takes a second, in which the engine starts

        def on_listening() -> None:
            line = teachers_line(address, teacher.token, is_token_known=given_to_teacher is not None)
            print(announcement(address, sys.stdout) + line, end="", flush=True)
            if note := Store.default().note:
                print(f"nncompare: {note}", file=sys.stderr, flush=True)
            if open_browser:
                open_page(address.bare_url, opening if needs_token else None)

        traits = {"address": address, "opening": opening, "teacher": teacher, "on_listening": on_listening}
        traits["cookie_secret"] = kept.signing_key(token, teacher.token)
        ClosedVoila.launch_instance([str(notebook_path())], **traits)


def notebook_path() -> Path:
    """Return the notebook: that of a checkout, or the one beside this file in an installed package."""
    for file in (_HERE.parents[1] / "notebooks" / "dashboard.ipynb", _HERE / "dashboard.ipynb"):
        if file.is_file():
            return file
    raise UserError("notebooks/dashboard.ipynb is missing. Install nncompare again.")


def _prefix_of_hub_service() -> str:
    """Return the path at which JupyterHub shows this server, if it has started it as one of its services."""
    return "" if environment().hub_user else environment().hub_prefix


def _skip_the_grammar_of_addresses() -> None:
    """Let jsonschema do without a format that nothing here uses: preparing it takes three seconds of every start."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
