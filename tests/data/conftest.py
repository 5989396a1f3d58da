import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from mirror_server import Mirror, running
from tiny_data import PACKED, tiny_info

from nncompare.data import CATALOG, DatasetInfo, folders


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep away from the cache, the settings and the proxy of the user who runs the tests."""
    cache = tmp_path / "cache" / "nncompare"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(folders, "cache_folder", lambda: cache)
    monkeypatch.delenv("NNCOMPARE_DATA_DIR", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return cache


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> DatasetInfo:
    """Put a tiny MNIST without mirrors into the catalogue."""
    info = tiny_info()
    monkeypatch.setitem(CATALOG, "mnist", info)
    return info


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with running(dict(PACKED)) as server:
        yield server


@pytest.fixture
def refused() -> Iterator[str]:
    """Return an address at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """Return a folder that cannot be made, root included: its parent is a file."""
    (tmp_path / "file").write_text("in the way")
    return tmp_path / "file" / "folder"
