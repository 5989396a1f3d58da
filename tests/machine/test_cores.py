from pathlib import Path

import psutil
import pytest

from nncompare.machine import CoreReading, cgroups, core_readings, usable_cores


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pretend to be on a host with eight cores for this process and no limits; give the root of control groups."""
    monkeypatch.delenv("CPU_LIMIT", raising=False)
    monkeypatch.setattr(psutil.Process, "cpu_affinity", lambda _: list(range(8)), raising=False)
    monkeypatch.setattr(cgroups, "_ROOT", tmp_path / "cgroup")
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "own")
    return tmp_path / "cgroup"


def own_group(root: Path, line: str, folder: str, **files: object) -> Path:
    """Put this process into a group with files such as ``cpu.max``, whose dot is an underscore here."""
    (root.parent / "own").write_text(f"{line}\n")
    group = root / folder
    group.mkdir(parents=True)
    for name, content in files.items():
        (group / name.replace("_", ".", 1)).write_text(f"{content}\n")
    return group


def test_without_control_groups_the_affinity_decides() -> None:
    assert core_readings() == [CoreReading(8, "affinity")]
    assert usable_cores() == 8


def test_a_quota_of_version_2_counts(host: Path) -> None:
    group = own_group(host, "0::/lesson", "lesson", cpu_max="250000 100000")
    assert core_readings()[1:] == [CoreReading(2.5, str(group / "cpu.max"))]
    assert usable_cores() == 2


def test_a_quota_of_version_1_counts(host: Path) -> None:
    own_group(host, "3:cpu,cpuacct:/lesson", "cpu/lesson", cpu_cfs_quota_us=300_000, cpu_cfs_period_us=100_000)
    assert usable_cores() == 3


@pytest.mark.parametrize("content", ["max 100000", "", "soon", "100000 0", "1 2 3"])
def test_no_quota_is_no_reading(content: str, host: Path) -> None:
    own_group(host, "0::/lesson", "lesson", cpu_max=content)
    assert usable_cores() == 8


def test_version_1_without_a_quota_says_minus_one(host: Path) -> None:
    own_group(host, "3:cpu:/lesson", "cpu/lesson", cpu_cfs_quota_us=-1, cpu_cfs_period_us=100_000)
    assert usable_cores() == 8


def test_the_tightest_group_above_wins(host: Path) -> None:
    own_group(host, "0::/lesson/pupil", "lesson/pupil", cpu_max="600000 100000")
    (host / "lesson" / "cpu.max").write_text("400000 100000\n")
    assert usable_cores() == 4


def test_half_a_core_is_still_one(host: Path) -> None:
    own_group(host, "0::/lesson", "lesson", cpu_max="50000 100000")
    assert usable_cores() == 1


@pytest.mark.parametrize(("limit", "cores"), [("1.5", 1), ("3", 3), ("0.5", 1), ("2.0", 2), ("64", 8)])
def test_a_limit_of_a_jupyterhub_counts(limit: str, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPU_LIMIT", limit)
    assert core_readings()[-1] == CoreReading(float(limit), "CPU_LIMIT")
    assert usable_cores() == cores


@pytest.mark.parametrize("text", ["", "many", "0", "-1", "nan", "inf", "1,5"])
def test_a_cpu_limit_that_is_no_number_of_cores_is_passed_over(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPU_LIMIT", text)
    assert core_readings() == [CoreReading(8, "affinity")]
