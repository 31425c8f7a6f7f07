"""The first load of an empty database: by Neo4j's importer, and in batches, of the same files, with everything done.

Each side runs in a process of its own, so that peak memory is its own, on a project's server in a fresh data folder.

Example: python -m tests.benchmarks.bulk sample-company --side bulk
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from graph.address import Address
from graph.bulk.loading import bulk_load
from graph.collecting import collect_rarely
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.embedded.ports import free_port
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer, embedded_server
from graph.settings import CdpSettings, cdp_settings
from loaders.delivery_writer import writing_into
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load, load_bulk
from loaders.progress import shown
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from tests.benchmarks.company import SEED
from tests.benchmarks.memory import Peak, watched
from tests.benchmarks.sections import Options, Rows

SIDES = ("batches", "bulk")
WANTED = ">= 2"
_SILENT = SilentProgress()

Company = Annotated[Path, typer.Argument(help="Folder of a sample company.")]
Side = Annotated[str, typer.Option("--side", help=f"One of: {', '.join(SIDES)}.")]


def measure_bulk(options: Options) -> Rows:
    """Both sides, one after the other."""
    with tempfile.TemporaryDirectory(prefix="cdp-bench-") as folder:
        write_sample(options.bulk_people, SEED, Path(folder))
        found = {side: _apart(Path(folder), side) for side in SIDES}
    ratio = round(found["bulk"]["rows/s"] / found["batches"]["rows/s"], 2)
    return [{"way": "batches", **found["batches"]}, {"way": "bulk", **found["bulk"], "ratio": ratio, "wanted": WANTED}]


def _apart(company: Path, side: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.bulk", str(company), "--side", side]
    return orjson.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def one_side(company: Company, side: Side = "bulk") -> None:
    """Load a company in one way, and print what it took as JSON."""
    collect_rarely()  # as every command
    with tempfile.TemporaryDirectory(prefix="cdp-bench-") as folder:
        server = server_in(Path(folder) / "data")
        server.start(_SILENT)
        try:
            with _graph(server) as graph:
                install_schema(graph)
            started = time.perf_counter()
            with watched() as peak:
                report = _load(server, LoadPlan(read_mappings(["sample"]), company, Path(folder) / "rejects"), side)
            seconds = time.perf_counter() - started
            sys.stdout.buffer.write(orjson.dumps(_figures(report, seconds, peak, server)))
        finally:
            server.stop(_SILENT)


def server_in(data_dir: Path) -> EmbeddedServer:
    """A server of its own, not started."""
    places = {"data_dir": data_dir, "bolt_port": free_port(), "http_port": free_port()}
    return embedded_server(CdpSettings.model_validate(cdp_settings().model_dump() | places))


def _graph(server: EmbeddedServer) -> Any:
    endpoint = server.endpoint()
    return open_graph(Address(endpoint.uri, USER, endpoint.password))


def _load(server: EmbeddedServer, plan: LoadPlan, side: str) -> LoadReport:
    with shown(Console(stderr=True)) as progress:
        if side == "bulk":
            with bulk_load(server, _SILENT) as bulk:
                return load_bulk(plan, bulk, progress)
        with _graph(server) as graph:
            return load(plan, writing_into(graph), progress)


def _figures(report: LoadReport, seconds: float, peak: Peak, server: EmbeddedServer) -> dict[str, Any]:
    """Of the store only what lies on the disk: what is written in batches may wait in memory for a checkpoint."""
    used, store = resource.getrusage(resource.RUSAGE_SELF), server.home.folder / "data" / "databases" / "neo4j"
    server.stop(_SILENT)
    return {
        "rows": report.rows,
        "customers": report.written.customers.created,
        "interactions": report.written.interactions.created,
        "seconds": round(seconds, 1),
        "rows/s": round(report.rows / seconds),
        "loader's peak MB": round(peak.bytes / 1e6),
        "loader's CPU s": round(used.ru_utime + used.ru_stime + peak.workers_cpu_s, 1),
        "store MB": round(sum(file.stat().st_size for file in store.rglob("*") if file.is_file()) / 1e6),
    }


if __name__ == "__main__":
    typer.run(one_side)
