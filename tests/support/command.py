"""The command in this process, in a terminal of some encoding."""

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest

from nncompare.cli import main

SMALL = ("--dataset", "synthetic-digits", "--train-images", "1000", "--seed", "0")


class Failing(io.RawIOBase):
    """A stream on which nothing can be written, such as a full disk; or a reader that has gone."""

    def __init__(self, number: int) -> None:
        self._number = number

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> int:
        raise OSError(self._number, "It is full")


def called(
    *arguments: str, encoding: str = "utf-8", stdout: io.RawIOBase | None = None, stderr: io.RawIOBase | None = None
) -> tuple[int, str, str]:
    """Run the command; return exit code, stdout and stderr."""
    raw = [io.BytesIO() if stream is None else stream for stream in (stdout, stderr)]
    out, err = (io.TextIOWrapper(stream, encoding, newline="", write_through=True) for stream in raw)  # type: ignore[type-var]
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main(arguments)
    written = [stream.getvalue().decode(encoding) if isinstance(stream, io.BytesIO) else "" for stream in raw]
    return int(end.value.code or 0), written[0], written[1]


def assert_is_one_sentence(stderr: str, *words: str) -> None:
    assert stderr.startswith("nncompare: ")
    assert stderr.endswith(".\n")
    assert stderr.count("\n") == 1
    assert "Traceback" not in stderr
    for word in words:
        assert word in stderr
