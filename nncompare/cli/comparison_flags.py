"""A comparison from the command line: a flag for every setting, before those of a file."""

import argparse
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nncompare.config import Comparison, RunConfig, from_text, one_sentence, read_field
from nncompare.errors import UserError
from nncompare.memory.budget import BudgetError, require_enough
from nncompare.settings_file import LARGEST_BYTES, read_settings

_MODELS = ("a", "b")
_NOTHING = ("none", "all")
_NEXT_SETTING = re.compile(r",(?!\s*\d)")  # not the comma of 1,024


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every setting of a comparison, and ``--config`` for a file of them."""
    parser.add_argument("--config", metavar="FILE", help="settings as JSON; a flag below overrides what stands there")
    _add_model(
        parser, "a", f"settings of model A, such as channels=8,epochs=1; there are {', '.join(RunConfig.model_fields)}"
    )
    _add_model(parser, "b", "settings of model B, or the word none to train A alone")
    for name, field in Comparison.model_fields.items():
        if name not in _MODELS:
            description = field.description or ""
            parser.add_argument(_flag(name), dest=name, metavar=name.upper(), help=description.replace("%", "%%"))


def given_flags(arguments: argparse.Namespace) -> list[str]:
    """List the flags that were given of those that `add_flags` has added."""
    names = ("config", *Comparison.model_fields)
    return [_flag(name) for name in names if getattr(arguments, name) is not None]


def read_comparison(arguments: argparse.Namespace) -> Comparison:
    """Make a comparison from a settings file and flags; raise `UserError` for what cannot be read or is wrong."""
    values = _read_file(arguments.config) if arguments.config else {}
    problems: list[str] = []
    for name in Comparison.model_fields:
        given = getattr(arguments, name)
        if given is not None:
            before = values.pop(name, None)
            value, wrong = _read_model(name, given, before) if name in _MODELS else _read_setting(name, given)
            problems += wrong
            values |= {} if wrong else {name: value}
    try:
        comparison = Comparison.model_validate(values)
        if comparison.memory_budget is not None:
            require_enough(comparison.memory_budget)
    except ValidationError as error:
        problems.append(one_sentence(error, Comparison))
    except BudgetError as error:
        problems.append(str(error))
    if problems:
        raise UserError(" ".join(problems))
    return comparison


def _add_model(parser: argparse.ArgumentParser, name: str, description: str) -> None:
    parser.add_argument(_flag(name), action="append", metavar="NAME=VALUE,...", help=description)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _read_setting(name: str, text: str) -> tuple[Any, list[str]]:
    value, problem = (None, "") if text in _NOTHING else read_field(Comparison, name, text)
    return value, [problem] if problem else []


def _read_model(name: str, texts: list[str], before: Any) -> tuple[RunConfig | None, list[str]]:
    """Read one model's flags: what several of them name belongs together, and goes before the settings of a file."""
    if any(text in _NOTHING for text in texts):
        if len(texts) > 1:
            raise UserError(f"--{name} {texts[0]} and --{name} {texts[1]} exclude each other. Leave one of them out.")
        return None, []
    found: dict[str, str] = {}
    for setting in (setting for text in texts for setting in _NEXT_SETTING.split(text)):
        key, equals, value = (part.strip() for part in setting.partition("="))
        if not equals:
            raise UserError(f"--{name} must be settings such as channels=8,epochs=1; got {setting!r}.")
        if key in found:
            raise UserError(f"--{name} names {key[:40]!r} twice. Leave one of them out.")
        found[key] = value
    config, problems = from_text({**(before if isinstance(before, dict) else {}), **found})
    return config, [f"Model {name.upper()}: {problem}" for problem in problems.values()]


def _read_file(file: str) -> dict[str, Any]:
    try:
        with Path(file).open("rb") as stream:
            return read_settings(stream.read(LARGEST_BYTES + 1))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UserError(f"{file} {error}") from None
