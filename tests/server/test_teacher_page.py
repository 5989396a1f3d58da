"""The teacher's page: who is let in, what it shows, and what can be wanted there; without an engine."""

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from browser import Browser, raw
from class_engine import ClassEngine
from local_server import LocalServer, local_server
from waiting import wait_until

from nncompare.config import RunConfig
from nncompare.engine import shared
from nncompare.engine.class_board import LONGEST_LESSON
from nncompare.engine.class_report import LessonState, ModelOutcome, Outcome, PageReport
from nncompare.engine.client import EngineError
from nncompare.lessons import built_in_lessons
from nncompare.server import teacher_desk
from nncompare.server.room_address import RoomAddress, room_address
from nncompare.server.server_address import ServerAddress
from nncompare.server.teacher_desk import TeacherDesk

ROUTES = ["teacher", "teacher/view", "teacher/results.csv"]
WISHES = ["stop", "lesson", "lesson-file", "clear"]
MARKUP = "<script>alert(1)</script>"
DROPOUT, LUCK = (built_in_lessons()[name] for name in ("dropout", "luck"))


@pytest.fixture
def engine(server: LocalServer) -> Iterator[ClassEngine]:
    """The board of the class, which is empty."""
    desk = server.app.teacher.desk
    desk.set_lesson(None)
    desk._own.clear()
    desk.clear()
    desk.engine.is_silent = False
    desk.engine.restart()
    desk.exchange()
    return desk.engine


class Teacher:
    """A browser that has shown the teacher's token."""

    def __init__(self, server: LocalServer) -> None:
        self.server, self.session = server, requests.Session()
        self.session.trust_env = False
        answer = self.get(f"teacher?token={server.app.teacher.token}", allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (302, "./teacher")
        self.page = self.get("teacher").text
        (self.xsrf,) = re.findall(r'data-xsrf="([^"]+)"', self.page)

    def get(self, path: str, **options) -> requests.Response:
        return self.session.get(self.server.address + path, timeout=30, **options)

    def wish(self, what: str, content: bytes | str = b"", **headers: str) -> requests.Response:
        told = {"X-XSRFToken": self.xsrf, **headers}
        return self.session.post(f"{self.server.address}teacher/{what}", content, headers=told, timeout=30)

    def view(self) -> dict:
        """Look, once the desk has."""
        self.server.app.teacher.desk.exchange()
        return self.get("teacher/view").json()


@pytest.fixture
def teacher(server: LocalServer, engine: ClassEngine) -> Teacher:
    return Teacher(server)


def report(**fields) -> str:
    return PageReport(**fields).model_dump_json()


def outcome(**lesson) -> str:
    model = ModelOutcome(name="A", settings=RunConfig(), accuracy=0.9)
    found = Outcome(state="finished", dataset="mnist", lesson=LessonState(**lesson), models=(model,))
    return found.model_dump_json()


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%FF", f"?token={MARKUP}", "?token=x&token=y"])
def test_without_the_token_there_is_a_sentence_and_nothing_else(server: LocalServer, path: str, query: str) -> None:
    answer = requests.get(server.address + path + query, timeout=30)
    assert (answer.status_code in (400, 403), answer.cookies.get_dict()) == (True, {})
    assert "Traceback" not in answer.text
    assert MARKUP not in answer.text
    if path == "teacher" and answer.status_code == 403:
        assert "<form" in answer.text
        assert ("is not the teacher’s token" if query else "needs the teacher’s token") in answer.text
    else:
        assert len(answer.text) < 100


@pytest.mark.parametrize("wish", WISHES)
def test_nobody_else_can_want_anything(server: LocalServer, teacher: Teacher, guest: Browser, wish: str) -> None:
    before = server.app.teacher.desk.look().lesson
    forged = {"Cookie": f"{guest.cookie}; _xsrf=1", "X-XSRFToken": "1"}
    for headers in ({}, forged, {"Authorization": f"token {server.token}", "Cookie": "_xsrf=1", "X-XSRFToken": "1"}):
        answer = requests.post(f"{server.address}teacher/{wish}", b"{}", headers=headers, timeout=30)
        assert answer.status_code == 403
        assert len(answer.text) < 100
    for headers in ({"X-XSRFToken": ""}, {"X-XSRFToken": "1", "Origin": "http://evil.example"}):
        assert teacher.wish(wish, **headers).status_code == 403, "not even another site in a teacher's browser"
    assert server.app.teacher.desk.look().lesson == before


def test_the_tokens_of_class_and_teacher_open_one_door_each(
    server: LocalServer, teacher: Teacher, guest: Browser
) -> None:
    for path in ROUTES:
        assert guest.get(path).status_code == 403
        assert guest.get(f"{path}?token={server.token}").status_code == 403
        assert (
            requests.get(
                server.address + path, headers={"Authorization": f"token {server.token}"}, timeout=30
            ).status_code
            == 403
        )
    assert teacher.get("voila/static/voila.js").status_code == 403
    assert teacher.get("", allow_redirects=False).status_code == 403
    assert teacher.get("teacher").status_code == 200


def test_the_cookie_is_for_this_server_alone(server: LocalServer, teacher: Teacher, tmp_path: Path) -> None:
    (cookie,) = [one for one in teacher.session.cookies if one.name.startswith("nncompare-teacher")]
    assert (cookie.name, cookie.path) == (f"nncompare-teacher-{server.app.address.port}", "/")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert server.app.teacher.token not in str(cookie.value)
    with local_server(tmp_path) as other:
        assert other.app.teacher.token != server.app.teacher.token
        stolen = {"Cookie": f"nncompare-teacher-{other.app.address.port}={cookie.value}"}
        assert raw(other, "/teacher/view", stolen)[0] == 403
    for value in ("", "x", '"2|1:0|10:1|1:x|4:eA==|0"'):
        assert raw(server, "/teacher/view", {"Cookie": f"{cookie.name}={value}"})[0] == 403


def test_under_a_foreign_name_there_is_no_form(server: LocalServer) -> None:
    status, content = raw(server, f"/teacher?token={server.app.teacher.token}", {"Host": "evil.example"})
    assert (status, len(content) < 100) == (403, True)


def test_the_whole_printed_address_may_be_pasted(server: LocalServer) -> None:
    token = server.app.teacher.token
    pasted = {"token": f"The teacher's page is at http://127.0.0.1:1/teacher?token={token}"}
    answer = requests.get(f"{server.address}teacher", pasted, allow_redirects=False, timeout=30)
    assert answer.status_code == 302


def test_the_address_is_printed_unless_its_token_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_server(tmp_path) as server:
        line = capsys.readouterr().out.splitlines()[-1]
        assert line.endswith(f"{server.address}teacher?token={server.app.teacher.token}")
    given = "only-the-teacher-knows"
    monkeypatch.setenv("NNCOMPARE_TEACHER_TOKEN", given)
    with local_server(tmp_path) as server:
        printed = capsys.readouterr().out
        assert f"{server.address}teacher, with the token that you gave for it" in printed
        assert given not in printed
        assert server.app.teacher.token == given


def test_only_scripts_of_the_page_itself_are_run(teacher: Teacher) -> None:
    answer = teacher.get("teacher")
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall("'nonce-([^']{20,})'", policy))
    assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce}"') == 1
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_on_this_machine_alone_there_is_an_address_and_no_code(server: LocalServer, teacher: Teacher) -> None:
    assert f'<p class="t-address">{server.address}</p>' in teacher.page
    assert "--ip 0.0.0.0" in teacher.page, "others do not reach it"
    assert 'id="large-code"' not in teacher.page
    assert teacher.page.count("<svg") == 0


@pytest.mark.parametrize(
    ("options", "url", "words"),
    [
        ({"ip": "0.0.0.0"}, "http://192.168.1.9:", "Who types the address is asked for this code"),
        ({"names": ["class.school.org"]}, "https://class.school.org/", "by another address, open this page there"),
    ],
)
def test_the_projector_gets_an_address_that_others_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], url: str, words: str
) -> None:
    monkeypatch.setattr("nncompare.server.server_address.own_addresses", lambda _: ["192.168.1.9"])
    with local_server(tmp_path, **options) as server:
        page = Teacher(server).page
    assert page.count(f">{url}") == 2
    assert page.count("<svg") == 2
    assert words in page


def test_a_room_without_a_network_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncompare.server.server_address.own_addresses", lambda _: [])
    with local_server(tmp_path, ip="0.0.0.0") as server:
        page = Teacher(server).page
    assert "This machine is in no network at the moment" in page
    assert page.count("<svg") == 0


def test_pages_and_their_answers_are_shown_without_a_name(teacher: Teacher, engine: ClassEngine) -> None:
    engine.say("first", report(state="preparing", position=1, lesson=LessonState(guess=2.0)), is_active=True)
    engine.say("second", report(state="idle"), run=1, outcome=outcome(guess=1.0, result=0.5))
    found = teacher.view()
    assert [(row["page"], row["state"]) for row in found["pages"]] == [
        (1, "Waiting: next in line"),
        (2, "Not trained yet"),
    ]
    assert [row["guess"] for row in found["pages"]] == ["2", "1"]
    assert found["plot"].count("t-guess") == 2
    assert found["outcomes"] == 1
    still_open, row = csv.DictReader(io.StringIO(teacher.get("teacher/results.csv").text))
    assert (still_open["page"], still_open["guess"], still_open["result"]) == ("1", "2.0", "")
    assert (row["page"], row["guess"], row["result"], row["a_accuracy"]) == ("2", "1.0", "0.5", "0.9")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{" * 1_000,
        "\ud800",
        '{"state": 3}',
        '{"position": -1}',
        '{"lesson": {"guess": NaN}}',
        json.dumps({"state": "running", "models": [{}] * 9}),
        json.dumps({"state": MARKUP, "lesson": {"name": MARKUP, "guess": MARKUP}}),
    ],
)
def test_a_page_that_claims_nonsense_is_one_row_and_breaks_nothing(
    teacher: Teacher, engine: ClassEngine, text: str
) -> None:
    engine.say("honest", report(state="running"), run=1, outcome=outcome(result=1.0))
    engine.say("other", text, run=1, outcome=text)
    found = teacher.view()
    assert [row["page"] for row in found["pages"]] == [1, 2]
    assert found["pages"][0]["state"] == "Training"
    assert "<script" not in found["plot"]
    assert found["outcomes"] == 1
    assert teacher.get("teacher/results.csv").status_code == 200


def test_one_page_is_stopped_or_all(teacher: Teacher, engine: ClassEngine) -> None:
    running = report(state="running")
    for client in ("first", "second"):
        engine.say(client, running, is_active=True)
    assert teacher.wish("stop", "2").json() == {"told": "Page 2 is being stopped.", "is_right": True}
    teacher.view()
    assert [engine.say(client, running, is_active=True)["stop"] for client in ("first", "second")] == [False, True]
    teacher.wish("stop")
    teacher.view()
    assert engine.say("first", running, is_active=True)["stop"]


@pytest.mark.parametrize("content", ["0", "-1", "99999", "1.5", "true", "[1]", "x", "[" * 5_000, b"\xff"])
def test_there_is_no_such_page(teacher: Teacher, content: bytes | str) -> None:
    answer = teacher.wish("stop", content)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_lesson_reaches_every_page_and_outlives_the_engine(teacher: Teacher, engine: ClassEngine) -> None:
    text = DROPOUT.to_json()
    assert teacher.wish("lesson-file", text).json()["told"] == f"All pages get the lesson “{DROPOUT.title}”."
    assert teacher.view()["lesson"] == DROPOUT.title
    assert engine.say("first")["lesson"] == text
    engine.restart()
    assert "lesson" not in engine.say("first", lesson=2)
    teacher.view()
    assert engine.say("second")["lesson"] == text
    assert teacher.wish("lesson", "").status_code == 200
    assert teacher.view()["lesson"] == ""
    assert engine.say("second", lesson=2)["lesson"] == ""


def test_a_lesson_beyond_the_limits_is_not_set(teacher: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_MOST_EPOCHS", "2")
    for wish, content in (("lesson", "dropout"), ("lesson-file", DROPOUT.to_json())):
        answer = teacher.wish(wish, content)
        assert answer.json()["told"].startswith("The lesson dropout cannot be trained here. Model A: Epochs must be at")
        assert answer.status_code == 400
    assert teacher.view()["lesson"] == ""


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"no lesson", b"[1, 2]", b'{"title": "\xff"}', b"[" * 15_000, b'{"title": 5}'),
        *(b" " * (LONGEST_LESSON + 1), DROPOUT.to_json().replace("mnist", "cats").encode()),
    ],
)
def test_what_is_no_lesson_is_refused_in_a_sentence(teacher: Teacher, content: bytes) -> None:
    answer = teacher.wish("lesson-file", content)
    assert (answer.status_code, answer.json()["is_right"]) == (400, False)
    assert answer.json()["told"].startswith("The lesson was not taken.")
    assert teacher.view()["lesson"] == ""


def test_a_lesson_that_is_not_there(teacher: Teacher) -> None:
    answer = teacher.wish("lesson", MARKUP)
    assert answer.status_code == 400
    assert "no lesson named" in answer.json()["told"]


def test_results_outlive_the_engine_and_are_cleared_when_that_is_wanted(teacher: Teacher, engine: ClassEngine) -> None:
    engine.say("first", run=1, outcome=outcome(result=0.5))
    assert teacher.view()["outcomes"] == 1
    engine.restart()
    teacher.view()
    assert engine.say("new")["number"] == 2, "the first page may come back under its number"
    engine.say("first", number=1, run=2, outcome=outcome(result=0.7))
    teacher.view()
    assert teacher.view()["outcomes"] == 2
    teacher.wish("clear")
    assert teacher.view()["outcomes"] == 0


def test_two_teachers_see_the_same(server: LocalServer, teacher: Teacher, engine: ClassEngine) -> None:
    other = Teacher(server)
    engine.say("first", report(state="running"))
    teacher.wish("lesson-file", DROPOUT.to_json())
    other.wish("lesson", "luck")
    assert teacher.view() == other.view()
    assert teacher.view()["lesson"] == LUCK.title


def test_an_engine_that_does_not_answer_is_told_and_what_was_seen_stays(
    teacher: Teacher, engine: ClassEngine, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.say("first")
    teacher.view()
    engine.is_silent = True
    monkeypatch.setattr("nncompare.server.teacher_desk._SILENT_SECONDS", 0.0)
    found = wait_until(lambda: (found := teacher.view())["trouble"] and found, "the trouble is told")
    assert "does not answer" in found["trouble"]
    assert len(found["pages"]) == 1


def test_it_works_below_the_path_of_a_proxy(tmp_path: Path) -> None:
    with local_server(tmp_path, base_url="/class/nn", names=["school.example"]) as server:
        door = f"/teacher?token={server.app.teacher.token}"
        answer = requests.get(server.address + door[1:], allow_redirects=False, timeout=30)
        assert answer.headers["Location"] == "/class/nn/teacher"
        assert "Path=/class/nn;" in answer.headers["Set-Cookie"] + ";"
        headers = {"Host": "school.example", "X-Forwarded-Proto": "https", "Cookie": answer.headers["Set-Cookie"]}
        status, content = raw(server, "/class/nn/teacher", headers)
        assert (status, b">https://school.example/class/nn/<" in content) == (200, True)


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("127.0.0.1:8866", RoomAddress("http://192.168.1.9:8866/")),
        ("localhost:8866", RoomAddress("http://192.168.1.9:8866/")),
        ("10.0.0.7:8866", RoomAddress("http://10.0.0.7:8866/")),
        ("school.example", RoomAddress("http://school.example/")),
    ],
)
def test_the_address_of_the_room_is_that_by_which_the_teacher_came_if_others_reach_it(
    called: str, found: RoomAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncompare.server.server_address.own_addresses", lambda _: ["192.168.1.9"])
    address = ServerAddress(ip="0.0.0.0", port=8866, token="", is_token_known=True)
    request: Any = SimpleNamespace(host=called, host_name=called.partition(":")[0], headers={}, protocol="http")
    assert room_address(address, request) == found


def test_the_lesson_that_the_server_was_started_with_is_on_offer_too(
    teacher: Teacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps({**json.loads(LUCK.to_json()), "name": "own", "title": "A lesson of mine"}))
    monkeypatch.setenv("NNCOMPARE_LESSON", str(own))
    assert teacher.view()["lessons"][0] == ["own", "A lesson of mine", True]
    assert teacher.view()["opening"] == "A lesson of mine"
    assert teacher.wish("lesson", "own").json() == {
        "told": "All pages get the lesson “A lesson of mine”.",
        "is_right": True,
    }
    own.unlink()
    assert ["own", "A lesson of mine", True] in teacher.view()["lessons"], "it was set, and so is known here"


def test_a_server_ends_although_its_engine_is_still_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    is_looked_for, may_go_on = threading.Event(), threading.Event()

    def look_for_engine() -> None:
        is_looked_for.set()
        may_go_on.wait(60)
        raise EngineError("Nobody answers.")

    monkeypatch.setattr(shared, "Engine", look_for_engine)
    for module in (shared, teacher_desk):
        monkeypatch.setattr(module, "PARTING_SECONDS", 0.05)
    desk = TeacherDesk(shared.EngineHolder())
    desk.look()
    assert is_looked_for.wait(90)
    desk.close()
    (thread,) = [one for one in threading.enumerate() if one is desk._thread]
    may_go_on.set()
    thread.join(30)
    assert not thread.is_alive()
