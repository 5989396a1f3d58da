"""The kernel's place in the scheduler's line of those who wait for workers."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nncompare.engine.fair_queue import QueuePosition, Request
from nncompare.environment import environment
from nncompare.limits import Limits

if TYPE_CHECKING:
    from distributed import Client

EXPECT_SECONDS = 2.0
_ASK_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_LONGEST_LOOK_SECONDS = 1.0
_OWN_NAME = secrets.token_hex(8)

OnWait = Callable[[QueuePosition | None], None]


@dataclass(frozen=True)
class Submission:
    """One press of Train or Train on: the comparison that it belongs to, the how manieth it is, and what is allowed."""

    comparison: str
    number: int = 0
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen

    @property
    def id(self) -> str:
        """Tells it from every other."""
        return f"{self.comparison}-{self.number}"


class QueueError(Exception):
    """The scheduler cannot keep a line."""


class QueueClient:
    """Asks for workers over a client's connection, and gives them back.

    Everything may raise OSError or TimeoutError when the scheduler does not answer.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._user = environment().hub_user or _OWN_NAME
        self._told: dict[str, float] = {}

    def open(self) -> None:
        """Have the scheduler keep a line, where it does not yet.

        Raises
        ------
        QueueError
            When it cannot.
        """
        from nncompare.engine.scheduler_plugin import NAME, QueuePlugin

        try:
            self._wait(self._client._register_scheduler_plugin, QueuePlugin(restarts=True), NAME, True)
        except (OSError, TimeoutError):
            raise
        except Exception as error:  # whatever it is that its Python cannot import
            raise QueueError(f"{type(error).__name__}: {error}") from error

    def ticket(self, count: int, turn: Submission | None) -> Request:
        """Make a ticket for so many workers: for training in a turn, or for short work."""
        turn_id, comparison = (turn.id, turn.comparison) if turn is not None else ("", "")
        return Request(secrets.token_hex(8), self._client.id, self._user, count, turn_id, comparison)

    def ask(self, ticket: Request, most_comparisons: int | None) -> QueuePosition:
        """Take a place in the line, or look where it is."""
        fields = self._call("ask", ticket=asdict(ticket), most_comparisons=most_comparisons)
        return QueuePosition(**{**fields, "workers": tuple(fields["workers"])})

    def withdraw(self, ticket: Request) -> None:
        """Leave the line; a scheduler that is gone has none."""
        self._insist("withdraw", ticket=ticket.id)

    def release(self, workers: list[str]) -> None:
        """Give workers back; a scheduler that is gone has none."""
        if workers:
            self._insist("release", client=self._client.id, workers=workers)

    def expect(self, worker: str, seconds: float | None) -> None:
        """Tell those who wait how long a worker will still be needed; every two seconds is enough."""
        now = time.monotonic()
        if now - self._told.get(worker, -EXPECT_SECONDS) >= EXPECT_SECONDS:
            self._told[worker] = now
            with contextlib.suppress(OSError, TimeoutError):
                self._call("expect", client=self._client.id, worker=worker, seconds=seconds)

    def idle(self) -> list[str]:
        """List the workers that nobody holds and that have nothing to do."""
        return list(self._call("idle"))

    def rest(self, place: QueuePosition, is_cancelled: Callable[[], bool]) -> None:
        """Wait before the next look: longer for those who are far from their turn, but never after a cancellation."""
        end = time.monotonic() + min(_LONGEST_LOOK_SECONDS, _LOOK_SECONDS * max(1, place.position))
        pause = threading.Event()
        while time.monotonic() < end and not is_cancelled():
            pause.wait(min(_LOOK_SECONDS, max(0.0, end - time.monotonic())))

    def _insist(self, question: str, **values: Any) -> None:
        """Ask until there is an answer: else what was held would stay so."""
        while self._client.status == "running":
            try:
                self._call(question, **values)
            except TimeoutError:
                continue
            except (OSError, QueueError):
                return
            return

    def _call(self, question: str, **values: Any) -> Any:
        from nncompare.engine.scheduler_plugin import NAME

        if self._client.scheduler is None:
            raise ConnectionError("The connection to the scheduler is closed.")
        method = getattr(self._client.scheduler, f"{NAME}_{question}")
        answer = self._wait(method, **values)
        if answer is None:  # it is a new scheduler, which does not know the question
            self.open()
            answer = self._wait(method, **values)
        return answer

    def _wait(self, method: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        return self._client.sync(method, *arguments, callback_timeout=_ASK_SECONDS, **keywords)
