"""Which processes the system has ended for lack of memory."""

from nncompare.machine.cgroups import control_groups, read_statistic

_FILES = ("memory.events", "memory.oom_control")  # of version 2 and 1


def oom_kills() -> int:
    """Count the processes of the control group of this process that were ended for lack of memory.

    It is 0 where the system does not tell. Those of the whole machine are counted too where they were in this group.
    """
    files = [folder / name for folder in control_groups("memory") for name in _FILES]
    return next((read_statistic(file, "oom_kill") for file in files if file.is_file()), 0)
