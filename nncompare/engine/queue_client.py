"""The kernel's place in the scheduler's queue for workers."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nncompare.engine.fair_queue import QueuePosition, Request
from nncompare.environment import environment
from nncompare.limits import Limits

if TYPE_CHECKING:
    from distributed import Client

EXPECT_SECONDS = 2.0
_ASK_SECONDS = 5.0
_POLL_SECONDS = 0.1
_LONGEST_POLL_SECONDS = 1.0
_OWN_NAME = secrets.token_hex(8)

OnWait = Callable[[QueuePosition | None], None]


@dataclass(frozen=True)
class Submission:
    """One press of Train or Train on: the comparison that it belongs to, its number there, and what is allowed."""

    comparison: str
    number: int = 0
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen

    @property
    def id(self) -> str:
        """Tells it from every other."""
        return f"{self.comparison}-{self.number}"


class QueueError(Exception):
    """The scheduler cannot keep a queue."""


class QueueClient:
    """Asks for workers over a client's connection, and gives them back.

    Everything may raise OSError or TimeoutError when the scheduler does not answer.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._user = environment().hub_user or _OWN_NAME
        self._told: dict[str, float] = {}

    async def open(self) -> None:
        """Register the queue with a scheduler that does not have it yet.

        Raises
        ------
        QueueError
            When it cannot keep one.
        """
        from nncompare.engine.scheduler_plugin import QueuePlugin

        try:
            await self._answer(self._client.register_plugin(QueuePlugin(restarts=True)))
        except (OSError, TimeoutError):
            raise
        except Exception as error:  # whatever it is that its Python cannot import
            raise QueueError(f"{type(error).__name__}: {error}") from error

    def request(self, count: int, submission: Submission | None) -> Request:
        """Return a request for so many workers: for the training of a submission, or for short work."""
        turn, comparison = (submission.id, submission.comparison) if submission is not None else ("", "")
        return Request(secrets.token_hex(8), self._client.id, self._user, count, turn, comparison)

    async def poll(self, request: Request, most_comparisons: int | None) -> QueuePosition:
        """Take a place in the queue, or look where it is."""
        fields = await self._call("ask", ticket=asdict(request), most_comparisons=most_comparisons)
        return QueuePosition(**{**fields, "workers": tuple(fields["workers"])})

    async def withdraw(self, request: Request) -> None:
        """Leave the queue; a scheduler that is gone has none."""
        await self._insist("withdraw", ticket=request.id)

    async def release(self, workers: list[str]) -> None:
        """Free workers; a scheduler that is gone has none."""
        if workers:
            await self._insist("release", client=self._client.id, workers=workers)

    async def expect(self, worker: str, seconds: float | None) -> None:
        """Tell those who wait how long a worker will still be needed; every two seconds is enough."""
        now = time.monotonic()
        if now - self._told.get(worker, -EXPECT_SECONDS) >= EXPECT_SECONDS:
            self._told[worker] = now
            with contextlib.suppress(OSError, TimeoutError):
                await self._call("expect", client=self._client.id, worker=worker, seconds=seconds)

    async def idle(self) -> list[str]:
        """List the workers that nobody holds and that have nothing to do."""
        return list(await self._call("idle"))

    @staticmethod
    async def rest(position: QueuePosition, is_cancelled: Callable[[], bool]) -> None:
        """Wait before the next poll: longer for those who are far from their turn, but never after a cancellation."""
        end = time.monotonic() + min(_LONGEST_POLL_SECONDS, _POLL_SECONDS * max(1, position.position))
        while (left := end - time.monotonic()) > 0 and not is_cancelled():
            await asyncio.sleep(min(_POLL_SECONDS, left))

    async def _insist(self, question: str, **values: Any) -> None:
        """Ask until there is an answer: else what was held would stay so."""
        while self._client.status == "running":
            try:
                await self._call(question, **values)
            except TimeoutError:
                continue
            except (OSError, QueueError):
                return
            return

    async def _call(self, question: str, **values: Any) -> Any:
        from nncompare.engine.scheduler_plugin import NAME

        if self._client.scheduler is None:
            raise ConnectionError("The connection to the scheduler is closed.")
        method = getattr(self._client.scheduler, f"{NAME}_{question}")
        answer = await self._answer(method(**values))
        if answer is None:  # it is a new scheduler, which does not know the question
            await self.open()
            answer = await self._answer(method(**values))
        return answer

    @staticmethod
    async def _answer(question: Awaitable[Any]) -> Any:
        return await asyncio.wait_for(question, _ASK_SECONDS)
