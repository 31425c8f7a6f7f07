from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from api.operation.serving import serving
from api.settings import ApiSettings
from graph.address import Address
from graph.connection import Graph
from graph.kinds import SourceKind
from graph.sources import NewSource, add_source
from loaders.health.commands import look_at_sources
from tests.integration.api.tracking.conftest import KEY, data_folder


def test_a_tracking_source_is_in_the_health_of_sources(neo4j_address: Address, graph: Graph, tmp_path: Path) -> None:
    add_source(graph, NewSource("web", SourceKind.WEB), KEY)
    settings = ApiSettings(_env_file=None, api_port=0)  # pyright: ignore[reportCallIssue]
    happened = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    good = {"type": "track", "event": "Signed Up", "userId": "u1", "timestamp": happened.isoformat()}
    with data_folder(tmp_path):
        with serving(neo4j_address, settings) as url, httpx.Client(base_url=url, auth=(KEY, ""), timeout=30) as client:
            for _ in range(3):
                client.post("/v1/batch", json={"batch": [good, good, {"type": "track", "event": "Lost"}]})
        (web,) = look_at_sources(datetime.now(UTC))

    assert (web.source, web.day_rows, web.rejects_open, web.findings) == ("web", 9, 3, ())
    assert web.newest_at == happened
    assert web.last_load_at
    assert web.last_load_at > happened
