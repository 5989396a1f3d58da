"""The kernel's connection to a scheduler, and its place in the queue for workers there."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nncompare.engine import loop
from nncompare.engine.connections import EngineError, LostError, SilentError, connection_from_environment
from nncompare.engine.fair_queue import QueuePosition, Request
from nncompare.environment import environment
from nncompare.limits import Limits
from nncompare.silence import Silence

if TYPE_CHECKING:
    from distributed import Client

MISSING_SECONDS = 60.0
"""How long workers that are missing may take to join."""
EXPECT_SECONDS = 2.0
ASK_SECONDS = 5.0
_POLL_SECONDS = 0.1
_LOOK_SECONDS = 0.1
_LONGEST_POLL_SECONDS = 1.0
_CLOSE_SECONDS = 15.0
_CLOSE_AT_ONCE_SECONDS = 3.0
_OWN_NAME = secrets.token_hex(8)
_UNKNOWN = QueuePosition(known=-1)

OnWait = Callable[[QueuePosition | None], None]


@dataclass(frozen=True)
class Submission:
    """One press of Train or Continue: the comparison that it belongs to, its number there, and what is allowed."""

    comparison: str = ""
    number: int = 0
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen

    @property
    def id(self) -> str:
        """Tells it from every other; empty for short work, which belongs to no comparison."""
        return f"{self.comparison}-{self.number}" if self.comparison else ""


SHORT_WORK = Submission()


class QueueError(Exception):
    """The scheduler cannot keep a queue."""


class QueueClient:
    """A connection to a scheduler, in whose queue all kernels wait that are connected to the same one."""

    _is_given_up = False

    def __init__(self) -> None:
        self._user = environment().hub_user or _OWN_NAME
        self._silence = Silence(Limits.from_environment().silence_seconds)
        self._told: dict[str, float] = {}
        self._connection = connection_from_environment()
        try:
            self._client: Client = self._connection.connect()
        except Exception as error:  # Dask answers to a wrong address with errors of many kinds
            self._connection.close()
            raise EngineError(self._connection.no_answer(error)) from error
        try:
            if self._connection.cluster:
                self._require_queue()
        except BaseException:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether the scheduler is still there."""
        return self._connection.is_alive and self._client.status == "running" and not self._is_given_up

    def seconds_silent(self) -> float:
        """Return for how long the scheduler was waited for and not heard, in steps that are worth a word."""
        return self._silence.told_seconds

    def close(self) -> None:
        """Let go of the workers, and end what was started for them."""
        try:
            # Dask waits for ever where a task of its own does not give in.
            loop.wait(_close(self._client), _CLOSE_AT_ONCE_SECONDS if self._is_given_up else _CLOSE_SECONDS)
        except Exception:  # its scheduler is gone
            # Else its destructor would try again for minutes, on whichever thread tidies up memory, with a lock held.
            self._client.status = "closed"
        self._connection.close(at_once=self._is_given_up)

    async def release(self, addresses: list[str]) -> None:
        """Return claimed slots to the queue; a scheduler that is gone has none."""
        if addresses:
            await self._insist("release", client=self._client.id, workers=addresses)

    async def expect(self, address: str, seconds: float | None) -> None:
        """Tell those who wait how long a claimed slot will still be needed; None where that is unknown."""
        now = time.monotonic()
        if now - self._told.get(address, -EXPECT_SECONDS) >= EXPECT_SECONDS:
            self._told[address] = now
            with contextlib.suppress(OSError):
                await self._call("expect", client=self._client.id, worker=address, seconds=seconds)

    async def idle(self) -> list[str]:
        """List the workers that nobody holds and that have nothing to do."""
        return list(await self._call("idle"))

    async def report_page(self, **said: Any) -> dict[str, Any]:
        """Tell the board of a class about the page of this process; the answer is what the teacher wants of it."""
        return dict(await self._call("report", client=self._client.id, **said))

    async def look_at_class(self, **wishes: Any) -> dict[str, Any]:
        """Tell the board of a class what the teacher wants; the answer is what there is on it."""
        return dict(await self._call("look", **wishes))

    async def _answer(self, question: Awaitable[Any], seconds: float | None = None) -> Any:
        """Await an answer, `ASK_SECONDS` at most unless told otherwise, and no longer than the scheduler is there."""
        # The client's own calls wait for ever for a scheduler that was killed.
        asked = asyncio.ensure_future(question)
        try:
            async with asyncio.timeout(seconds or min(ASK_SECONDS, self._silence.limit_seconds / 8)):
                while not (await asyncio.wait({asked}, timeout=_LOOK_SECONDS))[0]:
                    if not self.is_alive:
                        raise ConnectionError(self._connection.ended)
            answer = asked.result()
            self._silence.end()
            return answer
        finally:
            asked.cancel()

    def _expect_word(self) -> None:
        """Raise a LostError where no word of the scheduler can be expected any more."""
        self._silence.look()
        self._is_given_up |= self._silence.is_too_long  # for good: the next Train finds another engine
        if self._is_given_up:
            raise SilentError(self._connection.name, self._silence.limit_seconds)
        if not self.is_alive:
            raise LostError(self._connection.ended)

    def _require_queue(self) -> None:
        try:
            loop.wait(self._open_queue())
        except OSError as error:
            raise EngineError(self._connection.no_answer(error)) from error
        except QueueError as error:
            raise EngineError(
                f"The Dask scheduler at {self._connection.cluster} cannot keep a queue ({error}). "
                "Install nncompare where it runs, too, in the same version."
            ) from error

    async def _open_queue(self) -> None:
        from nncompare.engine.scheduler_plugin import QueuePlugin

        try:
            await self._answer(self._client.register_plugin(QueuePlugin(restarts=True)))
        except OSError:
            raise
        except Exception as error:  # whatever it is that its Python cannot import
            raise QueueError(f"{type(error).__name__}: {error}") from error

    async def _wait_in_queue(
        self, request: Request, limits: Limits, is_cancelled: Callable[[], bool], on_wait: OnWait
    ) -> list[str]:
        deadline = time.monotonic() + MISSING_SECONDS
        try:
            while not is_cancelled():
                position = await self._poll(request, limits)
                if position.workers:
                    return list(position.workers)
                if position.suitable >= request.slots or position == _UNKNOWN:  # busy: this is a queue, not an error
                    deadline = time.monotonic() + MISSING_SECONDS
                elif position.suitable < position.known or time.monotonic() > deadline:
                    raise EngineError(_too_few(position, request.slots, self._connection.cluster))
                on_wait(position)
                await _rest(position, is_cancelled)
        finally:
            on_wait(None)
        await self._insist("withdraw", request_id=request.id)
        return []

    async def _poll(self, request: Request, limits: Limits) -> QueuePosition:
        try:
            fields = await self._call("poll", request=asdict(request), most_comparisons=limits.most_comparisons)
        except OSError:  # busy, or gone: the next poll finds out which
            self._expect_word()
            return _UNKNOWN
        except QueueError as error:
            raise EngineError(f"The scheduler cannot keep a queue ({error}). Train again.") from error
        position = QueuePosition(**{**fields, "workers": tuple(fields["workers"])})
        if position.is_refused:
            raise EngineError(limits.no_more_comparisons)
        return position

    async def _insist(self, question: str, **values: Any) -> None:
        """Ask until there is an answer: else what was held would stay so."""
        while self.is_alive:
            try:
                await self._call(question, **values)
            except TimeoutError:
                with contextlib.suppress(LostError):
                    self._expect_word()
                continue
            except (OSError, QueueError):
                return
            return

    async def _call(self, question: str, **values: Any) -> Any:
        from nncompare.engine.scheduler_plugin import NAME

        method = getattr(self._scheduler(), f"{NAME}_{question}")
        found = await self._answer(method(**values))
        if found is None:  # it is a new scheduler, which does not know the question
            await self._open_queue()
            found = await self._answer(method(**values))
        return found

    def _scheduler(self) -> Any:
        if self._client.scheduler is None:
            raise ConnectionError("The connection to the scheduler is closed.")
        return self._client.scheduler


async def _close(client: "Client") -> None:
    await client.close(timeout=2)


async def _rest(position: QueuePosition, is_cancelled: Callable[[], bool]) -> None:
    """Wait before the next poll: longer for those who are far from their turn, but never after a cancellation."""
    end = time.monotonic() + min(_LONGEST_POLL_SECONDS, _POLL_SECONDS * max(1, position.position))
    while (left := end - time.monotonic()) > 0 and not is_cancelled():
        await asyncio.sleep(min(_POLL_SECONDS, left))


def _too_few(position: QueuePosition, count: int, address: str) -> str:
    if position.suitable < position.known:
        return (
            f"{position.known - position.suitable} of {position.known} workers have more than one thread. "
            f"Start them with: dask worker {address} --nthreads 1"
        )
    missing = f"{count} workers are needed, but there are {position.known}."
    return f"{missing} Start more: dask worker {address} --nthreads 1" if address else f"{missing} Train again."
