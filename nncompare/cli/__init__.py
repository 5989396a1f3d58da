"""The shell's door: ``nncompare serve | compare | fetch | doctor``."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, get_args

from nncompare.cli import comparison_flags
from nncompare.config import DatasetName
from nncompare.data import CATALOG, DataError, fetch
from nncompare.errors import UserError
from nncompare.limits import Limits, LimitsError
from nncompare.server import classroom
from nncompare.server.server_address import LOOPBACK

FAILED, WRONG_VALUE, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 failed, 2 wrong value, 130 interrupted."""
    words = sys.argv[1:] if arguments is None else arguments
    parsed = _parser().parse_args(words or ["serve"])
    try:
        failure = parsed.run(parsed)
    except (UserError, LimitsError) as error:
        _fail(str(error), WRONG_VALUE)
    except DataError as error:
        _fail(str(error), FAILED)
    except KeyboardInterrupt:
        _fail("stopped.", INTERRUPTED)
    if failure:
        _fail(failure, FAILED)
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    print(f"nncompare: {message}", file=sys.stderr)
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nncompare", description="Train two small neural networks side by side. Without a command: serve."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="open the dashboard in the browser")
    _add_serve_flags(serve)
    serve.set_defaults(run=_serve)
    compare = commands.add_parser("compare", help="train and compare without a screen")
    comparison_flags.add_flags(compare)
    compare.add_argument("--json", action="store_true", help="print the result as JSON")
    compare.add_argument("--report", metavar="FILE", help="write the report, one HTML page, to FILE")
    compare.set_defaults(run=_compare)
    fetching = commands.add_parser("fetch", help="download or make a data set ahead of time")
    fetching.add_argument("dataset", metavar="DATASET", help=", ".join(get_args(DatasetName)))
    fetching.set_defaults(run=_fetch)
    doctor = commands.add_parser("doctor", help="tell what nncompare sees of this machine")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_serve_flags(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8866)")
    serve.add_argument("--no-browser", action="store_true", help="only print the address")
    serve.add_argument(
        "--ip", metavar="ADDRESS", default=LOOPBACK, help="address to listen on (default: this machine alone)"
    )
    serve.add_argument(
        "--name",
        metavar="NAME",
        action="append",
        default=[],
        help="another name under which the page is called, such as that of a proxy; may be given several times",
    )
    serve.add_argument("--no-token", action="store_true", help="let in every user of this machine")
    classroom.add_flags(serve)


def _serve(arguments: argparse.Namespace) -> None:
    from nncompare.server.serve import serve

    serve(
        arguments.port,
        open_browser=not arguments.no_browser,
        limits=Limits.from_environment(vars(arguments)),
        ip=arguments.ip,
        names=arguments.name,
        needs_token=not arguments.no_token,
    )


def _compare(arguments: argparse.Namespace) -> str:
    from nncompare.cli.compare_command import compare_and_print

    return compare_and_print(arguments)


def _fetch(arguments: argparse.Namespace) -> None:
    from nncompare.cli.progress_bars import ProgressBars

    if arguments.dataset not in CATALOG:
        raise UserError(f"Data set must be one of {', '.join(CATALOG)}; got {arguments.dataset}.")
    with ProgressBars() as bars:
        folder = fetch(arguments.dataset, progress=bars.of_download(arguments.dataset))
    print(f"{CATALOG[arguments.dataset].title} is in {folder}.")


def _doctor(_: argparse.Namespace) -> None:
    from nncompare.cli.doctor import examine

    print(examine())
