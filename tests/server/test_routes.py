"""What there is to be had from the server, for somebody who was let in: the page, its code, and nothing else."""

import re

import pytest
import requests
from browser import Browser, raw
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_server import SOURCE, LocalServer
from voila.app import Voila

from nncompare.server.auth import AuthMixin
from nncompare.server.own_page import OwnPage
from nncompare.server.teacher_access import TeacherHandler

# What Voila itself would register. A version that adds something must be looked at, and this list with it.
VOILAS_OWN = {
    r"/(.*)",
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)",
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/channels",
    r"/login",
    r"/logout",
    r"/voila/api/shutdown/(.*)",
    r"/voila/api/themes/(.*)",
    r"/voila/files/(.*)",
    r"/voila/labextensions/(.*)",
    r"/voila/static/(.*)",
    r"/voila/templates/(.*)",
}
_NUMBER = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_FILE = r"[\w-]+(?:\.[\w-]+)+"
OURS = {
    "/": "PageHandler",
    f"/api/kernels/{_NUMBER}": "KernelStateHandler",
    f"/api/kernels/{_NUMBER}/channels": "GuardedVoilaKernelWebsocketHandler",
    f"/voila/api/shutdown/{_NUMBER}": "GuardedVoilaShutdownKernelHandler",
    f"/voila/static/({_FILE})": "GuardedMultiStaticFileHandler",
    f"/voila/templates/(nncompare/static/{_FILE})": "GuardedTemplateStaticFileHandler",
    "/voila/labextensions/((?:@jupyter-widgets/jupyterlab-manager|@voila-dashboards/widgets-manager8|anywidget)"
    f"/static/{_FILE})": "GuardedFileFindHandler",
    "/teacher": "TeacherPage",
    "/teacher/view": "TeacherView",
    "/teacher/results.csv": "TeacherTable",
    "/teacher/(stop|lesson|lesson-file|clear)": "TeacherWish",
    ".*": "GuardedErrorHandler",
}
NUMBER = "01234567-89ab-cdef-0123-456789abcdef"
# Each is a way to something that is there in Jupyter, in Voila or on this disk.
CLOSED = [
    *(
        "/dashboard.ipynb",
        "/notebooks/dashboard.ipynb",
        "/voila/render/dashboard.ipynb",
        "/voila/render/",
        "/voila/tree",
    ),
    *("/voila", "/voila/", "/tree", "/lab", "/login", "/logout", "/metrics", "/favicon.ico", "/index.html", "//"),
    *(
        "/files/",
        "/files/dashboard.ipynb",
        "/voila/files/",
        "/voila/files/dashboard.ipynb",
        "/voila/files/%2e%2e/README.md",
    ),
    *("/api", "/api/", "/api/status", "/api/me", "/api/contents", "/api/contents/", "/voila/api/contents/"),
    *(
        "/api/kernels",
        "/api/kernels/",
        "/api/kernelspecs",
        "/api/sessions",
        "/api/terminals",
        "/terminals/1",
        "/api/config/x",
    ),
    *(f"/api/kernels/{NUMBER}/restart", f"/api/kernels/{NUMBER}/interrupt", f"/api/kernels/{NUMBER}/stream"),
    *(
        f"/voila/execution/{NUMBER}",
        f"/voila/query/{NUMBER}",
        "/voila/api/themes/x/index.css",
        f"/api/kernels/{NUMBER}",
    ),
    *(
        "/static/",
        "/static/base/js/main.min.js",
        "/voila/static",
        "/voila/static/",
        "/voila/static/.",
        "/voila/static/..",
    ),
    *("/voila/static/../../../../../../etc/passwd", "/voila/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd"),
    *("/voila/static/%2e%2e%2f%2e%2e%2findex.html.j2", "/voila/static/..%5c..%5cvoila.js", "/voila/static//etc/passwd"),
    *("/voila/static/%2fetc%2fpasswd", "/voila/static/voila.js%00.png", "/voila/static/extension.js"),
    *("/voila/templates/", "/voila/templates/nncompare/", "/voila/templates/nncompare/static/", "/voila/templates/x"),
    *("/voila/templates/nncompare/index.html.j2", "/voila/templates/nncompare/static/..%2findex.html.j2"),
    *("/voila/templates/nncompare/static/../index.html.j2", "/voila/templates/nncompare/static/.."),
    *("/voila/templates/base/static/voila.js", "/voila/templates/..%2f..%2fetc/static/passwd"),
    *("/voila/labextensions/", "/voila/labextensions/anywidget/package.json", "/voila/labextensions/anywidget/static/"),
    *("/voila/labextensions/anywidget/static/..%2fpackage.json", "/voila/labextensions/anywidget/static/.."),
    *("/voila/labextensions/jupyterlab_pygments/package.json", "/voila/labextensions/anywidget/static/%2fetc%2fpasswd"),
]
SEGMENTS = ["voila", "static", "templates", "labextensions", "files", "api", "kernels", "nncompare", "anywidget"]
ESCAPES = [
    "..",
    ".",
    "",
    "%2e%2e",
    "..%2f",
    "%2f",
    "%5c",
    "~",
    "etc",
    "passwd",
    "dashboard.ipynb",
    "*",
    "%00",
    "%",
    "é",
]


def test_only_these_addresses_are_registered_and_each_is_guarded(server: LocalServer) -> None:
    rules = server.app.app.default_router.rules
    assert len(rules) == 2  # these, and Tornado's own "nothing found"
    (added,) = [rule.target for rule in rules if hasattr(rule.matcher, "host_pattern")]
    ours = {rule.matcher.regex.pattern.removesuffix("$"): rule.target for rule in added.rules}
    assert {pattern: handler.__name__ for pattern, handler in ours.items()} == OURS
    open_ = [name for name, handler in ours.items() if not {AuthMixin, OwnPage, TeacherHandler} & {*handler.mro()[:2]}]
    assert open_ == []
    voilas = {handler[0] for handler in Voila.init_handlers(server.app)}
    assert voilas == VOILAS_OWN, "Voila has other addresses than when this was written. Look at them."


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_is_nothing(server: LocalServer, guest: Browser, path: str) -> None:
    status, content = raw(server, path, {"Cookie": guest.cookie})
    assert status in (400, 403, 404), content[:200]
    assert len(content) < 100


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/kernels", "/api/contents/x", "/voila/static/voila.js", "/files/x", "*"])
def test_nothing_is_put_there_or_begun(server: LocalServer, guest: Browser, path: str, method: str) -> None:
    before = len(server.begun), server.kernels
    headers = {"Cookie": f"{guest.cookie}; _xsrf=1", "X-XSRFToken": "1", "Content-Length": "0"}
    assert raw(server, path, headers, method)[0] in (400, 403, 404, 405)
    assert (len(server.begun), server.kernels) == before


def test_a_kernel_cannot_be_ended_by_the_way_to_its_state(guest: Browser, kernel: str) -> None:
    headers = {"Cookie": f"{guest.cookie}; _xsrf=1", "X-XSRFToken": "1"}
    assert guest.ask("DELETE", f"api/kernels/{kernel}", headers=headers).status_code == 405
    assert guest.get(f"api/kernels/{kernel}").status_code == 200


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(SEGMENTS + ESCAPES), min_size=1, max_size=8))
def test_no_way_round_leads_anywhere(server: LocalServer, guest: Browser, parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    if path.strip("/.") == "":
        return
    answer = raw(server, requests.utils.requote_uri(path), {"Cookie": guest.cookie})
    assert answer[0] in (400, 403, 404), (path, answer)
    assert b"root:" not in answer[1]
    assert b"Traceback" not in answer[1]


def test_the_page_shows_no_source(server: LocalServer, guest: Browser) -> None:
    page = guest.get("").text
    assert "Opening nncompare" in page
    for line in SOURCE.splitlines():
        assert line not in page
    assert str(server.app.root_dir) not in page
    assert server.token not in page


def test_a_browser_without_scripts_is_told_what_the_page_needs(guest: Browser) -> None:
    without = guest.get("").text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "This page needs JavaScript." in without


@pytest.mark.parametrize(
    "query", ["?template=..%2f..%2f..%2ftmp", "?template=lab", "?theme=..%2f..%2fx", "?theme=%22%3E%3Cscript%3E"]
)
def test_no_other_template_is_taken(guest: Browser, query: str) -> None:
    page = guest.get(query).text
    assert "Opening nncompare" in page
    assert "JupyterLab Light" in page
    assert '"><script>' not in page


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{7*7}}", "\r\nX: y"]
)
def test_nothing_of_the_address_is_in_the_page(guest: Browser, name: str) -> None:
    answer = guest.get("", params={name: name, "a.channels": name, "next": name})
    assert answer.status_code == 200
    assert name not in answer.text
    assert "X" not in answer.headers


def test_every_answer_says_what_browsers_must_not_do(guest: Browser, anonymous: Browser, kernel: str) -> None:
    answers = [guest.get(path) for path in ("", f"api/kernels/{kernel}", "voila/static/voila.js", "nothing")]
    for answer in (*answers, anonymous.get(""), anonymous.get("voila/static/voila.js")):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Server"] == "nncompare"


def test_only_scripts_of_the_page_itself_are_run(guest: Browser) -> None:
    answers = [guest.get("") for _ in range(2)]
    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    assert policies[0] != policies[1]  # each answer has a number of its own
    for policy, answer in zip(policies, answers, strict=True):
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        (nonce,) = re.findall("'nonce-([^']{20,})'", rules["script-src"])
        assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce}"') > 0
        assert rules["default-src"] == "'none'"
        assert "unsafe" not in rules["script-src"]
        assert "http" not in rules["script-src"]


def test_much_is_not_listened_to(server: LocalServer, guest: Browser, kernel: str) -> None:
    path = f"{server.address}voila/api/shutdown/{kernel}"
    try:
        answer = requests.post(path, data=b"x" * 1_000_000, headers={"Cookie": guest.cookie}, timeout=30)
    except requests.RequestException:
        pass  # it hung up
    else:
        assert answer.status_code in (400, 413)
    assert guest.get(f"api/kernels/{kernel}").status_code == 200


def test_a_long_address_harms_nobody(guest: Browser, kernel: str) -> None:
    try:
        answer = guest.get("?x=" + "y" * 70_000)
    except requests.RequestException:
        pass
    else:
        assert answer.status_code in (400, 414, 431)
    assert guest.get(f"api/kernels/{kernel}").status_code == 200


def test_an_error_tells_nothing_of_the_inside(server: LocalServer, guest: Browser) -> None:
    for path in (f"api/kernels/{NUMBER}", f"api/kernels/{NUMBER}/channels", "voila/static/no.js"):
        answer = guest.get(path)
        assert answer.status_code in (400, 403, 404)
        assert "Traceback" not in answer.text
        assert len(answer.text) < 100
    assert guest.end(NUMBER) == 404
