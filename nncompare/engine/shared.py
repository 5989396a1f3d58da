"""One engine for a program or a notebook, which its dashboards share, and so the cores."""

import atexit
import threading

from nncompare.engine.client import Engine, EngineError


class EngineHolder:
    """Keeps one engine, starts it when it is first wanted, and again when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._users = 0
        self._is_closed = False
        atexit.register(self.close)

    def join(self) -> None:
        """Count one more who may want the engine."""
        with self._lock:
            self._users += 1

    def leave(self) -> None:
        """Count one less; when nobody is left the engine ends, until somebody wants it again."""
        with self._lock:
            self._users -= 1
            if self._users <= 0:
                self._end()

    def get(self) -> Engine:
        """Return a living engine; raise `EngineError` when none can be had."""
        with self._lock:
            if self._is_closed:
                raise EngineError("The engine was closed. Open the dashboard again.")
            if self._engine is not None and not self._engine.is_alive:
                self._end()
            if self._engine is None:
                self._engine = Engine()
            return self._engine

    def close(self) -> None:
        """End the engine, for good."""
        with self._lock:
            self._is_closed = True
            self._end()
        atexit.unregister(self.close)

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None


shared_engine = EngineHolder()
