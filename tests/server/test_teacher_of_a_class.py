"""A teacher, two pages, a real server and its engine, which is killed: in the order of the tests."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from browser import Browser
from hosts import Host, voila
from jupyter_client.blocking.client import BlockingKernelClient
from kernel_talk import connected, value_of
from tiny_pairs import words
from waiting import wait_until

SETTINGS = "?dataset=synthetic-digits&train_images=1000&a.channels=1&a.epochs=100&b.channels=1&b.epochs=100"
SECONDS = 60


class Teacher:
    """A browser with the teacher's page."""

    def __init__(self, host: Host) -> None:
        self._address, self._session = host.address, requests.Session()
        page = self._session.get(host.teachers_door, timeout=SECONDS).text
        (self._xsrf,) = re.findall(r'data-xsrf="([^"]+)"', page)

    def view(self) -> Any:
        return self._session.get(f"{self._address}teacher/view", timeout=SECONDS).json()

    def states(self) -> dict[int, str]:
        return {row["page"]: row["kind"] for row in self.view()["pages"]}

    def wish(self, what: str, content: str = "") -> None:
        headers = {"X-XSRFToken": self._xsrf}
        self._session.post(f"{self._address}teacher/{what}", content, headers=headers, timeout=SECONDS)


@pytest.fixture(scope="module")
def host(user_cache: Path, synthetic_digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with voila(tmp_path_factory.mktemp("class"), user_cache) as host:
        yield host


@pytest.fixture(scope="module")
def teacher(host: Host) -> Teacher:
    return Teacher(host)


@pytest.fixture(scope="module")
def kernels(host: Host, teacher: Teacher) -> Iterator[list[BlockingKernelClient]]:
    """Two pages, which a browser has opened as far as their kernels can tell."""
    with ExitStack() as stack:
        found = []
        for number in (1, 2):
            kernel = Browser(host).sign_in().open_page(SETTINGS)
            found.append(stack.enter_context(connected(host.connection_files()[kernel])))
            do(found[-1], "page._on_message(None, {'ready': ''}, [])")
            until_states(teacher, dict.fromkeys(range(1, number + 1), "idle"))
        yield found


def do(kernel: BlockingKernelClient, what: str) -> None:
    assert value_of(kernel, f"str(dashboard.{what})") is not None


def until_states(teacher: Teacher, states: dict[int, str]) -> None:
    wait_until(lambda: teacher.states() == states, f"{states}; it is {teacher.states()}")


def until_lesson(kernel: BlockingKernelClient, name: str) -> None:
    wait_until(lambda: value_of(kernel, "getattr(dashboard.lesson.lesson, 'name', '')") == name, name)


def test_the_teacher_sees_who_trains_and_stops_it(teacher: Teacher, kernels: list[BlockingKernelClient]) -> None:
    wait_until(
        lambda: value_of(kernels[1], "'train' in dashboard.steps.training.bar.main.offered.values()"),
        "the page is ready",
    )
    do(kernels[1], "steps.training.bar.main.press('train')")
    until_states(teacher, {1: "idle", 2: "running"})
    wait_until(lambda: teacher.view()["pages"][1]["a"]["share"] > 0, "it comes forward")
    teacher.wish("stop", "2")
    until_states(teacher, {1: "idle", 2: "stopped"})
    wait_until(lambda: teacher.view()["outcomes"] == 1, "what came out")


def test_a_lesson_reaches_both_and_outlives_the_engine(
    host: Host, teacher: Teacher, kernels: list[BlockingKernelClient]
) -> None:
    teacher.wish("lesson", "luck")
    for kernel in kernels:
        until_lesson(kernel, "luck")
    (engine,) = [one for one in host.processes() if "--shared-file" in words(one)]
    engine.kill()
    engine.wait(SECONDS)
    teacher.wish("lesson", "dropout")
    for kernel in kernels:
        until_lesson(kernel, "dropout")
    wait_until(lambda: set(teacher.states()) == {1, 2}, "both have their numbers again")
    assert teacher.view()["outcomes"] == 1


def test_a_page_that_is_closed_disappears(host: Host, teacher: Teacher, kernels: list[BlockingKernelClient]) -> None:
    do(kernels[0], "close()")
    wait_until(lambda: set(teacher.states()) == {2}, "the page is gone")
