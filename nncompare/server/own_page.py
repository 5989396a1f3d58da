"""What the page of the class and that of its teacher have in common: their addresses, their cookies, and words."""

from typing import Any

from nncompare.server.auth import AuthMixin
from nncompare.server.server_address import ServerAddress
from nncompare.templates import fill

_WORDS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors {frames}"


class OwnPage(AuthMixin):
    """Mixin before the handler of a page."""

    @property
    def frames(self) -> str:
        """The sites that may show it in a frame, as browsers are told."""
        return "'none'"

    @property
    def address(self) -> ServerAddress:
        """Where the server listens, and who is let in."""
        address: ServerAddress = self.server.address
        return address

    @property
    def base_url(self) -> str:
        """What all addresses of the page begin with."""
        return self.address.base(self.request.headers)

    def set_cookie(self, name: str, value: str | bytes, *arguments: Any, **options: Any) -> None:
        """Set a cookie for this server's pages, and not for what else the same host has."""
        base = self.base_url
        path = base.rstrip("/") if base.startswith("/") else ""  # where none is said, the browser takes the page's
        super().set_cookie(name, value, *arguments, **{**options, "path": path})

    def write_words(self, template: str, **values: Any) -> None:
        """Answer with a page that has no scripts."""
        self.write_page(_WORDS_POLICY.format(frames=self.frames), template, **values)

    def write_page(self, policy: str, template: str, **values: Any) -> None:
        """Answer with a page for which browsers are told this policy."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", policy)
        self.finish(str(fill("nncompare.server", template, **values)))
