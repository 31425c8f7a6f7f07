"""Unlinking: seconds to take a profile of a thousand customers apart in one call, and to bring it back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.connection import Graph, open_graph
from graph.constraints import install_schema
from graph.embedded.temporary import temporary_server
from graph.records import CustomerRecord, IdentifierValue
from graph.runs import latest_run
from graph.writing import write_batch
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Decided, Steward, Stewardship
from tests.benchmarks.crowd import DELIVERED, batches, crowd
from tests.benchmarks.measures import seconds_of
from tests.benchmarks.sections import Options, Rows

BLOB = 1_000
WANTED = "< 5 s"
_ADA = Steward("ada", "they are many")


def measure_unlinking(options: Options) -> Rows:
    """A chain of cards that join a thousand records, and a thousand records that a steward took for one person."""
    del options
    with (
        TemporaryDirectory(prefix="cdp-bench-") as name,
        temporary_server(heap="1g", page_cache="512m", quick=False) as address,
        open_graph(address) as graph,
    ):
        install_schema(graph)
        for batch in batches([*crowd(2 * BLOB), *chain(BLOB)]):
            write_batch(graph, batch)
        resolve(graph, ResolutionSettings.model_validate({}), ModelStore(Path(name)))
        return _taken_apart(stewards(graph, ModelStore(Path(name))))


def _taken_apart(found: Stewardship) -> Rows:
    blob = [f"crm:{key(number)}" for number in range(BLOB)]
    strangers = [f"crm:{number}" for number in range(BLOB)]
    half = BLOB // 2
    steps: dict[str, Callable[[], Decided]] = {
        "unlink one customer of a chain of cards": partial(found.unlink_customers, [blob[half]], _ADA),
        "split a chain of cards into halves": partial(found.split_cluster, [blob[:half], blob[half:]], _ADA),
        "link a thousand customers": partial(found.link_customers, strangers, _ADA),
    }
    rows: Rows = []
    for name, step in steps.items():
        decided: list[Decided] = []
        seconds = seconds_of(lambda step=step, decided=decided: decided.append(step()))
        back = seconds_of(partial(found.withdraw, decided[0].decision, _ADA))
        rows.append({"what": name, "seconds": round(seconds, 2), "withdrawn in": round(back, 2), "wanted": WANTED})
    return rows


def key(number: int) -> str:
    """External id of one of a chain."""
    return f"chain-{number:04}"


def chain(length: int) -> list[CustomerRecord]:
    """Records each of which shares a card with the next one."""
    return [
        CustomerRecord("crm", key(number), DELIVERED, identifiers=(_card(number), _card(number + 1)))
        for number in range(length)
    ]


def _card(number: int) -> IdentifierValue:
    return IdentifierValue("loyalty_card", f"card{number}", f"card{number}", f"card{number}")


def stewards(graph: Graph, store: ModelStore) -> Stewardship:
    """Stewards of a graph that is resolved."""
    run = latest_run(graph)
    assert run is not None
    return Stewardship(graph, IncrementalResolution(store.load(run[1].version)))
