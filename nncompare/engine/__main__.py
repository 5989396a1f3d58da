"""The engine: a process of its own with a Dask scheduler and its supervised worker processes.

``python -P -m nncompare.engine`` writes its address and credentials into a file that only its user can read, says
``ready``, and ends when its standard input closes: so it never outlives the process that started it.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from multiprocessing import forkserver
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from nncompare.engine.process import write_credentials
from nncompare.environment import set_for_children

if TYPE_CHECKING:
    from distributed import LocalCluster
    from distributed.security import Security

LOOPBACK = "127.0.0.1"
_WORKER = "nncompare.training.worker"

# A run that was killed must not be tried again blindly; and a worker that is short of memory must not swap to disk.
_DASK_SETTINGS: dict[str, object] = {
    "distributed.scheduler.allowed-failures": 0,
    # After a suspended laptop Dask would end every worker, as none was heard for minutes. Kernels watch theirs.
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.daemon": True,
    # Dask watches itself, each program fifty times a second and its tasks a hundred times. Nobody looks at that.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "logging.distributed": "warning",
    "distributed.nanny.pre-spawn-environ": {},  # EngineProcess has set it for all
    "distributed.worker.preload": [_WORKER],  # for its `dask_teardown`
}
_PRELOADED = ["distributed", _WORKER]


def main() -> None:
    """Run the engine until standard input closes."""
    parser = argparse.ArgumentParser(prog="nncompare.engine", description="Workers for nncompare; started by it.")
    parser.add_argument("--slots", type=int, required=True, help="worker processes")
    parser.add_argument("--folder", type=Path, required=True, help="private folder for credentials and scratch files")
    parser.add_argument("--shared-file", type=Path, help="write the credentials there as well, for other processes")
    arguments = parser.parse_args()
    tempfile.tempdir = str(arguments.folder)  # what lies there is removed with it
    set_for_children({"engine_pid": os.getpid(), "engine_slots": arguments.slots})
    # After multiprocessing has tidied up there (-100): else it would complain last, and not of what has happened.
    Finalize(None, shutil.rmtree, [arguments.folder], {"ignore_errors": True}, exitpriority=-200)
    method = "forkserver" if _start_forkserver() else "spawn"
    asyncio.run(_serve(arguments.slots, arguments.folder, arguments.shared_file, method))
    if arguments.shared_file is not None:  # what started this has ended, and nobody needs the file any more
        shutil.rmtree(arguments.shared_file.parent, ignore_errors=True)


def _start_forkserver() -> bool:
    """Start the process that loads torch once for all workers; return whether they can be forked from it.

    Each would need seconds and 150 MB to load its own. While it loads, this process loads Dask.
    """
    if sys.platform != "linux":  # elsewhere there is no fork, or it is not safe once libraries are loaded
        return False
    forkserver.set_forkserver_preload(_PRELOADED)
    try:
        forkserver.ensure_running()
    except OSError:  # the name of its socket is too long, in a long folder
        return False
    return True


async def _serve(slots: int, folder: Path, shared_file: Path | None, method: str) -> None:
    import dask
    from distributed.security import Security
    from distributed.utils import get_mp_context

    from nncompare.engine.scheduler_plugin import QueuePlugin

    security = Security.temporary()
    with dask.config.set({**_DASK_SETTINGS, "distributed.worker.multiprocessing-method": method}):
        get_mp_context()  # Dask names what it would preload; a forkserver that is started again must load ours
        forkserver.set_forkserver_preload(_PRELOADED)
        async with _cluster(slots, folder, security) as cluster:
            # An engine for one client alone ends with it; that of several has to tidy up after one that is gone.
            plugin = QueuePlugin(restarts=shared_file is not None)
            await cluster.scheduler.register_scheduler_plugin(plugin, idempotent=True)
            for file in filter(None, (folder / "engine.json", shared_file)):
                write_credentials(file, cluster.scheduler_address, security, slots)
            with contextlib.suppress(BrokenPipeError):  # then nobody waits any more, and the input is at its end too
                print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.buffer.read)  # until it ends


def _cluster(slots: int, folder: Path, security: "Security") -> "LocalCluster":
    from distributed import LocalCluster

    from nncompare.machine import physical_memory

    return LocalCluster(
        asynchronous=True,
        n_workers=slots,
        threads_per_worker=1,
        processes=True,
        protocol="tls://",
        host=LOOPBACK,
        security=security,
        dashboard_address=None,  # Dask's own pages know no password, and appear wherever bokeh is installed
        memory_limit=physical_memory(),
        local_directory=str(folder),
        silence_logs=logging.WARNING,
    )


if __name__ == "__main__":
    main()
