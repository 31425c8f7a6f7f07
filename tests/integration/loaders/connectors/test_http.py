# Real HTTP: a server on loopback that pages, is busy, asks for a token, and remembers what it was asked.
import json
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from graph.errors import MappingError, SourceReadError
from loaders.connectors import http_pages
from loaders.report import LoadReport
from tests.assertions import nodes
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - http:
      url: URL/contacts
      rows: data.items
      token: CRM_TOKEN
      EXTRA
    customer: {external_id: id, fields: {given_name: first}}
"""
Answer = tuple[int, dict[str, str], Any]
PEOPLE = [{"id": n, "first": "Anna", "meta": {"changed": f"2026-03-0{n}T12:00:00+02:00"}} for n in range(1, 6)]


class Api:
    """What the server says to parameters; ``asked``: all of them so far."""

    def __init__(self) -> None:
        self.answer: Callable[[dict[str, str]], Answer] = lambda _: (200, {}, {"data": {"items": PEOPLE}})
        self.asked: list[dict[str, str]] = []
        self.url = ""

    def says(self, rows: list[Any], **more: Any) -> Answer:
        return 200, {}, {"data": {"items": rows}, **more}

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        if handler.headers["Authorization"] != "Bearer not-to-be-seen":
            status, headers, body = 401, {}, {}
        else:
            self.asked.append(asked)
            status, headers, body = self.answer(asked)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)


@pytest.fixture
def api(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> Generator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            api.respond(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library calls it so
            """Say nothing."""

    monkeypatch.setenv("CRM_TOKEN", "not-to-be-seen")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
        use(loads, api, "parameters: {}")
        yield api
        server.shutdown()
        thread.join()


def use(loads: Loads, api: Api, extra: str) -> None:
    loads.mapping(MAPPING.replace("URL", api.url).replace("EXTRA", extra.replace("\n", "\n      ")))


def loaded(loads: Loads) -> set[str]:
    report = loads.load()
    assert report.problems == []
    return {key for (key,) in nodes(loads.graph, "Customer", "key")}


def problem_of(report: LoadReport) -> str:
    (problem,) = report.problems
    assert isinstance(problem, SourceReadError)
    assert "not-to-be-seen" not in str(problem)
    return str(problem)


ALL = {f"crm:{n}" for n in range(1, 6)}


def test_pages_by_number_are_read_until_one_is_empty(loads: Loads, api: Api) -> None:
    use(loads, api, "parameters: {size: '2'}\npages: {number: page}")
    api.answer = lambda asked: api.says(PEOPLE[2 * int(asked["page"]) - 2 :][:2])
    assert loaded(loads) == ALL
    assert api.asked == [{"size": "2", "page": str(number)} for number in range(1, 5)]


def test_pages_by_token_are_read_until_there_is_none(loads: Loads, api: Api) -> None:
    use(loads, api, "pages: {next: paging.after, parameter: after}")

    def answer(asked: dict[str, str]) -> Answer:
        begin = int(asked.get("after", 0))
        return api.says(PEOPLE[begin : begin + 2], paging={"after": begin + 2} if begin < 4 else {})

    api.answer = answer
    assert loaded(loads) == ALL
    assert [asked.get("after") for asked in api.asked] == [None, "2", "4"]


def test_pages_by_link_are_followed_on_the_same_host_only(loads: Loads, api: Api) -> None:
    use(loads, api, "pages: {link: true}")

    def answer(asked: dict[str, str]) -> Answer:
        begin = int(asked.get("from", 0))
        link = {"Link": f'</contacts?from={begin + 2}>; rel="next"'} if begin < 4 else {}
        return 200, link, api.says(PEOPLE[begin : begin + 2])[2]

    api.answer = answer
    assert loaded(loads) == ALL
    api.answer = lambda _: (200, {"Link": '<http://127.0.0.2:1/contacts>; rel="next"'}, api.says([])[2])
    assert "leads to another host" in problem_of(loads.load())


def test_only_what_has_changed_is_asked_for(loads: Loads, api: Api) -> None:
    use(loads, api, "since: {parameter: updated_since, column: meta.changed}")
    assert loaded(loads) == ALL
    assert loads.cursors() == {"updated_since": "2026-03-05T10:00:00.000000+00:00"}
    api.answer = lambda _: api.says([{"id": 6, "first": "Bob", "meta": {"changed": "2026-03-05T10:30:00Z"}}])
    assert loaded(loads) == {*ALL, "crm:6"}
    api.answer = lambda _: api.says([])
    loads.load()
    since = [None, "2026-03-05T12:00:00+02:00", "2026-03-05T10:30:00Z"]
    assert [asked.get("updated_since") for asked in api.asked] == since


def test_a_token_that_stays_good_is_gone_on_from(loads: Loads, api: Api) -> None:
    use(loads, api, "pages: {next: next, parameter: after, resume: true}")
    api.answer = lambda asked: api.says(PEOPLE[:2], next="t1") if not asked else api.says([], next=None)
    loads.load()
    api.answer = lambda _: api.says(PEOPLE[2:])
    assert loaded(loads) == ALL
    assert [asked.get("after") for asked in api.asked] == [None, "t1", "t1"]


def test_a_busy_source_is_asked_again_after_its_own_time(
    loads: Loads, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(http_pages, "sleep", pauses.append)
    answers: list[Answer] = [(429, {"Retry-After": "7"}, {}), (503, {"Retry-After": "9999"}, {}), (502, {}, {})]
    api.answer = lambda _: answers.pop(0) if answers else api.says(PEOPLE)
    assert loaded(loads) == ALL
    assert pauses == [7.0, 120.0, 4.0]
    api.answer = lambda _: (503, {}, {})
    assert "is busy, or cannot be reached" in problem_of(loads.load())


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(http_pages, "sleep", pauses.append)


BROKEN_OFF: Answer = (200, {"Content-Length": "9999", "Connection": "close"}, b"[1,")


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("failure", [BROKEN_OFF, (500, {}, {})])
def test_a_page_that_failed_once_is_asked_for_again(loads: Loads, api: Api, failure: Answer) -> None:
    answers = [failure]
    api.answer = lambda _: answers.pop() if answers else api.says(PEOPLE)
    assert loaded(loads) == ALL


def test_pages_that_do_not_end_move_no_cursor(loads: Loads, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    use(loads, api, "pages: {number: page}\nsince: {parameter: updated_since, column: meta.changed}")
    monkeypatch.setattr(http_pages, "_MOST_PAGES", 3)
    api.answer = lambda asked: api.says([PEOPLE[-int(asked["page"])]] if asked["page"] < "6" else [])
    assert "has more than 3 pages" in problem_of(loads.load())
    assert loads.cursors() == {}, "what comes after the third page was not read, and is older"


def test_a_source_that_knows_no_pages_is_told(loads: Loads, api: Api) -> None:
    use(loads, api, "pages: {number: page}")
    assert "gives one page again and again" in problem_of(loads.load())
    assert len(api.asked) == 2


def test_a_source_that_always_names_a_next_token_ends_at_an_empty_page(loads: Loads, api: Api) -> None:
    use(loads, api, "pages: {next: next, parameter: after, resume: true}")

    def answer(asked: dict[str, str]) -> Answer:
        begin = int(asked.get("after", 0))
        return api.says(PEOPLE[begin : begin + 3], next=str(min(begin + 3, 5)))

    api.answer = answer
    assert loaded(loads) == ALL
    assert loaded(loads) == ALL
    assert [asked.get("after") for asked in api.asked] == [None, "3", "5", "5"]


def test_credentials_in_an_address_are_refused_and_not_told(loads: Loads, api: Api) -> None:
    file = loads.folder / "crm.yaml"
    file.write_text(file.read_text().replace("http://", "http://anna:not-to-be-seen@"))
    with pytest.raises(MappingError, match="without user and password") as raised:
        loads.load()
    assert api.url
    assert "not-to-be-seen" not in str(raised.value)


def test_a_token_with_the_line_end_of_its_file_is_taken(
    loads: Loads, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "not-to-be-seen\n")
    assert loaded(loads) == ALL
    assert api.asked
    monkeypatch.setenv("CRM_TOKEN", "not-to-be-seen\u20ac")
    assert "CRM_TOKEN holds what cannot stand in a header" in problem_of(loads.load())


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}, {}), "/contacts answered 404."),
        ((302, {"Location": "http://127.0.0.2:1/"}, {}), "/contacts answered 302."),
        ((200, {}, b"<html>"), "/contacts did not answer with JSON."),
        ((200, {}, {"items": []}), "/contacts: there is no list of rows at data.items."),
        (BROKEN_OFF, "/contacts is busy, or cannot be reached (broke off: ProtocolError)."),
    ],
)
def test_what_is_no_page_is_told(loads: Loads, api: Api, answer: Answer, said: str) -> None:
    api.answer = lambda _: answer
    assert said in problem_of(loads.load())


def test_a_circle_of_pages_ends(loads: Loads, api: Api) -> None:
    use(loads, api, "pages: {next: next, parameter: after}")
    api.answer = lambda _: api.says(PEOPLE, next="again")
    assert "leads in a circle" in problem_of(loads.load())


def test_refused_credentials_name_their_variable(loads: Loads, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.url
    monkeypatch.setenv("CRM_TOKEN", "wrong")
    assert "refused the credentials. Check the environment variable: CRM_TOKEN." in problem_of(loads.load())


def test_rows_that_are_no_objects_are_set_aside(loads: Loads, api: Api) -> None:
    api.answer = lambda _: api.says([*PEOPLE * 5, 7])
    report = loads.load()
    assert report.problems == []
    assert report.deliveries[0].rejected_rows == {"no_object": 1}
    assert report.deliveries[0].connector == "http"
