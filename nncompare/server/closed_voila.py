"""Voila with all addresses closed but those that the dashboard's page needs."""

import os
import re
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop
from tornado.web import ErrorHandler, RequestHandler
from traitlets import Any as AnyTrait
from traitlets import Callable, default
from traitlets.config import Config
from voila.app import Voila
from voila.paths import collect_static_paths
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from nncompare.engine.class_board import LONGEST_LESSON
from nncompare.environment import SESSION_HEADER
from nncompare.server.allowed_messages import AllowedMessages
from nncompare.server.auth import AuthMixin, OwnNames, TokenIdentity, guarded
from nncompare.server.page import PageHandler
from nncompare.server.ready_kernel import ReadyKernelManager
from nncompare.server.server_address import unusable
from nncompare.server.teacher_pages import TEACHER_HANDLERS

TEMPLATE = "nncompare"
# The page's own code comes from these; others that are installed have no business on it.
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
# The largest that a page has to say is a piece of a picture, 0.5 MB.
LARGEST_MESSAGE = 1_000_000
# The largest that is uploaded is a lesson of the teacher's; a larger file is refused in words.
_LARGEST_BODY = 3 * LONGEST_LESSON
# While a page waits for its kernel, something is sent this often, and the kernel is looked after.
_PATIENCE_SECONDS = 3
_KERNEL = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_FILE = r"[\w-]+(?:\.[\w-]+)+"


class ClosedVoila(Voila):
    """Serves the dashboard to those who have the token, and nothing else to anybody.

    Parameters
    ----------
    address : ServerAddress
        Where it listens, and who is let in.
    opening : OpeningCode
        The code by which a browser that this server opens is let in.
    teacher : TeachersRoom
        The desk of the class's teacher, and who is let in there.
    on_listening : callable
        Called once it can be reached.
    """

    address = AnyTrait()
    opening = AnyTrait()
    teacher = AnyTrait()
    on_listening = Callable()
    names = AnyTrait()

    @default("names")
    def _own_names(self) -> OwnNames:
        return OwnNames(self.address.ip, self.address.names)

    @default("config")
    def _closed(self) -> Config:
        return Config(
            {
                "Voila": {
                    "token": self.address.token,
                    "identity_provider_class": TokenIdentity,
                    "kernel_websocket_connection_class": AllowedMessages,
                    # A file in the current folder could open what is closed here, or be a program.
                    "config_file_paths": [],
                    "log_level": "ERROR",
                },
                "VoilaConfiguration": {
                    "template": TEMPLATE,
                    "allow_template_override": "NO",
                    "allow_theme_override": "NO",
                    "extension_allowlist": list(EXTENSIONS),
                    "kernel_spec_manager_class": OwnKernelSpecs,
                    "http_keep_alive_timeout": _PATIENCE_SECONDS,
                    "http_header_envs": [SESSION_HEADER] if self.address.is_for_others else [],
                    "strip_sources": True,
                    "show_tracebacks": False,
                },
                # A kernel that has died takes its page with it: another one would know nothing of it.
                "KernelRestarter": {"restart_limit": 0},
                "MappingKernelManager": {
                    "kernel_manager_class": f"{ReadyKernelManager.__module__}.{ReadyKernelManager.__name__}",
                    "cull_idle_timeout": 120,
                    "cull_interval": 30,
                    "transport_encryption": "auto",
                },
            }
        )

    def init_settings(self) -> dict[str, Any]:
        """Return the settings of the server."""
        return {
            **super().init_settings(),
            "log_function": _log_failure,
            "websocket_max_message_size": LARGEST_MESSAGE,
            "xsrf_cookie_kwargs": {"samesite": "Strict"},
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Return the only addresses at which there is anything: below the prefix too, which some proxies leave on."""
        if not self.address.prefix:
            return self._handlers()
        prefix = f"(?:{re.escape(self.address.prefix.rstrip('/'))})?"
        return [(prefix + ("/?" if path == "/" else path), *handler) for path, *handler in self._handlers()]

    def _handlers(self) -> list[tuple[Any, ...]]:
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
            (
                f"/voila/static/({_FILE})",
                guarded(MultiStaticFileHandler),
                {"paths": list(collect_static_paths(["voila", "nbconvert"], TEMPLATE))},
            ),
            (f"/voila/templates/({TEMPLATE}/static/{_FILE})", guarded(TemplateStaticFileHandler)),
            (
                f"/voila/labextensions/((?:{extensions})/static/{_FILE})",
                guarded(FileFindHandler),
                {"path": self.labextensions_path, "no_cache_paths": ["/"]},
            ),
            *TEACHER_HANDLERS,
            (r".*", guarded(ErrorHandler), {"status_code": 404}),
        ]

    def listen(self) -> None:
        """Serve until the end."""
        try:
            listening = self.app.listen(self.address.port, self.address.ip, max_body_size=_LARGEST_BODY)
        except OSError as error:
            raise unusable(self.address.ip, self.address.port, error) from None
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.on_listening)
        ReadyKernelManager.kept.prepare()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            pass
        finally:
            listening.stop()  # first of all, so that the next server can have the port
            ReadyKernelManager.kept.close()
            self.stop()

    def stop(self) -> None:
        """End all kernels; Jupyter still lists those that could not be started, and would fail to find them."""
        pending = self.kernel_manager._pending_kernels
        for id_ in [id_ for id_, starting in pending.items() if starting.done()]:
            del pending[id_]
        super().stop()


def _log_failure(handler: RequestHandler) -> None:
    """Log what fails here, without the query, which may hold a token; what is refused is told to those who asked."""
    if handler.get_status() >= 500:
        request = handler.request
        handler.settings["voila"].log.error("%d %s %s", handler.get_status(), request.method, request.path)


class KernelStateHandler(AuthMixin, KernelHandler):  # type: ignore[misc]
    """Tells a page whether its kernel lives, and by which name it was asked; a kernel cannot be ended here.

    So a page whose connection fails can tell this server from a proxy, and a proxy that changes the name.
    """

    SUPPORTED_METHODS = ("GET",)

    def set_default_headers(self) -> None:
        """Set what every answer carries, and the name."""
        super().set_default_headers()
        self.set_header("X-Nncompare-Host", self.request.host)


class OwnKernelSpecs(KernelSpecManager):
    """Knows one kernel: that of the Python that runs this server. What else is installed may lack this package."""

    @default("kernel_dirs")
    def _none(self) -> list[str]:
        return []
