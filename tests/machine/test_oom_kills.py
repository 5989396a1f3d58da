from pathlib import Path

import pytest

from nncompare.machine import cgroups
from nncompare.machine.oom_kills import oom_kills


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pretend to be on a host whose control groups are empty folders."""
    monkeypatch.setattr(cgroups, "_ROOT", tmp_path / "cgroup")
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "own")
    (tmp_path / "own").write_text("4:memory:/mine\n0::/mine\n")
    for folder in ("mine", "memory/mine"):
        (tmp_path / "cgroup" / folder).mkdir(parents=True)
    return tmp_path / "cgroup"


def test_version_2_tells_them_among_other_events(root: Path) -> None:
    (root / "mine" / "memory.events").write_text("low 0\nhigh 7\nmax 9\noom 3\noom_kill 2\noom_group_kill 0\n")
    (root / "memory.events").write_text("oom_kill 99\n")
    assert oom_kills() == 2, "those of its own group, not those of others"


def test_version_1_tells_them_beside_a_switch(root: Path) -> None:
    (root / "memory" / "mine" / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n")
    assert oom_kills() == 5


def test_where_nobody_tells_there_were_none() -> None:
    assert oom_kills() == 0
