"""The queue of those who wait for workers: plain logic, without a network.

Whole requests are granted, in this order:

- short work (predictions) first, so that nobody waits for minutes to see them; but not for ever;
- then the user who has begun the fewest comparisons since the queue was last empty, so that nobody's second comparison
  goes before another's first;
- among equals, who came first.

Whoever is first is not overtaken by a smaller request behind it: the workers that are free are kept for it.
"""

import itertools
import math
import statistics
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_OVERTAKEN = 10
_KEPT_DURATIONS = 50


@dataclass(frozen=True)
class Request:
    """A request for so many workers at once.

    Its `submission` is the press of Train or Continue that it belongs to, which may need several requests: one for each
    seed, and one for each return from a long pause. It is empty for short work. A comparison may have several.
    """

    id: str  # chosen by the client, so that it may ask again without asking twice
    client: str  # whose connection it came over
    user: str  # for whom: a person where a hub names one, else the tab
    slots: int
    submission: str = ""
    comparison: str = ""


@dataclass(frozen=True)
class QueuePosition:
    """Where a request stands."""

    workers: tuple[str, ...] = ()  # the addresses that were granted; none while it waits
    position: int = 0  # 1 for the next one; 0 when it waits no more
    seconds: float | None = None  # how long it will wait, as far as that can be told
    known: int = 0  # how many workers there are
    suitable: int = 0  # how many of them take one run at a time
    is_refused: bool = False  # whether its user has begun as many comparisons as are allowed


@dataclass
class _Grant:
    request: Request
    began: float
    held: set[str]
    all: tuple[str, ...]


class FairQueue:
    """Keeps who waits and who holds what. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, Request] = {}  # in the order in which they came
        self._grants: dict[str, _Grant] = {}
        self._holders: dict[str, str] = {}
        self._ranks: dict[str, int] = {}
        self._begun: Counter[str] = Counter()
        self._comparisons: defaultdict[str, set[str]] = defaultdict(set)
        self._overtaken: Counter[str] = Counter()
        self._ends: dict[str, float] = {}
        self._durations: deque[float] = deque(maxlen=_KEPT_DURATIONS)

    def poll(self, request: Request, most_comparisons: int | None = None) -> bool:
        """Take a place in the queue, unless the request has one; return whether it may have one.

        It may not where its user has begun, or waits for, `most_comparisons` others already.
        """
        if request.id in self._waiting or request.id in self._grants:
            return True
        if request.comparison and most_comparisons is not None:
            others = self._comparisons[request.user] | {
                other.comparison for other in self._waiting.values() if other.user == request.user and other.comparison
            }
            if request.comparison not in others and len(others) >= most_comparisons:
                return False
        self._waiting[request.id] = request
        return True

    def withdraw(self, request_id: str) -> None:
        """Leave the queue, and give back what was granted meanwhile."""
        self._waiting.pop(request_id, None)
        self._overtaken.pop(request_id, None)
        if request_id in self._grants:
            for worker in list(self._grants[request_id].held):
                self._free(worker)
        self._forget_when_idle()

    def release(self, client: str, workers: Sequence[str]) -> None:
        """Free workers, but none that is held by somebody else."""
        for worker in workers:
            if self._is_held_by(client, worker):
                self._free(worker)

    def leave(self, client: str) -> list[str]:
        """Take everything from a client that is gone; list the workers that it held."""
        for request_id in [request.id for request in self._waiting.values() if request.client == client]:
            self.withdraw(request_id)
        held = [worker for grant in self._grants.values() if grant.request.client == client for worker in grant.held]
        self.release(client, held)
        return held

    def lose(self, worker: str) -> None:
        """Forget a worker that is gone."""
        if worker in self._holders:
            self._free(worker)

    def expect(self, client: str, worker: str, seconds: float | None) -> None:
        """Note how long a worker will still be needed by the client that holds it; None where it is unknown."""
        if self._is_held_by(client, worker):
            self._ends[worker] = math.inf if seconds is None else self._clock() + seconds

    def is_held(self, worker: str) -> bool:
        """Return whether somebody holds a worker."""
        return worker in self._holders

    def grant(self, suitable: Sequence[str], idle: Sequence[str]) -> None:
        """Hand out the `idle` ones of all `suitable` workers, to whole requests, in order."""
        free = [worker for worker in idle if worker not in self._holders]
        for request in self._order():
            if request.slots > len(suitable):  # not before others join: it must not hold up those behind it
                continue
            if request.slots > len(free):
                return
            self._begin(request, free[: request.slots])
            free = free[request.slots :]

    def place(self, request_id: str, suitable: Sequence[str]) -> QueuePosition:
        """Return where a request stands."""
        if request_id in self._grants:
            return QueuePosition(self._grants[request_id].all)
        ahead = list(itertools.takewhile(lambda other: other.id != request_id, self._order()))
        return QueuePosition(position=len(ahead) + 1, seconds=self._seconds_until(request_id, suitable))

    def _order(self) -> list[Request]:
        short = [request for request in self._waiting.values() if not request.submission]
        to_train = self._to_train()
        if to_train and self._overtaken[to_train[0].id] >= MOST_OVERTAKEN:
            return [to_train[0], *short, *to_train[1:]]
        return [*short, *to_train]

    def _to_train(self) -> list[Request]:
        """List those who wait to train, by rank and arrival."""
        waiting = [request for request in self._waiting.values() if request.submission]
        ranks, begun = dict(self._ranks), self._begun.copy()
        for request in waiting:
            if request.submission not in ranks:
                ranks[request.submission] = begun[request.user]
                begun[request.user] += 1
        return sorted(waiting, key=lambda request: ranks[request.submission])  # stable: arrival decides

    def _begin(self, request: Request, workers: list[str]) -> None:
        if request.submission:
            if request.submission not in self._ranks:
                self._ranks[request.submission] = self._begun[request.user]
                self._begun[request.user] += 1
                self._comparisons[request.user].add(request.comparison)
        elif to_train := self._to_train():
            self._overtaken[to_train[0].id] += 1
        del self._waiting[request.id]
        self._overtaken.pop(request.id, None)
        self._grants[request.id] = _Grant(request, self._clock(), set(workers), tuple(workers))
        self._holders |= dict.fromkeys(workers, request.id)

    def _is_held_by(self, client: str, worker: str) -> bool:
        grant = self._grants.get(self._holders.get(worker, ""))
        return grant is not None and grant.request.client == client

    def _free(self, worker: str) -> None:
        grant = self._grants[self._holders.pop(worker)]
        self._ends.pop(worker, None)
        grant.held.discard(worker)
        if not grant.held:
            del self._grants[grant.request.id]
            if grant.request.submission:
                self._durations.append(self._clock() - grant.began)
            self._forget_when_idle()

    def _forget_when_idle(self) -> None:
        granted = (grant.request for grant in self._grants.values())
        if not any(request.submission for request in (*self._waiting.values(), *granted)):
            self._begun.clear()
            self._ranks.clear()

    def _seconds_until(self, request_id: str, suitable: Sequence[str]) -> float | None:
        """Play on from now: who gets what when, as far as that can be told."""
        usual = self._usual_seconds()
        ends = sorted(self._seconds_left(worker, usual) for worker in suitable)
        for waiting in self._order():
            if waiting.slots > len(ends):
                continue
            start = ends[waiting.slots - 1]
            if waiting.id == request_id:
                return start if 0 < start < math.inf else None
            after = start + (usual if waiting.submission else 0.0)
            ends = sorted([*ends[waiting.slots :], *[after] * waiting.slots])
        return None

    def _usual_seconds(self) -> float:
        """Return how long trainings mostly take; before the first has ended, how long those of now will have taken."""
        if self._durations:
            return statistics.median(self._durations)
        training = {grant.request.id: grant for grant in self._grants.values() if grant.request.submission}
        ends = {name: max(self._ends.get(worker, math.inf) for worker in one.held) for name, one in training.items()}
        return max((end - training[name].began for name, end in ends.items()), default=math.inf)

    def _seconds_left(self, worker: str, usual: float) -> float:
        if worker not in self._holders:
            return 0.0
        now, grant = self._clock(), self._grants[self._holders[worker]]
        end = self._ends.get(worker, grant.began + usual if grant.request.submission else now)
        return max(0.0, end - now)
