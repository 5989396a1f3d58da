"""What ``nncompare serve`` does for all its tabs: one engine, and the same limits for everybody."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from nncompare.engine.supervisor import EngineSupervisor, wants_engine
from nncompare.environment import limit_text, set_for_children
from nncompare.errors import UserError
from nncompare.limits import Limits, LimitsError

_METAVARS = {"most_minutes": "MINUTES", "grace_seconds": "SECONDS", "page_timeout_seconds": "SECONDS"}


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
    texts = {name: getattr(arguments, name, None) or limit_text(name) for name in Limits.model_fields}
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
    set_for_children(limits.to_environment())
    if not wants_engine():
        yield
        return
    try:
        engine = EngineSupervisor()
    except OSError as error:
        raise UserError(f"The workers could not be started: {error.strerror}. Mend that, then start again.") from None
    set_for_children(engine.environment)
    try:
        yield
    finally:
        engine.close()
