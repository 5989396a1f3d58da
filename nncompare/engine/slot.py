"""A place for one run on a worker."""

from dataclasses import dataclass

from nncompare.messages import WorkerInfo


@dataclass(frozen=True)
class Slot:
    """A worker process that takes one run at a time, and the threads that a run may use there."""

    address: str
    report: WorkerInfo
    threads: int

    @property
    def host(self) -> str:
        """The machine."""
        return host_of(self.address)


def host_of(address: str) -> str:
    """Return the machine of a worker's address, such as ``tls://127.0.0.1:8786``."""
    return address.rpartition("://")[2].rpartition(":")[0]
