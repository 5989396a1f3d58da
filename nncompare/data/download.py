"""Downloads the four files of a data set from its mirrors, by pooch, and gives up on a mirror that never ends."""

import logging
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nncompare.catalog import CATALOG, RAW_FILES, DataError, DatasetInfo
from nncompare.data.layouts import most_bytes

if TYPE_CHECKING:
    from requests import Response
    from urllib3 import HTTPResponse

CONNECT_SECONDS, SILENT_SECONDS = 5.0, 30.0
# A mirror that sends less than this in such a time is as good as gone, though it is never silent for long.
SLOW_SECONDS, LEAST_BYTES = 30.0, 30_000
_UNTRUSTED = "a certificate that is not trusted from"
_NO_CERTIFICATES = "REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE) names no file of certificates for"
# The words of OpenSSL and of requests, and ours. requests takes no notice of SSL_CERT_FILE.
_CERTIFICATE_PROBLEMS = {
    "CERTIFICATE_VERIFY_FAILED": _UNTRUSTED,
    "NO_CERTIFICATE_OR_CRL_FOUND": _NO_CERTIFICATES,
    "TLS CA certificate bundle, invalid path": _NO_CERTIFICATES,
}


class BadMirrorError(Exception):
    """A mirror is too slow or sends too much; the text says which, and a mirror's name follows."""


class DownloadProgress:
    """Reports the bytes of several files and those expected as they come; raises if there are too few or too many."""

    def __init__(self, info: DatasetInfo, report: Callable[[int, int], None] | None) -> None:
        self._expected, self._report = info.download_bytes, report
        self._largest = most_bytes(info)
        self._earlier = self._current = 0

    def watch(self, answer: "Response", **_: object) -> None:
        """Read an answer as its bytes come, as a hook of requests.

        A whole chunk, for which requests waits, may take hours: each byte begins the time limit of a socket again.
        """
        answer.raw.stream = partial(self._pieces, answer.raw)  # type: ignore[method-assign]

    def update(self, current: int) -> None:
        """Report how many bytes of the current file have come."""
        self._current = current
        if self._report:
            self._report(min(self._earlier + current, self._expected), self._expected)

    def finish_file(self) -> None:
        """Go on to the next file."""
        self._earlier, self._current = self._earlier + self._current, 0

    def finish(self) -> None:
        """Report that everything has come."""
        self.update(self._expected)

    def _pieces(self, raw: "HTTPResponse", most: int, decode_content: bool) -> Iterator[bytes]:
        total, recent, since = 0, 0, time.monotonic()
        while piece := raw.read1(most, decode_content=decode_content):
            total, recent = total + len(piece), recent + len(piece)
            if total > self._largest:
                raise BadMirrorError("wrong content from")
            if time.monotonic() - since > SLOW_SECONDS:
                if recent < LEAST_BYTES:
                    raise BadMirrorError("too slow an answer from")
                recent, since = 0, time.monotonic()
            self.update(total)
            yield piece


def download(info: DatasetInfo, folder: Path, report: Callable[[int, int], None] | None = None, note: str = "") -> None:
    """Put the four raw files into a folder, each from the first mirror that has it, or raise a DataError.

    A mirror that fails once is not asked again. `note` is told with a failure: what lies on this machine instead.
    """
    progress = DownloadProgress(info, report)
    missing = list(RAW_FILES)
    problems: dict[str, list[str]] = {}
    for mirror in info.mirrors:
        problem = _take_from(mirror, missing, info, folder, progress)
        if problem is None:
            return progress.finish()
        problems.setdefault(problem, []).append(urlsplit(mirror).hostname or mirror)
    raise DataError(_failure(info, problems, note))


def _take_from(
    mirror: str, missing: list[str], info: DatasetInfo, folder: Path, progress: DownloadProgress
) -> str | None:
    import requests

    try:
        while missing:
            _download_file(mirror, missing[0], info, folder, progress)
            missing.pop(0)
    except requests.HTTPError as error:
        return f"error {error.response.status_code} from"
    except OSError as error:
        return _problem(error)
    except BadMirrorError as error:
        return str(error)
    except ValueError:  # another digest, or an address that is none, to which somebody has led us
        return "wrong content from"
    return None


def _problem(error: OSError) -> str:
    import requests

    problem = next((ours for theirs, ours in _CERTIFICATE_PROBLEMS.items() if theirs in str(error)), None)
    if problem is None and not isinstance(error, requests.RequestException):  # it is the disk's
        raise error
    return problem or "no answer from"


def _download_file(mirror: str, name: str, info: DatasetInfo, folder: Path, progress: DownloadProgress) -> None:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    over_http = pooch.HTTPDownloader(
        chunk_size=1 << 16, timeout=(CONNECT_SECONDS, SILENT_SECONDS), hooks={"response": progress.watch}
    )
    retrieve = partial(pooch.retrieve, f"{mirror}{name}.gz", path=folder, downloader=over_http)
    try:
        retrieve(f"md5:{info.packed_md5[name]}", f"{name}.gz", processor=pooch.Decompress(name=name))
    except ValueError:  # some servers call .gz an encoding of the transfer, so it is unpacked already
        unpacked = retrieve(f"md5:{info.md5[name]}", f"{name}.unpacked")
        shutil.copyfile(unpacked, folder / name)  # pooch keeps files that nobody else may read
    progress.finish_file()


def _failure(info: DatasetInfo, problems: dict[str, list[str]], note: str) -> str:
    reasons = "; ".join(f"{problem} {' and '.join(hosts)}" for problem, hosts in problems.items())
    instead = f", or use {CATALOG[info.stand_in].title} instead" if info.stand_in else ""
    return f"{info.title} could not be downloaded: {reasons}. {_advice(problems, note)}{instead}."


def _advice(problems: Collection[str], note: str) -> str:
    if _UNTRUSTED in problems:
        return "If your school or company has a certificate of its own, set REQUESTS_CA_BUNDLE to its file"
    if _NO_CERTIFICATES in problems:
        return "Correct that variable"
    return f"{note} Put the right files there" if note else "Check the network"
