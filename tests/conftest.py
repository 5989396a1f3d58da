import os
import signal
import uuid
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import psutil
import pytest
from capabilities import CAP_DAC_OVERRIDE, without_capability
from examples import QUICK_PROFILE
from hypothesis import settings
from small_images import make_small_digits
from wheels import build_wheel, install

from nncompare.engine.shared import EngineHolder, shared_engine

# As it was before the tests hide it: those that need the real images ask for it by the fixture below.
REAL_DATA = os.environ.get("NNCOMPARE_DATA_DIR")
MARK = "NNCOMPARE_TEST_SESSION"
# Before the tests are collected, which ask for it; --hypothesis-profile=deep takes the other one afterwards.
settings.load_profile(QUICK_PROFILE)
# In the background of a shell Ctrl-C is ignored, after `nohup` SIGHUP, also by the programs that tests start; and some
# are ended by them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
HIDDEN = (
    *("NNCOMPARE_DATA_DIR", "NNCOMPARE_SCHEDULER", "NNCOMPARE_ENGINE", "NNCOMPARE_LESSON", "MEM_LIMIT", "CPU_LIMIT"),
    *("JUPYTERHUB_USER", "JUPYTERHUB_SERVICE_PREFIX"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in a browser last: their servers, engines and pages would only idle beside the others."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Fail when a process outlives the tests that started it, also one that has lost its parent meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        mark = uuid.uuid4().hex
        patch.setenv(MARK, mark)
        yield
    _, alive = psutil.wait_procs(_started(mark), timeout=60)
    assert not alive, [" ".join(_words(process)) for process in alive]


@pytest.fixture(scope="session", autouse=True)
def user_cache(no_process_is_left: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep away from the user's cache and settings; synthetic images are made once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        # What is begun by a fixture of a whole session comes before `home`.
        patch.setenv("NNCOMPARE_HOME", str(tmp_path_factory.mktemp("home")))
        for variable in HIDDEN:
            patch.delenv(variable, raising=False)
        yield folder


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep away from the user's saved comparisons: each test has a store of its own, which is made when it is used."""
    folder = tmp_path_factory.getbasetemp() / f"home-{uuid.uuid4().hex}"
    monkeypatch.setenv("NNCOMPARE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def synthetic_digits(user_cache: Path) -> Path:
    """Make the synthetic digits, and return their folder."""
    return make_small_digits()


@pytest.fixture(scope="session")
def engines(synthetic_digits: Path) -> Iterator[EngineHolder]:
    """Return the engine of this process: for all tests that treat it well, and the dashboards and commands in it."""
    shared_engine.join()
    shared_engine.get()  # now, so that it inherits nothing of what a test sets for itself
    yield shared_engine
    shared_engine.close()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(Path(__file__).parents[1], tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, and return the folder for `PYTHONPATH`."""
    return install(wheel, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def real_data_or_none() -> Path | None:
    """Return the folder with the real MNIST and Fashion-MNIST, where there is one."""
    folder = Path(REAL_DATA).resolve() if REAL_DATA else None
    return folder if folder and (folder / "MNIST" / "raw").is_dir() else None


@pytest.fixture(scope="session")
def real_data(real_data_or_none: Path | None) -> Path:
    """Return the folder with the real MNIST and Fashion-MNIST."""
    if real_data_or_none is None:
        pytest.skip("NNCOMPARE_DATA_DIR does not hold MNIST")
    return real_data_or_none


def _started(mark: str) -> list[psutil.Process]:
    # Python's own helper ends with the process that it belongs to.
    spared = {os.getpid(), getattr(resource_tracker._resource_tracker, "_pid", None)}
    children = psutil.Process().children(recursive=True)
    marked = [process for process in psutil.process_iter() if _mark_of(process) == mark]
    return [process for process in {*children, *marked} if process.pid not in spared]


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return [str(process.pid)]


@pytest.fixture
def no_rights_of_root() -> Iterator[None]:
    """Take from root the right to write everywhere, so that a read-only folder is one: for this thread alone."""
    if os.geteuid() != 0:
        yield
        return
    with without_capability(CAP_DAC_OVERRIDE):
        yield
