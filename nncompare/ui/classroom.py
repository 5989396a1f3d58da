"""What ``nncompare serve`` does for all its tabs: one engine, and the same limits for everybody."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from nncompare.comparison.engine_server import EngineServer, wants_engine
from nncompare.limits import Limits, LimitsError, variable
from nncompare.ui.user_error import UserError

_METAVARS = {"most_minutes": "MINUTES", "grace_seconds": "SECONDS"}


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every limit."""
    for name, field in Limits.model_fields.items():
        flag = "--" + name.removesuffix("_seconds").replace("_", "-")
        parser.add_argument(flag, dest=name, metavar=_METAVARS.get(name, "N"), help=field.description)


def read_limits(arguments: argparse.Namespace) -> Limits:
    """Read the limits from the flags, and what they leave out from the environment.

    Raises
    ------
    UserError
        When one of them is no limit.
    """
    texts = {name: getattr(arguments, name, None) or os.environ.get(variable(name)) for name in Limits.model_fields}
    try:
        return Limits.from_texts({name: text for name, text in texts.items() if text})
    except LimitsError as error:
        raise UserError(str(error)) from None


@contextmanager
def classroom(limits: Limits) -> Iterator[None]:
    """Run an engine for all kernels that are started meanwhile, and hold them to the limits.

    Raises
    ------
    UserError
        When the engine cannot be started.
    """
    os.environ.update(limits.to_environment())
    if not wants_engine():
        yield
        return
    try:
        engine = EngineServer()
    except OSError as error:
        raise UserError(f"The workers could not be started: {error.strerror}. Mend that, then start again.") from None
    os.environ.update(engine.environment)
    try:
        yield
    finally:
        engine.close()
