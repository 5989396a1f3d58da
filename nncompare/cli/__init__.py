"""The shell's door: ``nncompare serve | compare | fetch | doctor``."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, get_args

from nncompare.config import Comparison, DatasetName
from nncompare.errors import UserError
from nncompare.server.classroom import add_flags, read_limits

WRONG_VALUE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 failed, 2 wrong value, 130 interrupted."""
    parsed = _parser().parse_args(arguments)
    try:
        sys.exit(parsed.run(parsed) or 0)
    except UserError as error:
        print(f"nncompare: {error}", file=sys.stderr)
        sys.exit(WRONG_VALUE)
    except KeyboardInterrupt:
        print("nncompare: stopped.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nncompare", description="Train two small neural networks side by side. Without a command: serve."
    )
    parser.set_defaults(run=_serve, port=None, no_browser=False, ip=None, name=[], no_token=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_serve(commands)
    _add_compare(commands)
    _add_fetch(commands)
    doctor = commands.add_parser("doctor", help="tell what nncompare sees of this machine")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser("serve", help="open the dashboard in the browser")
    serve.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8866)")
    serve.add_argument("--no-browser", action="store_true", help="only print the address")
    serve.add_argument("--ip", metavar="ADDRESS", help="address to listen on (default: this machine alone)")
    serve.add_argument(
        "--name",
        metavar="NAME",
        action="append",
        default=[],
        help="another name under which the page is called, such as that of a proxy; may be given several times",
    )
    serve.add_argument("--no-token", action="store_true", help="let in every user of this machine")
    add_flags(serve)
    serve.set_defaults(run=_serve)


def _add_compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    compare = commands.add_parser("compare", help="train and compare without a screen")
    compare.add_argument("--config", metavar="FILE", help="settings as JSON; the flags below go before it")
    compare.add_argument("--a", metavar="NAME=VALUE,...", help="settings of model A, such as channels=8,epochs=1")
    compare.add_argument("--b", metavar="NAME=VALUE,...", help="settings of model B; none to train A alone")
    for name, field in Comparison.model_fields.items():
        if name not in ("a", "b"):
            flag = "--" + name.replace("_", "-")
            compare.add_argument(
                flag, dest=name, metavar=name.upper(), help=(field.description or "").replace("%", "%%")
            )
    compare.add_argument("--json", action="store_true", help="print the result as JSON")
    compare.add_argument("--report", metavar="FILE", help="write the report, one HTML page, to FILE")
    compare.set_defaults(run=_compare)


def _add_fetch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    fetch = commands.add_parser("fetch", help="download or make a data set ahead of time")
    fetch.add_argument("dataset", metavar="DATASET", help=", ".join(get_args(DatasetName)))
    fetch.set_defaults(run=_fetch)


def _serve(arguments: argparse.Namespace) -> None:
    from nncompare.server.serve import LOOPBACK, serve

    serve(
        arguments.port,
        open_browser=not arguments.no_browser,
        limits=read_limits(arguments),
        ip=LOOPBACK if arguments.ip is None else arguments.ip,
        names=arguments.name,
        needs_token=not arguments.no_token,
    )


def _compare(arguments: argparse.Namespace) -> int:
    from nncompare.cli.terminal import compare_in_terminal

    return compare_in_terminal(arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    from nncompare.cli.terminal import fetch_in_terminal

    return fetch_in_terminal(arguments.dataset)


def _doctor(_: argparse.Namespace) -> None:
    from nncompare.cli.doctor import examine

    print(examine())
