"""What a command writes to its terminal: no sign that is missing there, and no lost terminal, costs a result."""

import codecs
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

_HANDLER = "nncompare.spelled-out"
_SPELLED_OUT = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "×": "x", "→": "->", "…": "...", "·": ".", "’": "'", "“": '"', "”": '"'}
    | dict.fromkeys("\u00a0\u2009\u202f", " ")
)


def spell_out_missing_signs() -> None:
    """Have both streams write signs that their encoding lacks as others: "x" for a multiplication sign."""
    codecs.register_error(_HANDLER, _spelled_out)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def show(text: str) -> str:
    """Print a result on stdout; return why that failed, such as a full disk, or nothing."""
    try:
        print(text, flush=True)
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - at its end Python would try again, and complain
        return f"The result could not be printed: {error.strerror}."
    return ""


def tell(sentence: str) -> None:
    """Say something on stderr, if anybody is there."""
    with suppress(OSError):
        print(f"nncompare: {sentence}", file=sys.stderr, flush=True)


def aligned(rows: Sequence[Sequence[str]], *, are_figures: bool) -> list[str]:
    """Return the lines of a table; figures, all but the first column, stand at the right of theirs."""
    sizes = [max(map(len, column)) for column in zip(*rows, strict=True)]
    places = [str.ljust, *[str.rjust if are_figures else str.ljust] * (len(sizes) - 1)]
    return [
        "  ".join(place(cell, size) for place, cell, size in zip(places, row, sizes, strict=True)).rstrip()
        for row in rows
    ]


class Unfailing:
    """A stream for what may be lost, such as progress: where it cannot be written to, all else goes on."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write, if that is possible."""
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _spelled_out(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = error.object[error.start : error.end].translate(_SPELLED_OUT)
    return plain.encode("ascii", "backslashreplace").decode("ascii"), error.end
