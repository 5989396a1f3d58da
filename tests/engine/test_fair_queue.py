"""Who is next: the logic alone, with a clock of its own."""

from collections import Counter, defaultdict

import pytest
from examples import examples
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nncompare.engine.fair_queue import MOST_OVERTAKEN, FairQueue, Request


class Room:
    """A queue, its workers, and a clock that a test moves."""

    def __init__(self, workers: int) -> None:
        self.now = 0.0
        self.queue = FairQueue(lambda: self.now)
        self.workers = [f"w{number}" for number in range(workers)]
        self.requests: dict[str, Request] = {}

    def ask(
        self, user: str, submission: str = "", slots: int = 2, most: int | None = None, comparison: str | None = None
    ) -> str:
        request = Request(
            f"t{len(self.requests)}", user, user, slots, submission, submission if comparison is None else comparison
        )
        self.requests[request.id] = request
        assert self.queue.poll(request, most)
        self.grant()
        return request.id

    def grant(self) -> None:
        self.queue.grant(self.workers, self.workers)

    def holds(self, request: str) -> tuple[str, ...]:
        return self.queue.place(request, self.workers).workers

    def end(self, request: str) -> None:
        self.queue.release(self.requests[request].client, self.holds(request))
        self.grant()

    def served(self, requests: list[str]) -> list[str]:
        """End those that have workers, again and again; list the requests in the order in which they were granted."""
        seen: list[str] = []
        while len(seen) < len(requests):
            new = [request for request in requests if request not in seen and self.holds(request)]
            assert new, f"after {seen} nobody is next"
            seen += new
            for request in new:
                self.end(request)
        return seen

    def position(self, request: str) -> int:
        return self.queue.place(request, self.workers).position

    def seconds(self, request: str) -> float | None:
        return self.queue.place(request, self.workers).seconds


def test_nobodys_second_goes_before_anothers_first() -> None:
    room = Room(2)
    first = [room.ask("ann", "a1"), room.ask("ann", "a2"), room.ask("ann", "a3"), room.ask("bob", "b1")]
    later = room.ask("cyn", "c1")
    assert [room.position(request) for request in (*first, later)] == [0, 3, 4, 1, 2]
    assert room.served([*first, later]) == [first[0], first[3], later, first[1], first[2]]


def test_who_comes_again_waits_for_those_who_had_less() -> None:
    room = Room(2)
    running, other = room.ask("ann", "a1"), room.ask("bob", "b1")
    room.end(running)
    again, new = room.ask("ann", "a2"), room.ask("cyn", "c1")
    assert room.served([other, again, new]) == [other, new, again]


def test_when_nobody_trains_or_waits_all_are_equal_again() -> None:
    room = Room(2)
    room.end(room.ask("ann", "a1"))
    running = room.ask("bob", "b1")
    ann, cyn = room.ask("ann", "a2"), room.ask("cyn", "c1")
    assert room.served([running, ann, cyn]) == [running, ann, cyn]


def test_several_seeds_are_one_comparison_and_take_turns_with_others() -> None:
    room = Room(2)
    seeds = [room.ask("ann", "a1")]
    others = [room.ask("bob", "b1"), room.ask("cyn", "c1")]
    seeds += [room.ask("ann", "a1"), room.ask("ann", "a1")]
    second = room.ask("bob", "b2")
    assert room.served([*seeds, *others, second]) == [seeds[0], *others, *seeds[1:], second]


def test_a_pair_is_not_overtaken_by_one_model_alone_for_which_there_would_be_room() -> None:
    room = Room(2)
    running, pair = room.ask("ann", "a1", slots=1), room.ask("bob", "b1")
    alone = room.ask("cyn", "c1", slots=1)
    assert not room.holds(alone)
    room.end(running)
    assert len(room.holds(pair)) == 2


def test_a_pair_for_which_there_are_too_few_workers_holds_nobody_up() -> None:
    room = Room(1)
    pair, alone = room.ask("bob", "b1"), room.ask("cyn", "c1", slots=1)
    assert (room.holds(pair), room.holds(alone)) == ((), ("w0",))


def test_short_work_goes_first_but_not_for_ever() -> None:
    room = Room(2)
    running, pair = room.ask("ann", "a1"), room.ask("bob", "b1")
    short = room.ask("cyn", slots=1)
    assert room.position(short) == 1
    room.end(running)
    assert room.holds(short), "it was there in time"
    times = 0
    while not room.holds(pair):
        following = room.ask("cyn", slots=1)
        room.end(short)
        short, times = following, times + 1
        assert times <= MOST_OVERTAKEN + 1
    assert not room.holds(following)
    room.end(pair)
    assert room.holds(following)


def test_what_a_client_held_is_free_when_it_is_gone() -> None:
    room = Room(2)
    gone, waiting, other = room.ask("ann", "a1"), room.ask("ann", "a2"), room.ask("bob", "b1")
    assert sorted(room.queue.leave("ann")) == room.workers
    room.grant()
    assert room.holds(other)
    assert room.queue.leave("ann") == []
    assert {room.position(request) for request in (gone, waiting)} == {1}, "nobody is before them, nor are they there"


def test_a_lost_worker_is_forgotten_and_its_request_ends_with_the_other_one() -> None:
    room = Room(2)
    running, waiting = room.ask("ann", "a1"), room.ask("bob", "b1")
    room.queue.lose("w0")
    room.workers = ["w1", "w2"]
    room.grant()
    assert not room.holds(waiting), "one of the two that it needs is still held"
    room.end(running)
    assert room.holds(waiting) == ("w1", "w2")


def test_nobody_gives_back_what_another_holds() -> None:
    room = Room(2)
    running, waiting = room.ask("ann", "a1"), room.ask("bob", "b1")
    room.queue.release("bob", ["w0", "unknown"])
    room.queue.lose("unknown")
    room.grant()
    assert (len(room.holds(running)), room.holds(waiting)) == (2, ())


def test_withdrawing_gives_back_what_was_granted_meanwhile() -> None:
    room = Room(2)
    running, waiting = room.ask("ann", "a1"), room.ask("bob", "b1")
    room.queue.withdraw(running)
    room.queue.withdraw("unknown")
    room.grant()
    assert room.holds(waiting)


def test_asking_again_is_not_asking_twice() -> None:
    room = Room(2)
    request = Request("same", "ann", "ann", 2, "a1", "a1")
    for _ in range(3):
        assert room.queue.poll(request, most_comparisons=1)
        room.grant()
    assert room.queue.place("same", room.workers).workers == ("w0", "w1")


def test_a_user_begins_no_more_comparisons_than_are_allowed() -> None:
    room = Room(2)
    room.end(room.ask("ann", "a1", most=2))
    room.ask("ann", "a2", most=2)
    assert not room.queue.poll(Request("third", "ann", "ann", 2, "a3", "a3"), 2)
    room.ask("ann", "a1-on", most=2, comparison="a1")
    room.ask("bob", "b1", most=2)
    room.ask("ann", slots=1, most=2)


def test_those_who_wait_count_as_well() -> None:
    room = Room(2)
    room.ask("bob", "b1")
    waiting = room.ask("ann", "a1", most=1)
    assert not room.queue.poll(Request("second", "ann", "ann", 2, "a2", "a2"), 1)
    room.queue.withdraw(waiting)
    assert room.queue.poll(Request("second", "ann", "ann", 2, "a2", "a2"), 1), "the first one never began"


def test_the_wait_is_unknown_until_there_is_something_to_reckon_with() -> None:
    room = Room(2)
    running, next_one, after = room.ask("ann", "a1"), room.ask("bob", "b1"), room.ask("cyn", "c1")
    assert [room.seconds(request) for request in (running, next_one, after)] == [None] * 3
    room.queue.expect("ann", "w0", 30)
    assert room.seconds(next_one) is None
    room.queue.expect("ann", "w1", 90)
    room.queue.expect("bob", "w1", 1)
    assert room.seconds(next_one) == 90
    assert room.seconds(after) == 180, "as long as the one that trains now"
    room.now = 50
    assert room.seconds(next_one) == 40
    room.now = 100
    room.end(running)
    assert room.holds(next_one)
    assert room.seconds(after) == 100, "as long as the one before it took"
    room.now = 130
    assert room.seconds(after) == 70
    room.queue.expect("bob", "w0", None)
    assert room.seconds(after) is None


def test_the_wait_counts_who_is_before_and_who_trains_beside() -> None:
    room = Room(4)
    first = room.ask("ann", "a1")
    room.now = 60
    room.end(first)
    one, two = room.ask("ann", "a2"), room.ask("bob", "b1")
    waiting = [room.ask(name, name) for name in ("cyn", "dan", "eve")]
    room.now = 80
    assert (len(room.holds(one)), len(room.holds(two))) == (2, 2)
    assert [room.seconds(request) for request in waiting] == [40, 40, 100]


@pytest.mark.parametrize("tabs", [1, 7, 30])
@pytest.mark.parametrize("workers", [2, 3, 8])
def test_a_class_that_presses_train_again_and_again(tabs: int, workers: int) -> None:
    room, rounds = Room(workers), 4
    begun: list[str] = []
    under_way = {room.ask(f"user{n}", f"{n}-0"): (n, 0) for n in range(tabs)}
    while under_way:
        served = [request for request in under_way if room.holds(request)]
        assert served
        begun += [f"user{under_way[request][0]}" for request in served]
        for request in served:
            number, submission = under_way.pop(request)
            room.end(request)
            if submission + 1 < rounds:
                under_way[room.ask(f"user{number}", f"{number}-{submission + 1}")] = (number, submission + 1)
    counts: Counter[str] = Counter()
    for user in begun:
        counts[user] += 1
        assert counts[user] <= 1 + min(counts[f"user{n}"] for n in range(tabs)) + (workers // 2), begun
    assert set(counts.values()) == {rounds}


class Lines(RuleBasedStateMachine):
    """Whatever comes and goes, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(3)
        self.began: defaultdict[str, list[str]] = defaultdict(list)
        self.known: set[str] = set()
        self.count = 0

    @rule(user=st.sampled_from("abcd"), slots=st.integers(1, 2), is_short=st.booleans())
    def ask(self, user: str, slots: int, is_short: bool) -> None:
        self.count += 1
        self.room.ask(user, "" if is_short else f"{user}{self.count}", slots)

    @rule(choice=st.integers(0, 100))
    def end(self, choice: int) -> None:
        held = [request for request in self.room.requests if self.room.holds(request)]
        if held:
            self.room.end(held[choice % len(held)])

    @rule(choice=st.integers(0, 100))
    def withdraw(self, choice: int) -> None:
        if self.room.requests:
            self.room.queue.withdraw(list(self.room.requests)[choice % len(self.room.requests)])
            self.room.grant()

    @rule(user=st.sampled_from("abcd"))
    def leave(self, user: str) -> None:
        self.room.queue.leave(user)
        self.room.grant()

    @rule(number=st.integers(0, 2))
    def lose_a_worker_that_comes_back_under_another_name(self, number: int) -> None:
        self.count += 1
        self.room.queue.lose(self.room.workers[number])
        self.room.workers[number] = f"w{number}-{self.count}"
        self.room.grant()

    @invariant()
    def nobody_shares_a_worker(self) -> None:
        grants = self.room.queue._grants.values()
        held = [worker for grant in grants for worker in grant.held]
        assert len(held) == len(set(held))
        assert set(held) == set(self.room.queue._holders) <= set(self.room.workers)

    @invariant()
    def tickets_are_granted_whole(self) -> None:
        for request in self.room.requests.values():
            assert len(self.room.holds(request.id)) in (0, request.slots)

    @invariant()
    def workers_are_idle_only_while_the_first_in_line_waits_for_more_of_them(self) -> None:
        queue, free = self.room.queue, 3 - len(self.room.queue._holders)
        order = queue._order()
        assert not order or order[0].slots > free

    @invariant()
    def of_those_who_wait_the_one_who_had_least_is_first(self) -> None:
        queue = self.room.queue
        ranks = [queue._begun[request.user] for request in queue._to_train()]
        assert not ranks or ranks[0] == min(ranks)

    def teardown(self) -> None:
        """In the end, everybody who still waits is served."""
        waiting = [request.id for request in self.room.queue._order()]
        for request in [request for request in self.room.requests if self.room.holds(request)]:
            self.room.end(request)
        self.room.served(waiting)
        for request in waiting:
            self.room.end(request)
        assert not self.room.queue._holders
        assert not self.room.queue._waiting
        assert not self.room.queue._overtaken


TestLines = Lines.TestCase
TestLines.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)
