"""A file of many decisions ends where the same decisions end that are taken one by one."""

import random
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.decisions import list_decisions
from graph.errors import BusyError
from resolution.incremental import IncrementalResolution
from resolution.models.model import Model
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.reviewing import import_answers
from resolution.stewards.stewardship import Steward
from resolution.stewards.verdicts import Verdict, decide_pairs
from tests.assertions import edges
from tests.integration.resolution.people import NAMES, write_everybody, write_person

CLAIM = ("probability", "match_weight", "method", "evidence", "cohesion", "confidence", "guard")
KEYS = [f"{source}:{number}" for source in ("crm", "email", "shop") for number in range(len(NAMES))]


def write_relatives(graph: Graph) -> None:
    """Everybody, and somebody of each family who shares a home and a name but not the birth date."""
    write_everybody(graph)
    for number, name in enumerate(NAMES):
        other = NAMES[number - 1].split()[0]
        write_person(graph, "email", str(number), f"{other} {name.split()[1]}", birth_date=None)


def answers() -> list[tuple[str, str, str]]:
    """Decisions about customers at random: some follow from others, some contradict them, some name nobody."""
    dice = random.Random(1)
    pairs = [dice.sample([*KEYS, "crm:nobody"], 2) for _ in range(30)]
    return [(left, right, dice.choice(["same", "different", "different"])) for left, right in pairs]


def outcome(graph: Graph, model: Model, file: Path) -> dict[str, object]:
    imported = import_answers(graph, IncrementalResolution(model), file, "ada")
    return {
        "counts": (imported.decided, imported.known, imported.empty),
        "set aside": [(row.line, row.field, row.problem) for row in imported.set_aside],
        "decisions": {(decision.action, decision.sides) for decision in list_decisions(graph)},
        "links": edges(graph, "SAME_AS", *CLAIM),
        "compared": edges(graph, "COMPARED", *CLAIM),
    }


def test_many_decisions_end_where_single_ones_end(
    graph: Graph,
    settings: ResolutionSettings,
    store: ModelStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("\n".join(",".join(row) for row in [("left", "right", "decision"), *answers()]))
    write_relatives(graph)
    version = resolve(graph, settings, store).model.version
    together = outcome(graph, store.load(version), file)

    found: list[dict[str, object]] = []
    for chunk in (1, 7):
        monkeypatch.setattr("resolution.stewards.verdicts._CHUNK", chunk)
        graph.run_alone("erase_everything")
        write_relatives(graph)
        resolve(graph, settings, store, ResolutionRequest(version=version))
        found.append(outcome(graph, store.load(version), file))

    assert found == [together, together]


def test_decisions_are_not_taken_with_a_model_that_is_no_longer_in_force(graph: Graph, tmp_path: Path) -> None:
    store, settings = ModelStore(tmp_path), ResolutionSettings.model_validate({})
    write_everybody(graph)
    before = resolve(graph, settings, store).model
    write_person(graph, "email", "0", NAMES[0])
    after = resolve(graph, settings, store, ResolutionRequest("train")).model
    assert before.version != after.version

    verdict = Verdict("crm:0", "shop:1", same=True, steward=Steward("ada", "one person"))
    with pytest.raises(BusyError):
        decide_pairs(graph, IncrementalResolution(store.load(before.version)), [verdict])
    assert list_decisions(graph) == []


def test_decisions_are_taken_when_their_links_change(graph: Graph, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    write_everybody(graph)
    model = resolve(graph, ResolutionSettings.model_validate({}), store).model

    verdict = Verdict("crm:0", "shop:0", same=False, steward=Steward("ada", "two people"))
    decide_pairs(graph, IncrementalResolution(store.load(model.version)), [verdict])

    (decision,) = list_decisions(graph)
    ((_, _, retired_at),) = edges(graph, "WAS_SAME_AS", "valid_to")
    assert retired_at.to_native() == decision.at
