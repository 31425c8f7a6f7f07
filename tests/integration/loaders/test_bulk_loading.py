# The embedded server of these tests is one of its own, because only such a server's store can be built anew.
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from graph.address import Address
from graph.bulk.loading import bulk_load
from graph.connection import Graph, open_graph
from graph.constraints import inspect_schema
from graph.embedded.ports import free_port
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer, embedded_server
from graph.settings import CdpSettings, cdp_settings
from graph.writing import write_batch
from loaders.available import find_available
from loaders.pipeline import LoadPlan, load, load_bulk
from loaders.sample.company import write_sample
from tests.assertions import everything

pytestmark = pytest.mark.embedded

SILENT = SilentProgress()


@pytest.fixture
def server(tmp_path: Path) -> Generator[EmbeddedServer]:
    settings = CdpSettings(
        guards_file=None,
        data_dir=tmp_path / "data",
        cache_dir=cdp_settings().cache_dir,
        bolt_port=free_port(),
        http_port=free_port(),
        heap="512m",
        page_cache="64m",
    )
    lasting = embedded_server(settings)
    yield (server := replace(lasting, configuration=replace(lasting.configuration, quick=True)))
    server.stop(SILENT)


@contextmanager
def opened(server: EmbeddedServer) -> Generator[Graph]:
    endpoint = server.endpoint()
    with open_graph(Address(endpoint.uri, USER, endpoint.password)) as graph:
        yield graph


def test_it_is_the_graph_of_the_batches(server: EmbeddedServer, graph: Graph, tmp_path: Path) -> None:
    company = tmp_path / "company"
    write_sample(300, 7, company, all_systems=True)
    mappings = find_available(company).mappings
    import time

    t = time.time()
    batched = load(LoadPlan(mappings, company, tmp_path / "rejects"), partial(write_batch, graph))
    print("batch", time.time() - t)
    t = time.time()
    with bulk_load(server, SILENT) as bulk:
        print("start", time.time() - t)
        report = load_bulk(LoadPlan(mappings, company, tmp_path / "bulk-rejects"), bulk)
    print("bulk", time.time() - t)
    with opened(server) as filled:
        nodes, edges = everything(filled)
        expected_nodes, expected_edges = everything(graph)
        for x in sorted(map(str, nodes - expected_nodes))[:8]:
            print("+", x)
        for x in sorted(map(str, expected_nodes - nodes))[:8]:
            print("-", x)
        for x in sorted(map(str, edges - expected_edges))[:8]:
            print("+", x)
        for x in sorted(map(str, expected_edges - edges))[:8]:
            print("-", x)
        assert nodes == expected_nodes
        assert edges == expected_edges
        assert inspect_schema(filled) == inspect_schema(graph)
    for a, b in zip(report.deliveries, batched.deliveries):
        assert (a.delivery, a.written) == (b.delivery, b.written)
    assert report.written == batched.written
