"""The environment variables of this process: the only module that reads or writes them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATA_DIR = "NNCOMPARE_DATA_DIR"
HOME = "NNCOMPARE_HOME"
SCHEDULER = "NNCOMPARE_SCHEDULER"
ENGINE = "NNCOMPARE_ENGINE"
TOKEN, TOKEN_FILE = "NNCOMPARE_TOKEN", "NNCOMPARE_TOKEN_FILE"
HUB_USER = "JUPYTERHUB_USER"
MEMORY_LIMIT = "MEM_LIMIT"
# Voila hands this header of a request to the kernel of its page.
SESSION_HEADER = "X-Nncompare-Session"
_SESSION = "HTTP_X_NNCOMPARE_SESSION"
_HUB_VARIABLES = ("JUPYTERHUB_API_URL", HUB_USER)
_PREFIX = "NNCOMPARE_"


@dataclass(frozen=True)
class Environment:
    """What the environment says; empty where it says nothing.

    Attributes
    ----------
    data_dir, home : str
        Where images are looked for, and where comparisons are saved.
    scheduler : str
        Address of a Dask scheduler.
    engine_file : str
        File with the address and the credentials of a server's engine.
    hub_user : str
        Who uses this process, where a JupyterHub says so.
    is_hub : bool
        Whether a JupyterHub started this process.
    memory_limit : str
        Bytes of memory that may be used.
    query : str
        Query string of the web page that this kernel serves.
    is_web_page : bool
        Whether Voila serves this kernel; a JupyterLab notebook keeps its kernel when its page is closed.
    session : str
        Number of the browser session that this kernel serves.
    settings : mapping of str to str
        All variables of this package without their prefix: ``most_epochs`` for ``NNCOMPARE_MOST_EPOCHS``.
    """

    data_dir: str
    home: str
    scheduler: str
    engine_file: str
    hub_user: str
    is_hub: bool
    memory_limit: str
    query: str
    is_web_page: bool
    session: str
    settings: Mapping[str, str]


def environment() -> Environment:
    """Return what the environment of this process says now."""
    get = os.environ.get
    is_web_page = get("SERVER_SOFTWARE", "").startswith("voila/")
    return Environment(
        data_dir=get(DATA_DIR, ""),
        home=get(HOME, ""),
        scheduler=get(SCHEDULER, ""),
        engine_file=get(ENGINE, ""),
        hub_user=get(HUB_USER, ""),
        is_hub=any(get(variable) for variable in _HUB_VARIABLES),
        memory_limit=get(MEMORY_LIMIT, ""),
        query=get("QUERY_STRING", "") if is_web_page else "",
        is_web_page=is_web_page,
        session=get(_SESSION, ""),
        settings={
            name.removeprefix(_PREFIX).lower(): text for name, text in os.environ.items() if name.startswith(_PREFIX)
        },
    )


def take_token() -> tuple[str | None, str | None]:
    """Remove the access token, and the name of its file, from the environment: kernels inherit that."""
    return os.environ.pop(TOKEN, None), os.environ.pop(TOKEN_FILE, None)


def set_for_children(settings: Mapping[str, object]) -> None:
    """Set variables of this package, by name without the prefix, for the processes that this one starts."""
    os.environ.update({_PREFIX + name.upper(): str(value) for name, value in settings.items()})


def prepend_path(variable: str, folder: Path) -> None:
    """Put a folder first in a variable that lists folders."""
    os.environ[variable] = os.pathsep.join([str(folder), *filter(None, [os.environ.get(variable)])])


def child_environment(**more: str) -> dict[str, str]:
    """Return the environment for a process that this one starts."""
    return {**os.environ, **more}


def become(values: Mapping[str, str]) -> None:
    """Replace the whole environment."""
    os.environ.clear()
    os.environ.update(values)
