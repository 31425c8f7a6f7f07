"""A file of guards that is changed, used, and changed back: labels that were written meanwhile do not stay."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from api.operation.doctor.identity import look_at_resolution
from graph.connection import Graph
from graph.deletion import delete_customers
from graph.settings import cdp_settings
from graph.writing import write_batch
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from tests.assertions import edges, everything, nodes
from tests.factories import batch, crm, customer, device, session
from tests.integration.resolution.commands import cdp
from tests.integration.resolution.people import NAMES, write_everybody, write_person

ANNA = {("email:anna.ilg@example.org",)}


class OtherGuards(Protocol):
    """The guards of another file, for a while."""

    def __call__(self, text: str = ...) -> AbstractContextManager[None]: ...


@pytest.fixture
def other_guards(command_environment: pytest.MonkeyPatch, tmp_path: Path) -> OtherGuards:
    @contextmanager
    def used(text: str = "roles: {email: ['anna[.].+@.+']}\n") -> Generator[None]:
        (tmp_path / "guards.yaml").write_text(text)
        with command_environment.context() as other:
            other.setenv("CDP_GUARDS_FILE", str(tmp_path / "guards.yaml"))
            cdp_settings.cache_clear()
            yield
        cdp_settings.cache_clear()

    return used


@pytest.fixture
def looking_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.guards.LOOK_EVERY_S", 0.0)


def hubs(graph: Graph) -> set[tuple[Any, ...]]:
    return nodes(graph, "(Hub&!HashedEmail)", "key")


def test_what_was_loaded_under_others_before_the_first_run(
    graph: Graph, settings: ResolutionSettings, store: ModelStore, other_guards: OtherGuards
) -> None:
    with other_guards():
        write_everybody(graph)
    assert hubs(graph) == ANNA

    resolve(graph, settings, store)

    assert hubs(graph) == set()


@pytest.mark.parametrize("source", ["crm", "email"], ids=["known", "new"])
def test_what_was_loaded_under_others_between_two_runs(
    source: str, people: Graph, settings: ResolutionSettings, store: ModelStore, other_guards: OtherGuards
) -> None:
    before = edges(people, "SAME_AS")
    with other_guards():
        write_person(people, source, "0", NAMES[0])
    assert hubs(people) == ANNA
    loaded = everything(people)

    dry = resolve(people, settings, store, ResolutionRequest(dry_run=True))

    assert everything(people) == loaded
    report = resolve(people, settings, store)
    assert (report.way, dry.way, hubs(people)) == ("full", "full", set())
    assert before <= edges(people, "SAME_AS")
    assert resolve(people, settings, store).way == "nothing"


def test_the_doctor_tells_that_a_process_has_other_guards(
    people: Graph, settings: ResolutionSettings, store: ModelStore, other_guards: OtherGuards
) -> None:
    def named() -> list[str]:
        return [finding.check for finding in look_at_resolution(people, store)]

    assert "guards" not in named()
    with other_guards():
        write_person(people, "email", "0", NAMES[0])
        assert "guards" in named()
    assert "guards" in named()

    resolve(people, settings, store)

    assert "guards" not in named()


def test_devices_and_what_a_deletion_leaves(
    graph: Graph, settings: ResolutionSettings, store: ModelStore, other_guards: OtherGuards
) -> None:
    records = [customer(external_id=str(number), given_name=f"Name {number}") for number in range(3)]
    visits = [session(f"s{number}", device=device(), customer=crm(str(number))) for number in range(3)]
    write_batch(graph, batch(customers=tuple(records)))
    write_everybody(graph)
    with other_guards("hubs: {device: 1}\n"):
        write_batch(graph, batch("web", sessions=tuple(visits)))
        assert hubs(graph) == {(device().key,)}
    resolve(graph, settings, store)
    assert hubs(graph) == set()

    with other_guards("hubs: {device: 1}\n"):
        graph.write(lambda transaction: delete_customers(transaction, ["crm:2"]))
        assert hubs(graph) == {(device().key,)}
    resolve(graph, settings, store)

    assert hubs(graph) == set()


@pytest.mark.usefixtures("looking_always")
def test_a_process_that_is_older_than_its_file_follows_it(
    graph: Graph, settings: ResolutionSettings, store: ModelStore, other_guards: OtherGuards, tmp_path: Path
) -> None:
    otto = {("email:otto.petersen@example.org",)}
    with other_guards():
        write_everybody(graph)
        assert hubs(graph) == ANNA
        (tmp_path / "guards.yaml").write_text("roles: {email: ['otto[.].+@.+']}\n")

        assert resolve(graph, settings, store).way == "train"
        assert hubs(graph) == otto

        write_person(graph, "email", "0", NAMES[0])
        assert resolve(graph, settings, store).way == "incremental"
        assert hubs(graph) == otto


def test_a_process_whose_guards_differ_in_limits_alone_makes_no_run_a_full_one(
    people: Graph, settings: ResolutionSettings, store: ModelStore, other_guards: OtherGuards
) -> None:
    with other_guards("cluster: {most: 7}\n"):
        write_person(people, "email", "0", NAMES[0])

    assert resolve(people, settings, store).way == "incremental"


@pytest.mark.usefixtures("command_environment")
def test_a_run_over_everything_because_of_others_says_so(graph: Graph, other_guards: OtherGuards) -> None:
    write_everybody(graph)
    assert "other guards" not in cdp("resolve", "--no-charts").output
    with other_guards():
        write_person(graph, "email", "0", NAMES[0])

    assert "told under other guards" in cdp("resolve", "--no-charts").output
    assert "other guards" not in cdp("resolve", "--no-charts").output
