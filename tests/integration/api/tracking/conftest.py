# Calls go over real HTTP to a real server, one for each module. It keeps the sources for five seconds, so the sources
# are added once, before it starts, and every test begins by emptying the graph of all but them.
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.operation.serving import serving
from api.tracking.settings import tracking_settings
from graph.address import Address
from graph.connection import Graph
from graph.kinds import SourceKind
from graph.settings import cdp_settings
from graph.sources import NewSource, add_source, open_source
from tests.asking import keyed_settings

KEY, APP_KEY = "write-key-of-web", "write-key-of-app"
# Its client refuses keys of another form.
JITSU_KEY = "write-key-of-jitsu:secret"
SHOP = "shop-frontend"
TP2 = "/com.snowplowanalytics.snowplow/tp2"
EMPTY = "MATCH (n) WHERE NOT n:Source CALL (n) { DETACH DELETE n } IN TRANSACTIONS"
Send = Callable[..., httpx.Response]


def emptied(graph: Graph) -> None:
    """Everything but the sources is gone."""
    with graph.driver.session(database=graph.database) as session:
        session.run(EMPTY).consume()


@contextmanager
def limited_server(address: Address, **limits: int) -> Generator[str]:
    """A server with other limits than usual: of ``TrackingSettings``."""
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in limits.items():
            patch.setenv(f"CDP_TRACKING_{name.upper()}", str(limit))
        tracking_settings.cache_clear()
        with serving(address, keyed_settings()) as url:
            yield url
    tracking_settings.cache_clear()


@contextmanager
def data_folder(folder: Path) -> Generator[Path]:
    """A folder for models and rejects, as a shell would set it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_DATA_DIR", str(folder))
        cdp_settings.cache_clear()
        yield folder
    cdp_settings.cache_clear()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    with data_folder(tmp_path_factory.mktemp("cdp")) as folder:
        yield folder


@pytest.fixture(scope="module")
def url(neo4j_address: Address, connected_graph: Graph, data: Path) -> Generator[str]:
    """The address of an API that knows two sources, web and app, and an empty graph."""
    del data
    connected_graph.run_alone("erase_everything")
    add_source(connected_graph, NewSource("web", SourceKind.WEB, "web"), KEY)
    add_source(connected_graph, NewSource("web", SourceKind.WEB, "web"), JITSU_KEY)
    add_source(connected_graph, NewSource("app", SourceKind.APP, "app", own_user_ids=True), APP_KEY)
    open_source(connected_graph, "web", SHOP)
    with serving(neo4j_address, keyed_settings(country="DE")) as url:
        yield url


@pytest.fixture
def live(connected_graph: Graph, url: str) -> Graph:
    """The graph of the API, without what other tests sent."""
    del url
    emptied(connected_graph)
    return connected_graph


@pytest.fixture(scope="module")
def client(url: str) -> Generator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture
def send(client: httpx.Client, live: Graph) -> Send:
    """Sends one message, or several as a batch, with the key of web."""
    del live

    def sent(*messages: dict[str, Any], key: str = KEY, **more: Any) -> httpx.Response:
        body = {"batch": list(messages)}
        return client.post("/v1/batch", json=body, auth=(key, ""), **more)

    return sent
