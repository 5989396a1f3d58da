from collections.abc import Iterator
from pathlib import Path

import pytest
from hosts import Host, voila
from visitor import Visitor


@pytest.fixture(scope="session")
def server(user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """``nncompare serve`` as it is, for all tests of this folder."""
    with voila(tmp_path_factory.mktemp("served"), user_cache) as host:
        yield host


@pytest.fixture
def guest(server: Host) -> Visitor:
    """Somebody who has the token, and has shown it."""
    return Visitor(server).sign_in()


@pytest.fixture
def stranger(server: Host) -> Visitor:
    """Somebody without."""
    return Visitor(server)


@pytest.fixture(scope="module")
def kernel(server: Host) -> Iterator[str]:
    """The kernel of a page that somebody has opened."""
    visitor = Visitor(server).sign_in()
    number = visitor.open_page()
    yield number
    visitor.end(number)
