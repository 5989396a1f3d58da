"""The shell's door: ``nncompare serve | compare | predict | runs | fetch | doctor``."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, get_args

from nncompare import __version__
from nncompare.cli import comparison_flags
from nncompare.cli.endings import EXPLAINED, Ending, ended_by_signals
from nncompare.cli.output import show, spell_out_missing_signs, tell
from nncompare.config import DatasetName
from nncompare.data import CATALOG, DataError, fetch
from nncompare.environment import set_variables
from nncompare.errors import DeviceError, UserError
from nncompare.limits import Limits, LimitsError
from nncompare.places import home_for_children
from nncompare.server import classroom
from nncompare.server.server_address import LOOPBACK
from nncompare.store import StoreError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with the code of its `Ending`."""
    words = sys.argv[1:] if arguments is None else arguments
    spell_out_missing_signs()
    set_variables(home_for_children())  # Jupyter and others would fail without one
    with ended_by_signals():
        ending = _run(words or ["serve"])
    sys.exit(ending)


def _run(words: Sequence[str]) -> Ending:
    try:
        parsed = _parser().parse_args(words)
        return Ending(parsed.run(parsed))
    except (UserError, LimitsError) as error:
        message, ending = str(error), Ending.WRONG_VALUE
    except (DataError, StoreError) as error:
        message, ending = str(error), Ending.FAILED
    except KeyboardInterrupt:
        message, ending = "stopped.", Ending.INTERRUPTED
    tell(message)
    return ending


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nncompare",
        description="Train two small neural networks side by side. Without a command: serve.",
        epilog=EXPLAINED,
    )
    parser.add_argument("--version", action="version", version=f"nncompare {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="open the dashboard in the browser")
    _add_serve_flags(serve)
    serve.set_defaults(run=_serve)
    compare = commands.add_parser("compare", help="train and compare without a screen", epilog=EXPLAINED)
    comparison_flags.add_flags(compare)
    compare.add_argument(
        "--resume",
        metavar="ID",
        nargs="?",
        const="",
        help="go on with a comparison that was interrupted (nncompare runs lists them); without an ID, with the newest",
    )
    compare.add_argument("--json", action="store_true", help="print the result as JSON")
    compare.add_argument("--report", metavar="FILE", help="write the report, one HTML page, to FILE")
    compare.set_defaults(run=_compare)
    predict = commands.add_parser("predict", help="ask a saved comparison what a picture shows", epilog=EXPLAINED)
    _add_predict_flags(predict)
    predict.set_defaults(run=_predict)
    runs = commands.add_parser("runs", help="list the saved comparisons, and which of them can go on")
    runs.add_argument("--json", action="store_true", help="print the list as JSON")
    runs.set_defaults(run=_runs)
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
    serve.add_argument(
        "--base-url", metavar="PATH", default="", help="path below which a proxy shows the page, such as /some/prefix/"
    )
    serve.add_argument(
        "--allow-frame",
        metavar="SITE",
        action="append",
        default=[],
        help="a site whose pages may show this one in a frame, such as https://lms.school.org; needs HTTPS",
    )
    serve.add_argument(
        "--behind-jupyter", action="store_true", help="for jupyter-server-proxy alone, which sends the token along"
    )
    serve.add_argument(
        "--lesson",
        metavar="FILE",
        help="the lesson that every page opens with: a file (docs/lessons.md), or the name of a built-in one",
    )
    serve.add_argument(
        "--new-code", action="store_true", help="let in only those who get the new code, and the teacher's new address"
    )
    serve.add_argument("--no-token", action="store_true", help="let in every user of this machine")
    classroom.add_flags(serve)


def _add_predict_flags(predict: argparse.ArgumentParser) -> None:
    predict.add_argument("picture", metavar="PICTURE", help="a file: PNG, JPEG, WebP, BMP or GIF")
    predict.add_argument(
        "--run",
        metavar="ID",
        dest="id",
        help="which one: nncompare runs lists them (default: the newest that has finished)",
    )
    predict.add_argument("--seed", type=int, help="of several seeds, that of the models (default: the first)")
    predict.add_argument(
        "--as-drawn", action="store_true", help="only make the picture smaller, instead of preparing it as MNIST was"
    )
    predict.add_argument("--json", action="store_true", help="print the answers as JSON")


def _serve(arguments: argparse.Namespace) -> Ending:
    from nncompare.server.serve import serve

    limits = Limits.from_environment(vars(arguments))
    classroom.set_lesson(arguments.lesson, limits)
    serve(
        arguments.port,
        open_browser=not arguments.no_browser,
        limits=limits,
        ip=arguments.ip,
        names=arguments.name,
        needs_token=not arguments.no_token,
        is_code_new=arguments.new_code,
        base_url=arguments.base_url,
        frames=arguments.allow_frame,
        is_behind_jupyter=arguments.behind_jupyter,
    )
    return Ending.DONE


def _compare(arguments: argparse.Namespace) -> Ending:
    from nncompare.cli.compare_command import compare_and_print

    return compare_and_print(arguments)


def _predict(arguments: argparse.Namespace) -> Ending:
    from nncompare.cli.predict_command import predict
    from nncompare.engine.client import EngineError

    try:
        return _shown(predict(arguments))
    except (EngineError, DeviceError) as error:
        tell(str(error))
        return Ending.FAILED


def _runs(arguments: argparse.Namespace) -> Ending:
    from nncompare.cli.saved_runs import list_runs

    return _shown(list_runs(as_json=arguments.json))


def _fetch(arguments: argparse.Namespace) -> Ending:
    from nncompare.cli.progress_bars import ProgressBars

    if arguments.dataset not in CATALOG:
        raise UserError(f"Data set must be one of {', '.join(CATALOG)}; got {arguments.dataset}.")
    with ProgressBars() as bars:
        folder = fetch(arguments.dataset, progress=bars.of_download(arguments.dataset))
    return _shown(f"{CATALOG[arguments.dataset].title} is in {folder}.")


def _doctor(_: argparse.Namespace) -> Ending:
    from nncompare.cli.doctor import examine

    return _shown(examine())


def _shown(text: str) -> Ending:
    if failure := show(text):
        tell(failure)
    return Ending.NOT_WRITTEN if failure else Ending.DONE
