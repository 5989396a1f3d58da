from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from local_server import LocalServer, local_server

from nncompare.server.wrong_tries import WrongTries


class NoTries(WrongTries):
    """Counts nothing: all tests come from one address."""

    def note(self, address: str) -> None:
        pass


@pytest.fixture(scope="session")
def server(user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server in this process, for all tests of this folder."""
    with local_server(tmp_path_factory.mktemp("local")) as found:
        found.app.identity_provider.wrong_tries = NoTries()
        yield found


@pytest.fixture
def guest(server: LocalServer) -> Browser:
    """A browser that has shown the token."""
    return Browser(server).sign_in()


@pytest.fixture
def anonymous(server: LocalServer) -> Browser:
    """A browser without the token."""
    return Browser(server)


@pytest.fixture(scope="session")
def kernel(server: LocalServer) -> str:
    """The kernel of a page that is open."""
    return Browser(server).sign_in().open_page()
