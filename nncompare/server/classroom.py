"""What ``nncompare serve`` does for all its tabs: one engine, and the same limits for everybody."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from nncompare.engine.supervisor import EngineSupervisor
from nncompare.environment import environment, set_for_children
from nncompare.errors import UserError
from nncompare.limits import Limits


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every limit: ``--most-minutes MINUTES``, ``--grace SECONDS``."""
    for name, field in Limits.model_fields.items():
        flag = "--" + name.removesuffix("_seconds").replace("_", "-")
        metavar = name.rpartition("_")[2].upper()
        parser.add_argument(flag, dest=name, metavar=metavar, help=field.description)


@contextmanager
def classroom(limits: Limits) -> Iterator[None]:
    """Run an engine for all kernels that are started meanwhile, and hold them to the limits.

    Raises
    ------
    UserError
        When the engine cannot be started.
    """
    set_for_children(limits.model_dump(exclude_none=True))
    if environment().scheduler:  # a Dask cluster trains for this server
        yield
        return
    try:
        engine = EngineSupervisor()
    except OSError as error:
        raise UserError(f"The workers could not be started: {error.strerror}. Fix that, then start again.") from None
    set_for_children({"engine": engine.file})
    try:
        yield
    finally:
        engine.close()
