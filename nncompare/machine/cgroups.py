"""The control groups of this process, versions 1 and 2: they limit memory and cores, for instance of a container."""

from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def control_groups(controller: str) -> list[Path]:
    """Return the folders of the groups that limit this process, from its own up to the root.

    The controller is ``memory`` or ``cpu``: version 1 has a separate tree for each.
    """
    try:
        lines = _OWN.read_text().splitlines()
    except OSError:
        return []
    folders = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "" or controller in controllers.split(","):
            root = _ROOT / controller if controllers else _ROOT
            own = root / path.lstrip("/")
            folders += [folder for folder in (own, *own.parents) if folder.is_relative_to(root)]
    return folders


def read_words(file: Path) -> list[str]:
    """Return the words of a one-line file; none if it cannot be read."""
    try:
        return file.read_text().split()
    except OSError:
        return []


def read_number(file: Path) -> int | None:
    """Return the whole number in a file; None if it holds anything else, such as ``max`` or -1."""
    words = read_words(file)
    return int(words[0]) if len(words) == 1 and words[0].isdigit() else None


def read_statistic(file: Path, key: str) -> int:
    """Return one number from a file of ``key number`` lines; 0 if the key is missing."""
    words = read_words(file)
    value = dict(zip(words[::2], words[1::2], strict=False)).get(key, "")
    return int(value) if value.isdigit() else 0
