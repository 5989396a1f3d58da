"""Voila with all doors closed but those that the dashboard's page needs."""

import os
import secrets
from typing import Any
from urllib.parse import urlencode

from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler
from traitlets import Any as AnyTrait
from traitlets import Callable, default
from voila.app import Voila
from voila.paths import collect_static_paths
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from nncompare.errors import UserError
from nncompare.server.allowed_messages import AllowedMessages
from nncompare.server.auth import HOSTS, AuthMixin, TokenIdentity, guarded
from nncompare.server.browser_session import remember
from nncompare.server.ready_kernel import ReadyKernelManager
from nncompare.templates import fill

TEMPLATE = "nncompare"
# The page's own code comes from these; others that are installed have no business on it.
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
# The largest that a page has to say is a file of settings.
LARGEST_MESSAGE = 1_000_000
_LARGEST_BODY = 10_000
_KERNEL = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_FILE = r"[\w-]+(?:\.[\w-]+)+"
# Scripts of ours, those that carry the answer's own number, and the modules that anywidget makes. So nothing that gets
# into the page as HTML is ever run.
_POLICY = (
    "default-src 'none'; script-src 'self' blob: 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SIGN_IN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


class PageHandler(AuthMixin, TornadoVoilaHandler):
    """The one page. An address with the token leads to the same one without, so that it is neither kept nor shared."""

    async def get(self) -> None:
        """Answer with the page."""
        identity: TokenIdentity = self.settings["identity_provider"]
        if "token" in self.request.query_arguments:
            if identity.token:
                identity.give_cookie(self)
            return self.redirect(self._without_token())
        if self.voila_configuration.http_header_envs:
            remember(self)
        for name in ("template", "theme"):  # Voila would take other templates
            self.request.arguments.pop(name, None)
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", _POLICY.format(nonce=nonce, host=self.request.host))
        async for html in self.get_generator():
            self.write(html.replace("<script", f'<script nonce="{nonce}"'))
            self.flush()

    def write_error(self, status_code: int, **details: Any) -> None:
        """Ask for the token where it is missing."""
        if self._reason != "Token required":
            return super().write_error(status_code, **details)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _SIGN_IN_POLICY)
        self.finish(str(fill("nncompare.server", "sign_in.html", is_wrong="token" in self.request.query_arguments)))

    def _without_token(self) -> str:
        others = [(name, value) for name, values in self.request.query_arguments.items() for value in values]
        query = urlencode([(name, value) for name, value in others if name != "token"])
        return f"{self.base_url}?{query}" if query else self.base_url


class KernelStateHandler(AuthMixin, KernelHandler):  # type: ignore[misc]
    """Tells a page whether its kernel lives; it cannot be ended here."""

    SUPPORTED_METHODS = ("GET",)


class ClosedVoila(Voila):
    """Serves the dashboard to whoever has the token, and nothing else to anybody.

    Parameters
    ----------
    names : OwnNames
        The names under which it may be called.
    on_listening : callable
        Called once it can be reached.
    """

    names = AnyTrait()
    on_listening = Callable()

    @default("config_file_paths")
    def _no_config_files(self) -> list[str]:
        return []  # one in the current folder could open what is closed here, or be a program

    @default("identity_provider_class")
    def _token_identity(self) -> type[TokenIdentity]:
        return TokenIdentity

    @default("kernel_websocket_connection_class")
    def _allowed_messages(self) -> type[AllowedMessages]:
        return AllowedMessages

    def init_settings(self) -> dict[str, Any]:
        """Give the settings of the server."""
        return {
            **super().init_settings(),
            HOSTS: self.names,
            "websocket_max_message_size": LARGEST_MESSAGE,
            "xsrf_cookie_kwargs": {"samesite": "Strict"},
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Give the only addresses at which there is anything."""
        extensions = "|".join(EXTENSIONS)
        return [
            (
                "/",
                PageHandler,
                {
                    "notebook_path": os.path.relpath(self.notebook_path, self.root_dir),
                    "template_paths": self.template_paths,
                    "config": self.config,
                    "voila_configuration": self.voila_configuration,
                },
            ),
            (f"/api/kernels/{_KERNEL}", KernelStateHandler),
            (f"/api/kernels/{_KERNEL}/channels", guarded(VoilaKernelWebsocketHandler)),
            (f"/voila/api/shutdown/{_KERNEL}", guarded(VoilaShutdownKernelHandler)),
            (f"/voila/static/({_FILE})", guarded(MultiStaticFileHandler), {"paths": self._code}),
            (f"/voila/templates/({TEMPLATE}/static/{_FILE})", guarded(TemplateStaticFileHandler)),
            (
                f"/voila/labextensions/((?:{extensions})/static/{_FILE})",
                guarded(FileFindHandler),
                {"path": self.labextensions_path, "no_cache_paths": ["/"]},
            ),
            (r".*", guarded(_Nothing)),
        ]

    @property
    def _code(self) -> list[str]:
        return list(collect_static_paths(["voila", "nbconvert"], TEMPLATE))

    def listen(self) -> None:
        """Serve until the end."""
        try:
            self.app.listen(self.port, self.ip, max_body_size=_LARGEST_BODY)
        except OSError as error:
            raise UserError(f"{self.ip} port {self.port} cannot be used: {error.strerror}.") from None
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.on_listening)
        ReadyKernelManager.kept.prepare()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            pass
        finally:
            ReadyKernelManager.kept.close()
            self.stop()


class _Nothing(RequestHandler):
    """What is nowhere else."""

    async def prepare(self) -> None:
        self.send_error(404)
