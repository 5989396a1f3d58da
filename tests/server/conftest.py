from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from hosts import Host, voila


@pytest.fixture(scope="session")
def server(user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """``nncompare serve`` as it is, for all tests of this folder."""
    with voila(tmp_path_factory.mktemp("served"), user_cache) as host:
        yield host


@pytest.fixture
def guest(server: Host) -> Browser:
    """Somebody who has the token, and has shown it."""
    return Browser(server).sign_in()


@pytest.fixture
def stranger(server: Host) -> Browser:
    """Somebody without."""
    return Browser(server)


@pytest.fixture(scope="module")
def kernel(server: Host) -> Iterator[str]:
    """The kernel of a page that somebody has opened."""
    browser = Browser(server).sign_in()
    number = browser.open_page()
    yield number
    browser.end(number)
