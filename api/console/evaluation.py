"""``cdp evaluate``: the whole path on labelled records, in a database of its own.

Read, standardise, write, resolve, read the clusters back, compare with the truth. The temporary server is thrown away
afterwards, so neither the project's graph nor ``NEO4J_URI`` is touched.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.connection import Graph, open_graph
from graph.constraints import install_schema
from graph.embedded.progress import report_progress
from graph.embedded.temporary import temporary_server
from graph.writing import write_batch
from loaders.person_records import person_key, read_person_records
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.progress import silent
from resolution.quality.cases import Cases, read_cases
from resolution.quality.evaluation import Evaluation, evaluate, people_by_key, require_known
from resolution.settings import ResolutionSettings

RUN = "evaluation"


def evaluate_records(
    records: Path, truth: Path, ignore: Sequence[str] = (), progress: Callable[[str], None] = silent
) -> Evaluation:
    """Quality of the default resolution on a CSV or Parquet file of person records.

    ``truth``: CSV with ``id``, ``person_id`` and, optionally, ``source``; hard cases beside it are measured
    too. ``ignore``: columns that are not compared.
    Raises SourceReadError, EmbeddedServerError, GraphError, ResolutionError.
    """
    people, cases = read_person_truth(truth), read_cases(truth)
    found = read_person_records(records, ignore)
    progress("start")
    with temporary_server(report_progress(), heap="2g", page_cache="512m") as address, open_graph(address) as graph:
        install_schema(graph)
        progress("load")
        for batch in found.batches(RUN):
            write_batch(graph, batch)
        require_known(graph, people)
        return _resolved(graph, people, cases, progress)


def read_person_truth(file: Path) -> dict[str, str]:
    """Customer key -> person, with the keys that the records get. Raises SourceReadError."""
    return people_by_key(file, lambda row: person_key(row.id, row.source))


def _resolved(graph: Graph, people: dict[str, str], cases: Cases, progress: Callable[[str], None]) -> Evaluation:
    settings = ResolutionSettings()  # pyright: ignore[reportCallIssue]
    with TemporaryDirectory() as folder:
        report = resolve(graph, settings, ModelStore(Path(folder)), progress=progress)
    progress("evaluate")
    return evaluate(graph, people, sum(report.run.durations.values()), cases)
