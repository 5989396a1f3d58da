"""A mirror on this machine, as good or as bad as a test wants it."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Mirror(ThreadingHTTPServer):
    """Serves files from memory; ``requests`` lists what was asked.

    ``cut`` names those that break off half-way, ``stalled`` those that come to a halt there until the end of the
    test, ``trickling`` those that come byte by byte; ``endless`` those that never end, ``labelled`` those
    whose gzip is called an encoding of the transfer; ``moved`` says where others are. With a ``certificate``, whose key
    is in the same file, it speaks HTTPS.
    """

    def __init__(self, files: dict[str, bytes], certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket, self.scheme = context.wrap_socket(self.socket, server_side=True), "https"
        self.files, self.requests = files, list[str]()
        self.cut, self.stalled, self.trickling, self.endless = set[str](), set[str](), set[str](), set[str]()
        self.labelled, self.moved = set[str](), dict[str, str]()
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.strip("/")
        self.server.requests.append(name)
        if name in self.server.moved:
            self.send_response(302)
            self.send_header("Location", self.server.moved[name])
            return self.end_headers()
        content = self.server.files.get(name)
        if content is None:
            return self.send_error(404)
        self.send_response(200)
        if name not in self.server.endless:
            self.send_header("Content-Length", str(len(content)))
        if name in self.server.labelled:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(OSError):  # the client has hung up
            self._send(name, content)

    def _send(self, name: str, content: bytes) -> None:
        server = self.server
        half = content[: len(content) // 2]
        if name in server.trickling:
            for number in range(len(content)):
                self.wfile.write(content[number : number + 1])
                if server.is_over.wait(0.05):  # so a kilobyte takes 51 seconds
                    return
        elif name in server.endless:
            while not server.is_over.is_set():
                self.wfile.write(b"\0" * 65_536)
        else:
            self.wfile.write(half if name in server.cut | server.stalled else content)
            if name in server.stalled:
                server.is_over.wait()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def running(files: dict[str, bytes], certificate: Path | None = None) -> Iterator[Mirror]:
    with Mirror(files, certificate) as mirror:
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield mirror
        finally:
            mirror.is_over.set()
            mirror.shutdown()
            thread.join()
