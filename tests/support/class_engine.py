"""An engine with nothing but the boards of classes: what the scheduler's plugin answers, without a network."""

from typing import Any, cast

from nncompare.engine.class_board import ClassBoards
from nncompare.engine.scheduler_plugin import QueuePlugin
from nncompare.engine.shared import EngineHolder
from nncompare.server.teacher_desk import TeacherDesk


class ClassEngine:
    """Stands for the engine and for what holds it; while it `is_silent`, it does not answer."""

    def __init__(self) -> None:
        self.is_silent = False
        self.restart()

    def restart(self) -> None:
        """Forget everything, as a new engine has."""
        self._plugin = QueuePlugin(restarts=False)
        self._plugin._classes = ClassBoards()

    def get(self) -> "ClassEngine":
        if self.is_silent:
            raise OSError("nobody answers")
        return self

    def close(self) -> None: ...

    async def report_page(self, client: str = "client", **said: Any) -> dict[str, Any]:
        return self._plugin.report(client=client, **said)

    async def look_at_class(self, **wishes: Any) -> dict[str, Any]:
        return self._plugin.look(**wishes)

    def say(self, client: str, report: str = "{}", **said: Any) -> dict[str, Any]:
        """Report as a page would."""
        values = {"number": 0, "lesson": 0, "is_active": False, **said}
        return self._plugin.report("", client=client, report=report, **values)


class StillDesk(TeacherDesk):
    """The desk of a class without an engine; it looks only when a test calls `exchange`."""

    def __init__(self) -> None:
        self.engine = ClassEngine()
        super().__init__(cast("EngineHolder", self.engine))

    def _begin(self) -> None: ...
