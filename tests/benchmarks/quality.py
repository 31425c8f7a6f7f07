"""Quality: labelled data through the whole path and the graph, with the defaults, against what must be reached."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from api.console.evaluation import evaluate_records
from graph.connection import open_graph
from graph.embedded.temporary import temporary_server
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.quality.cases import read_cases
from resolution.quality.evaluation import Evaluation, evaluate, read_truth
from resolution.settings import ResolutionSettings
from tests.benchmarks.company import fill_with_sample
from tests.benchmarks.datasets import labelled_sets
from tests.benchmarks.sections import Options, Rows

WANTED = {
    "historical_50k": "F1 >= .90, B-cubed >= .915, largest <= 80",
    "FEBRL 3": "F1 >= .999",
    "FEBRL 4": "F1 >= .999",
    "sample company": "F1 >= .97",
}


def measure_quality(options: Options) -> Rows:
    """One row a data set at the default confidence, and one for each kind of hard case of the sample company."""
    with TemporaryDirectory(prefix="cdp-bench-") as name:
        return [*_of_data_sets(options.data, Path(name)), *_of_sample(options.quality_people, Path(name) / "sample")]


def _of_data_sets(data: Path, folder: Path) -> Iterator[dict[str, object]]:
    for found in labelled_sets(data, folder):
        if isinstance(found, str):
            yield {"data": found, "wanted": "not beside the project: skipped"}
        else:
            yield _row(found.name, evaluate_records(found.records, found.truth), WANTED[found.name])


def _of_sample(people: int, folder: Path) -> Iterator[dict[str, object]]:
    with temporary_server(heap="2g", page_cache="512m") as address, open_graph(address) as graph:
        fill_with_sample(graph, people, folder)
        report = resolve(graph, ResolutionSettings.model_validate({}), ModelStore(folder / "models"))
        truth = folder / "truth" / "records.csv"
        found = evaluate(graph, read_truth(truth, "records"), sum(report.run.durations.values()), read_cases(truth))
    yield _row(f"sample company, {people:,} people", found, WANTED["sample company"])
    for kind, case in sorted(found.cases.items(), key=lambda item: item[1].pairwise_f1):
        yield {"data": f"  {kind}", "records": case.records, "pairwise F1": round(case.pairwise_f1, 4)}


def _row(name: str, found: Evaluation, wanted: str) -> dict[str, object]:
    best = found.default
    return {
        "data": name,
        "records": best.records,
        "pairwise F1": round(best.pairwise_f1, 4),
        "B-cubed F1": round(best.bcubed_f1, 4),
        "largest": best.largest_cluster,
        "over-merged": best.overmerged,
        "clusters": best.clusters,
        "seconds": round(found.seconds, 1),
        "wanted": wanted,
    }
