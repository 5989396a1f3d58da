"""Brings one file over HTTP, and gives up on an answer that never ends."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS, SILENT_SECONDS = 5.0, 30.0
# A mirror that sends less than this in such a time is as good as gone, though it is never silent for long.
SLOW_SECONDS, LEAST_BYTES = 30.0, 30_000
LARGEST_BYTES = 60_000 * 28 * 28 + 16  # of any file of any set, unpacked
_CHUNK_BYTES = 1 << 16


class TransferError(Exception):
    """The file did not come; the text says how, such as ``no answer from``, and a mirror's name follows."""


def transfer(address: str, target: Path, on_bytes: Callable[[int], None]) -> None:
    """Bring a file, and call `on_bytes` with the size of each piece that has come.

    Raises
    ------
    TransferError
        When it does not come, not whole, too slowly, or is larger than any file of a data set.
    OSError
        When it cannot be written.
    """
    import requests
    import urllib3

    try:
        with requests.get(address, stream=True, timeout=(CONNECT_SECONDS, SILENT_SECONDS)) as answer:
            answer.raise_for_status()
            pieces = _pieces(answer)
            with target.open("wb") as file:
                while piece := _next(pieces, (requests.RequestException, urllib3.exceptions.HTTPError)):
                    file.write(piece)
                    on_bytes(len(piece))
    except requests.HTTPError as error:
        raise TransferError(f"error {error.response.status_code} from") from error
    except requests.RequestException as error:
        raise TransferError("no answer from") from error
    except ValueError as error:  # an address that is none, which somebody has led us to
        raise TransferError("wrong content from") from error


def _next(pieces: Iterator[bytes], broken: tuple[type[Exception], ...]) -> bytes:
    # Apart from writing, whose errors are ours: requests calls its own OSError, too.
    try:
        return next(pieces, b"")
    except broken as error:
        raise TransferError("no answer from") from error


def _pieces(answer: "requests.Response") -> Iterator[bytes]:
    total, recent, since = 0, 0, time.monotonic()
    # Whatever has come, be it one byte: to wait for a whole piece could take for ever.
    while piece := answer.raw.read1(_CHUNK_BYTES, decode_content=True):
        total, recent = total + len(piece), recent + len(piece)
        if total > LARGEST_BYTES:
            raise TransferError("wrong content from")
        if time.monotonic() - since > SLOW_SECONDS:
            if recent < LEAST_BYTES:
                raise TransferError("too slow an answer from")
            recent, since = 0, time.monotonic()
        yield piece
