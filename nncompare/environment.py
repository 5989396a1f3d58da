"""The environment variables of this process: the only module that reads or writes them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATA_DIR = "NNCOMPARE_DATA_DIR"
HOME = "NNCOMPARE_HOME"
SCHEDULER = "NNCOMPARE_SCHEDULER"
ENGINE = "NNCOMPARE_ENGINE"
LESSON = "NNCOMPARE_LESSON"
TOKEN, TOKEN_FILE = "NNCOMPARE_TOKEN", "NNCOMPARE_TOKEN_FILE"
TEACHER_TOKEN, TEACHER_TOKEN_FILE = "NNCOMPARE_TEACHER_TOKEN", "NNCOMPARE_TEACHER_TOKEN_FILE"
CLASS_ID = "NNCOMPARE_CLASS_ID"
HUB_USER = "JUPYTERHUB_USER"
HUB_PREFIX = "JUPYTERHUB_SERVICE_PREFIX"
MEMORY_LIMIT, CORE_LIMIT = "MEM_LIMIT", "CPU_LIMIT"
# Voila hands this header of a request to the kernel of its page.
SESSION_HEADER = "X-Nncompare-Session"
_SESSION = "HTTP_X_NNCOMPARE_SESSION"
_HUB_VARIABLES = ("JUPYTERHUB_API_URL", HUB_USER)
_PREFIX = "NNCOMPARE_"


@dataclass(frozen=True)
class Environment:
    """What the environment says; empty where it says nothing."""

    data_dir: str  # where images are looked for
    home: str  # where comparisons are saved
    scheduler: str  # address of a Dask scheduler
    lesson: str  # file, or name, of the lesson that every page opens with
    engine_file: str  # file with the address and the credentials of a server's engine
    class_id: str  # the class to whose board this page reports; a server makes one up for its pages
    hub_user: str  # who uses this process, where a JupyterHub says so
    is_hub: bool  # whether a JupyterHub started this process
    hub_prefix: str  # the path at which that JupyterHub shows this user's servers, or this service of its own
    memory_limit: str  # bytes of memory that may be used
    core_limit: str  # cores that may be used, such as 1.5
    runtime_dir: str  # folder of this user that ends with his login
    engine_pid: str  # the engine to which this worker belongs, and how many workers that has
    engine_slots: str
    query: str  # query string of the web page that this kernel serves
    is_web_page: bool  # whether Voila serves this kernel; JupyterLab keeps a kernel when its page is closed
    session: str  # number of the browser session that this kernel serves
    settings: Mapping[str, str]  # all variables of this package: most_epochs for NNCOMPARE_MOST_EPOCHS


def environment() -> Environment:
    """Return what the environment of this process says now."""
    get = os.environ.get
    is_web_page = get("SERVER_SOFTWARE", "").startswith("voila/")
    return Environment(
        data_dir=get(DATA_DIR, ""),
        home=get(HOME, ""),
        scheduler=get(SCHEDULER, ""),
        lesson=get(LESSON, ""),
        engine_file=get(ENGINE, ""),
        class_id=get(CLASS_ID, ""),
        hub_user=get(HUB_USER, ""),
        is_hub=any(get(variable) for variable in _HUB_VARIABLES),
        hub_prefix=get(HUB_PREFIX, ""),
        memory_limit=get(MEMORY_LIMIT, ""),
        core_limit=get(CORE_LIMIT, ""),
        runtime_dir=get("XDG_RUNTIME_DIR", ""),
        engine_pid=get(_PREFIX + "ENGINE_PID", ""),
        engine_slots=get(_PREFIX + "ENGINE_SLOTS", ""),
        query=get("QUERY_STRING", "") if is_web_page else "",
        is_web_page=is_web_page,
        session=get(_SESSION, ""),
        settings={
            name.removeprefix(_PREFIX).lower(): text for name, text in os.environ.items() if name.startswith(_PREFIX)
        },
    )


def take(*variables: str) -> list[str | None]:
    """Remove variables from the environment, such as one with a token, and return them: kernels inherit the rest."""
    return [os.environ.pop(variable, None) for variable in variables]


def set_for_children(settings: Mapping[str, object]) -> None:
    """Set variables of this package, by name without the prefix, for the processes that this one starts."""
    os.environ.update({_PREFIX + name.upper(): _as_text(value) for name, value in settings.items()})


def _as_text(value: object) -> str:
    # 1.234 could be taken for a thousand and more; with an exponent it cannot.
    return f"{value:.16e}" if isinstance(value, float) else str(value)


def set_variables(values: Mapping[str, str]) -> None:
    """Set variables for this process and those that it starts."""
    os.environ.update(values)


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
