"""One kernel that is kept ready, so that a page need not wait until Python has imported everything.

Voila has preheated kernels of its own. They have run the notebook before anybody has opened the page, so they know
neither its address nor its browser session; this one has only imported what the notebook will.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from tornado.ioloop import IOLoop

from nncompare.environment import child_environment

# Meanwhile the page that has taken the last one is built, and should have the cores.
REST_SECONDS = 5.0
_COMMAND = [sys.executable, "-m", "ipykernel_launcher"]


class ReadyKernel:
    """Keeps one process waiting; some time after it was taken, the next one is started."""

    def __init__(self) -> None:
        self._waiting: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def prepare(self) -> None:
        """Start one, unless one waits already; where that cannot be done, pages open more slowly."""
        if self._waiting is not None or self._is_closed or os.name == "nt":  # where a kernel needs its parent's handles
            return
        with contextlib.suppress(OSError):
            # -P, and the folder of the package: nothing in the current one is taken for a module, or for settings.
            self._waiting = subprocess.Popen(
                [sys.executable, "-P", "-Xfrozen_modules=off", "-m", "nncompare.server.waiting_kernel"],
                stdin=subprocess.PIPE,
                cwd=Path(__file__).parent,
                env=child_environment(JPY_PARENT_PID=str(os.getpid())),  # read while ipykernel is imported
                start_new_session=True,
            )

    def take(self, command: list[str], environment: dict[str, str], folder: str) -> subprocess.Popen[bytes] | None:
        """Return the waiting process as the kernel that `command` would start; None where there is none to take.

        The next one begins to wait after `REST_SECONDS`. One that needs another Python is not taken.
        """
        if command[:3] != _COMMAND:
            return None
        process, self._waiting = self._waiting, None
        IOLoop.current().call_later(REST_SECONDS, self.prepare)
        if process is None or process.poll() is not None:
            return None
        told = {"words": command[3:], "environment": environment, "folder": folder}
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(told).encode() + b"\n")
            process.stdin.close()
        except OSError:  # it ended at this moment
            process.wait()
            return None
        return process

    def close(self) -> None:
        """End the one that waits, and start no other."""
        self._is_closed = True
        process, self._waiting = self._waiting, None
        if process is not None:
            process.kill()
            process.communicate()


class ReadyKernelManager(ServerKernelManager):
    """Starts a kernel by taking the one that waits; where there is none, in the usual way."""

    kept = ReadyKernel()

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        provisioner: Any = self.provisioner
        if isinstance(provisioner, LocalProvisioner):
            environment = dict(kw.get("env") or child_environment())
            process = self.kept.take(kernel_cmd, environment, str(kw.get("cwd") or Path.cwd()))
            if process is not None:
                provisioner.process, provisioner.pid, provisioner.pgid = process, process.pid, process.pid
                provisioner.cwd = kw.get("cwd")
                self._reconcile_connection_info(provisioner.connection_info)
                return
        await super()._async_launch_kernel(kernel_cmd, **kw)
