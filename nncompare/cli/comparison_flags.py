"""A comparison from the command line: a flag for every setting, before those of a file."""

import argparse
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nncompare.config import Comparison, one_sentence
from nncompare.errors import UserError
from nncompare.memory.budget import BudgetError, require_enough
from nncompare.settings_file import LARGEST_BYTES, read_settings

_MODELS = ("a", "b")
_NOTHING = ("none", "all")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every setting of a comparison, and ``--config`` for a file of them."""
    parser.add_argument("--config", metavar="FILE", help="settings as JSON; the flags below go before it")
    parser.add_argument("--a", metavar="NAME=VALUE,...", help="settings of model A, such as channels=8,epochs=1")
    parser.add_argument("--b", metavar="NAME=VALUE,...", help="settings of model B; none to train A alone")
    for name, field in Comparison.model_fields.items():
        if name not in _MODELS:
            flag, description = "--" + name.replace("_", "-"), field.description or ""
            parser.add_argument(flag, dest=name, metavar=name.upper(), help=description.replace("%", "%%"))


def read_comparison(arguments: argparse.Namespace) -> Comparison:
    """Make a comparison from a settings file and flags; raise `UserError` for what cannot be read or is wrong."""
    values = _read_file(arguments.config) if arguments.config else {}
    for name in Comparison.model_fields:
        text = getattr(arguments, name)
        if text in _NOTHING:
            values[name] = None
        elif text is not None:
            values[name] = _read_model(name, text, values.get(name)) if name in _MODELS else text
    try:
        comparison = Comparison.model_validate(values)
        if comparison.memory_budget is not None:
            require_enough(comparison.memory_budget)
    except ValidationError as error:
        raise UserError(one_sentence(error, Comparison)) from None
    except BudgetError as error:
        raise UserError(str(error)) from None
    return comparison


def _read_model(name: str, text: str, before: Any) -> dict[str, Any]:
    values = dict(before) if isinstance(before, dict) else {}
    for setting in text.split(","):
        key, equals, value = setting.partition("=")
        if not equals:
            raise UserError(f"--{name} must be settings such as channels=8,epochs=1; got {setting!r}.")
        values[key.strip()] = value.strip()
    return values


def _read_file(file: str) -> dict[str, Any]:
    try:
        with Path(file).open("rb") as stream:
            return read_settings(stream.read(LARGEST_BYTES + 1))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UserError(f"{file} {error}") from None
