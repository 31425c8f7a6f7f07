# The vendors' clients for browsers, in a real one, on pages of another origin than the API. Both walk the same way: an
# anonymous visit, another page on which somebody logs in, a reset, and a tab that is closed at once after an event.
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

import pytest

from graph.connection import Graph
from tests.assertions import edges, nodes
from tests.chromium import Browser, browser, needs_browser
from tests.integration.api.tracking.conftest import KEY, emptied
from tests.integration.api.tracking.sdks.conftest import HERE

pytestmark = needs_browser

NAMES = ("segment", "rudder", "posthog", "snowplow")
RESETS = dict.fromkeys(NAMES, "analytics.reset()") | {"rudder": "analytics.reset(true)"}
PATIENCE_S = 60
Address = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Visit:
    """The anonymous id on the first page, on the second, and after the reset."""

    first: str
    kept: str
    other: str


@dataclass(frozen=True, slots=True)
class Walked:
    """``foreign``: hosts that were asked for and are neither the website nor the API."""

    graph: Graph
    visits: dict[str, Visit]
    foreign: set[str]
    complaints: list[str]


@contextmanager
def shop(packages: Path) -> Generator[str]:
    """A website with the pages beside this file and the packages. Its name is this machine's in every browser."""

    class Pages(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            asked = urlsplit(path).path.lstrip("/")
            return str((HERE if asked.endswith(".html") else packages) / asked)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name in the library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://shop.localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def walked(connected_graph: Graph, url: str, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    emptied(connected_graph)
    folder = tmp_path_factory.mktemp("browser")
    with shop(packages) as pages, browser(folder) as page:
        visits = {name: walk(page, connected_graph, name, address(pages, url, name)) for name in NAMES}
        hosts = {urlsplit(asked).netloc for asked in page.requested if not asked.startswith("data:")}
    return Walked(connected_graph, visits, hosts - {urlsplit(pages).netloc, urlsplit(url).netloc}, page.complaints)


def address(pages: str, url: str, name: str) -> Address:
    def with_more(**more: str) -> str:
        return f"{pages}/{name}.html?{urlencode({'key': KEY, 'api': url, **more})}"

    return with_more


def walk(page: Browser, graph: Graph, name: str, at: Address) -> Visit:
    page.open_page(at())
    ready(page, "key")
    first = page.evaluate("anonymousId()")
    say(page, "analytics.page()", "analytics.track('Product Viewed')")
    arrived(graph, f"anonymous_id:{first}", "Page Viewed", "Product Viewed")

    page.go_to(at(utm_campaign="spring"))
    ready(page, "spring")
    kept = page.evaluate("anonymousId()")
    login = f"analytics.identify('{name}-user', {{email: '{name}@example.org'}})"
    say(page, login, "analytics.track('Order Completed', {total: 3, currency: 'EUR'})")
    arrived(graph, f"web:{name}-user", "User Identified", "Order Completed")

    say(page, RESETS[name])
    page.wait_for(f"anonymousId() !== '{first}'")
    other = page.evaluate("anonymousId()")
    say(page, "analytics.track('Product Added')")
    arrived(graph, f"anonymous_id:{other}", "Product Added")

    page.go_to(at(strategy="batching"))
    ready(page, "batching")
    say(page, "analytics.track('Tab Closed')")
    page.close_page()
    arrived(graph, f"anonymous_id:{other}", "Product Added", "Tab Closed")
    return Visit(first, kept, other)


def ready(page: Browser, query: str) -> None:
    page.wait_for(f"location.search.includes('{query}') && window.isReady")


def say(page: Browser, *calls: str) -> None:
    page.evaluate(f"{'; '.join(calls)}; 0")


def arrived(graph: Graph, owner: str, *names: str) -> None:
    wanted, until = {(owner, name) for name in names}, time.monotonic() + PATIENCE_S
    while not wanted <= (found := nodes(graph, "Interaction", "owner", "name")):
        assert time.monotonic() < until, found
        time.sleep(0.05)


def test_no_host_of_a_vendor_is_needed_and_the_browser_has_no_complaint(walked: Walked) -> None:
    assert walked.foreign == set()
    assert walked.complaints == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_there_once_even_what_a_closed_tab_said_last(walked: Walked, name: str) -> None:
    visit, user = walked.visits[name], f"web:{name}-user"
    mine = {user, f"anonymous_id:{visit.first}", f"anonymous_id:{visit.other}"}

    found = [(owner, said) for _, owner, said in nodes(walked.graph, "Interaction", "key", "owner", "name")]

    assert Counter(pair for pair in found if pair[0] in mine) == Counter(
        [
            (f"anonymous_id:{visit.first}", "Page Viewed"),
            (f"anonymous_id:{visit.first}", "Product Viewed"),
            (user, "User Identified"),
            (user, "Order Completed"),
            (f"anonymous_id:{visit.other}", "Product Added"),
            (f"anonymous_id:{visit.other}", "Tab Closed"),
        ]
    )
    assert (user, "order", 3.0, "EUR") in nodes(walked.graph, "Interaction", "owner", "type", "amount", "currency")


@pytest.mark.parametrize("name", NAMES)
def test_the_device_is_the_same_on_every_page_and_the_customers_from_the_login_to_the_reset(
    walked: Walked, name: str
) -> None:
    visit, user = walked.visits[name], f"web:{name}-user"

    assert visit.kept == visit.first
    used = edges(walked.graph, "USED", "logins")
    assert (user, f"anonymous_id:{visit.first}", 1) in used
    assert visit.other not in str(used)
    assert (user, f"email:{name}@example.org") in edges(walked.graph, "HAS_EMAIL")


@pytest.mark.parametrize("name", NAMES)
def test_the_login_shows_whose_the_anonymous_pages_before_were(walked: Walked, name: str) -> None:
    visit = walked.visits[name]
    visit_of = {device: session for session, device in edges(walked.graph, "ON_DEVICE")}
    session, other = visit_of[f"anonymous_id:{visit.first}"], visit_of[f"anonymous_id:{visit.other}"]
    said = dict(nodes(walked.graph, "Interaction", "key", "name"))
    logins = {(where, who) for where, who in edges(walked.graph, "LOGGED_IN") if where in {session, other}}

    assert {said[key] for key, where in edges(walked.graph, "IN_SESSION") if where == session} == {
        "Page Viewed",
        "Product Viewed",
        "User Identified",
        "Order Completed",
    }
    assert logins == {(session, f"web:{name}-user")}
    assert (session, f"/{name}.html", "spring") in nodes(walked.graph, "Session", "key", "entry_page", "campaign")
