"""A kernel that has imported and read what every page needs, and waits to be told which one it is to be.

Reads one line of JSON from its standard input: the words after ``ipykernel_launcher``, the environment and the folder
that a kernel started now would have. Where the input ends instead, its server has ended, and so does this.
"""

import json
import os
import sys

from nncompare.environment import become


def main() -> None:
    """Wait, then be that kernel."""
    import ipywidgets
    from ipykernel.kernelapp import IPKernelApp

    import nncompare.ui.dashboard  # noqa: F401
    from nncompare.lessons import built_in_lessons
    from nncompare.templates import compile_all

    built_in_lessons()
    compile_all("nncompare.ui")
    line = sys.stdin.buffer.readline()
    if not line:
        return
    told = json.loads(line)
    become(told["environment"])
    os.chdir(told["folder"])
    sys.argv = ["ipykernel_launcher", *told["words"]]
    kernel = IPKernelApp.instance()
    kernel.initialize()
    # Imported before there was a kernel, ipywidgets has not told it whom to ask for the state of all widgets at once.
    ipywidgets.register_comm_target()
    kernel.start()


if __name__ == "__main__":
    main()
