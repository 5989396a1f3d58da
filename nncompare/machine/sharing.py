"""Whether other people use this machine too."""

import os
import sys

import psutil

from nncompare.environment import environment

# Other user numbers belong to services and containers.
_PEOPLE = range(501 if sys.platform == "darwin" else 1_000, 60_001)


def signs_of_sharing() -> list[str]:
    """Return the signs of a shared server, such as ``a JupyterHub started this``; none on a personal machine."""
    signs = []
    if environment().is_hub:
        signs.append("a JupyterHub started this")
    others = len(_other_people())
    if others:
        signs.append(f"{others} other user{'s have' if others > 1 else ' has'} programs running")
    return signs


def _other_people() -> set[int]:
    if not hasattr(os, "getuid"):  # Windows
        return set()
    users = {process.info["uids"].real for process in psutil.process_iter(["uids"]) if process.info["uids"]}
    return {user for user in users if user in _PEOPLE and user != os.getuid()}
