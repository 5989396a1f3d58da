"""``nncompare serve`` for a user whose home directory cannot be written to: it works, and says what may be lost."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from hosts import Host, voila
from kernel_talk import connected, value_of
from waiting import wait_until

# So that nothing but the home directory says where files go.
NAMED = (
    *("NNCOMPARE_HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
    *("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "MPLCONFIGDIR"),
)


@pytest.fixture(scope="module")
def homeless(user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A server whose user has a file for a home."""
    folder = tmp_path_factory.mktemp("homeless")
    (folder / "home").write_text("")
    packages = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    variables = {**dict.fromkeys(NAMED, ""), "HOME": str(folder / "home"), "PYTHONPATH": packages}
    with voila(folder, user_cache, variables) as host:
        yield host


def test_a_page_opens_and_what_it_trains_would_be_saved(homeless: Host) -> None:
    kernel = Browser(homeless).sign_in().open_page()
    wait_until(lambda: kernel in homeless.connection_files(), "the kernel's file")
    with connected(homeless.connection_files()[kernel]) as client:
        asked = "__import__('nncompare.store').store.Store.default()"
        home = Path(value_of(client, f"str({asked}.home)"))
        assert home.is_relative_to(homeless.folder / "tmp")
        assert value_of(client, "str(dashboard.steps.history.panel._store.home)") == str(home)
        assert value_of(client, f"{asked}.create(__import__('nncompare').Comparison()).id").startswith("000001-")


def test_one_sentence_says_what_is_not_kept(homeless: Host) -> None:
    said = wait_until(lambda: "NNCOMPARE_HOME" in homeless.log.read_text("utf-8"), "the sentence")
    assert said
    (sentence,) = [line for line in homeless.log.read_text("utf-8").splitlines() if "NNCOMPARE_HOME" in line]
    assert sentence.startswith("nncompare: There is no home directory that can be written to. Comparisons are kept in ")
    assert "Traceback" not in homeless.log.read_text("utf-8")


def test_nothing_is_put_where_it_was_started(homeless: Host) -> None:
    assert not [path for path in homeless.folder.iterdir() if "~" in path.name]
