from pathlib import Path

import pytest

from graph.clusters import read_clusters
from graph.connection import AsyncGraph, Graph
from graph.errors import ConfigurationError, ModelError, StorageError
from graph.identity_events import list_events
from graph.profiles import get_profile
from graph.runs import latest_run
from graph.settings import cdp_settings
from resolution.clusters.profile_changes import jitter
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionReport, ResolutionRequest, Way, resolve
from tests.assertions import edges, everything, nodes
from tests.factories import days, identifier
from tests.integration.resolution.commands import cdp, told
from tests.integration.resolution.people import NAMES, write_person
from tests.integration.resolution.test_resolving import SETTINGS, changes_of

TIMELESS = ("probability", "match_weight", "method", "rule", "evidence", "cohesion", "confidence", "guard")


@pytest.fixture
def changed(people: Graph) -> Graph:
    """Since everybody was resolved some are new, one is corrected, and one took over a name."""
    for number in range(3):
        write_person(people, "email", str(number), NAMES[number])
    write_person(
        people,
        "shop",
        "5",
        "Frieda Weber",
        observed_at=days(1),
        birth_date="1931-12-24",
        postcode="80331",
        identifiers=(identifier("email", "f.weber@example.net"),),
    )
    write_person(people, "crm", "6", NAMES[7], observed_at=days(1))
    return people


def live(graph: Graph) -> dict[str, object]:
    """What holds now: no history, no runs, no events."""
    return {
        "links": edges(graph, "SAME_AS", *TIMELESS),
        "compared": edges(graph, "COMPARED", "probability", "match_weight", "evidence", "guard"),
        "customers": nodes(graph, "Customer", "key", "prepared", "blocking_parts"),
        "unresolved": nodes(graph, "Unresolved", "key"),
        "clusters": {level: read_clusters(graph, level) for level in (0.1, 0.5, 0.9)},
    }


async def recorded(graph: AsyncGraph, run_id: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    events = await list_events(graph, None, 10_000)
    return sorted((e.kind, e.profiles_before, e.profiles_after) for e in events if e.run_id == run_id)


def predicted(report: ResolutionReport) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return sorted((e.kind, e.profiles_before, e.profiles_after) for e in report.events)


WAYS: dict[str, tuple[Way, int]] = {
    "incremental": ("incremental", 500),
    "in chunks": ("incremental", 2),
    "full": ("full", 500),
    "train": ("train", 500),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    asked, chunk = WAYS[request.param]
    monkeypatch.setattr("resolution.pipeline._CHUNK", chunk)
    return asked


async def test_a_run_does_what_its_dry_run_said(
    way: Way, changed: Graph, async_graph: AsyncGraph, store: ModelStore
) -> None:
    before = everything(changed)

    dry = resolve(changed, SETTINGS, store, ResolutionRequest(way, dry_run=True))

    assert everything(changed) == before
    real = resolve(changed, SETTINGS, store, ResolutionRequest(way))
    assert real.run.counts == dry.run.counts
    assert changes_of(real) == changes_of(dry)
    assert {"merged", "split", "linked"} <= {event.kind for event in dry.events}
    assert predicted(dry) == predicted(real) == await recorded(async_graph, real.run.run_id)
    assert real.model.version == dry.model.version


def test_the_counts_of_a_run_are_the_same_however_it_is_cut(
    changed: Graph, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, int]] = []
    ways: list[tuple[Way, int]] = [("incremental", 1), ("incremental", 3), ("incremental", 500), ("full", 500)]
    for way, chunk in ways:
        monkeypatch.setattr("resolution.pipeline._CHUNK", chunk)
        counts = resolve(changed, SETTINGS, store, ResolutionRequest(way, dry_run=True)).run.counts
        told.append({name: counts[name] for name in counts if name.startswith(("profiles_", "customers_"))})
        told[-1].pop("customers_changed", None)

    assert all(counts == told[0] for counts in told)
    assert (told[0]["profiles_merged"], told[0]["profiles_linked"]) == (1, 3)
    assert told[0]["profiles_split"] > 1


def test_other_guards_are_tried_without_a_label_that_stays(
    changed: Graph, store: ModelStore, command_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    resolve(changed, SETTINGS, store)
    (tmp_path / "guards.yaml").write_text("roles: {email: ['anna[.].+@.+']}\n")
    command_environment.setenv("CDP_GUARDS_FILE", str(tmp_path / "guards.yaml"))
    cdp_settings.cache_clear()
    before = everything(changed)

    dry = resolve(changed, SETTINGS, store, ResolutionRequest(dry_run=True))

    assert everything(changed) == before
    real = resolve(changed, SETTINGS, store)
    assert nodes(changed, "Hub:Email", "key") == {("email:anna.ilg@example.org",)}
    assert (real.way, real.run.counts, changes_of(real)) == ("train", dry.run.counts, changes_of(dry))


def test_a_model_keeps_to_its_guards_whatever_the_file_says_while_others_write(
    changed: Graph, store: ModelStore, command_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = resolve(changed, SETTINGS, store, ResolutionRequest("full"))
    before = live(changed)
    (tmp_path / "guards.yaml").write_text("roles: {email: ['anna[.].+@.+']}\n")
    command_environment.setenv("CDP_GUARDS_FILE", str(tmp_path / "guards.yaml"))
    cdp_settings.cache_clear()
    write_person(changed, "email", "0", NAMES[0], observed_at=days(1))
    assert nodes(changed, "Hub:Email", "key") == {("email:anna.ilg@example.org",)}

    resolve(changed, SETTINGS, store, ResolutionRequest(version=first.model.version))

    assert nodes(changed, "Hub:Email", "key") == set()
    assert live(changed)["links"] == before["links"]


def test_counts_and_jitter_stay_with_the_run(changed: Graph, store: ModelStore) -> None:
    report = resolve(changed, SETTINGS, store)

    run, _ = latest_run(changed) or pytest.fail("no run was kept")
    assert run.counts == report.run.counts
    assert run.counts["customers_known_before"] == 16
    assert 0 < jitter(run.counts) == run.counts["customers_with_another_profile_id"] / 16


async def test_applying_another_model_and_going_back_restores_the_graph(
    changed: Graph, async_graph: AsyncGraph, store: ModelStore
) -> None:
    first = resolve(changed, SETTINGS, store, ResolutionRequest("full"))
    before, profiles = live(changed), await seen(async_graph, changed)
    loose = SETTINGS.model_copy(update={"keep_above": -4.0})
    other = resolve(changed, loose, store, ResolutionRequest("train"))
    assert other.model.version != first.model.version
    assert live(changed) != before

    dry = resolve(changed, SETTINGS, store, ResolutionRequest(version=first.model.version, dry_run=True))
    back = resolve(changed, SETTINGS, store, ResolutionRequest(version=first.model.version))

    assert live(changed) == before
    assert await seen(async_graph, changed) == profiles
    assert changes_of(back) == changes_of(dry)


async def seen(graph: AsyncGraph, connected: Graph) -> list[object]:
    """Profiles as they are answered, without the runs and times of their links."""
    found: list[object] = []
    for key in sorted(read_clusters(connected, 0.5)):
        profile = await get_profile(graph, key, 0.5)
        assert profile is not None
        links = {(link.left, link.right, link.probability, link.confidence) for link in profile.links}
        found.append((profile.id, profile.members, profile.fields, links))
    return found


# --- on the command line ---------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(graph: Graph, command_environment: pytest.MonkeyPatch) -> Graph:
    """Eight people, four of them in the shop as well, resolved; a fifth came since."""
    del command_environment
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)
        if 0 < number < 5:
            write_person(graph, "shop", str(number), name)
    assert cdp("resolve", "--no-charts").exit_code == 0
    write_person(graph, "shop", "0", NAMES[0])
    return graph


def test_a_dry_run_is_told_and_leaves_the_graph_as_it_is(waiting: Graph) -> None:
    before = everything(waiting)

    document = told("resolve", "--dry-run", "--json")
    words = " ".join(cdp("resolve", "--dry-run").stdout.split())
    trained = " ".join(cdp("resolve", "--dry-run", "--train").stdout.split())

    assert everything(waiting) == before
    assert (document["written"], document["dry_run"], document["way"]) == (False, True, "incremental")
    assert document["counts"]["profiles_linked"] == 1
    (event,) = document["events"]
    assert (event["kind"], event["customers"]) == ("linked", ["shop:0"])
    assert "nothing was written to the graph" in words
    assert "linked: p_" in words
    assert "Of 12 customers known before, 0 have another profile id now (jitter 0.00%)." in words
    assert "Its model is kept: cdp resolve --model splink-" in trained


def test_a_run_that_scores_everything_leaves_its_charts(waiting: Graph, tmp_path: Path) -> None:
    del waiting
    document = told("resolve", "--full", "--json")

    folder = Path(document["charts"])
    assert folder == tmp_path / "cdp" / "runs" / document["run_id"]
    assert {"match_weights.html", "match_weights_histogram.html"} <= {file.name for file in folder.iterdir()}
    for arguments in (("--full", "--no-charts"), ("--full", "--dry-run"), ()):
        assert told("resolve", *arguments, "--json")["charts"] is None
    assert list(folder.parent.iterdir()) == [folder]
    assert document["durations"]["charts"] > 0


def test_charts_that_cannot_be_written_are_said_so_and_the_links_stand(waiting: Graph, tmp_path: Path) -> None:
    (tmp_path / "cdp" / "runs").touch()

    error = cdp("resolve", "--full").exception

    assert isinstance(error, StorageError)
    assert str(error).startswith("The links are written. The charts cannot be written")
    assert nodes(waiting, "Unresolved", "key") == set()


def test_the_charts_of_a_version_are_written_where_they_are_wanted(waiting: Graph, tmp_path: Path) -> None:
    run = latest_run(waiting)
    assert run is not None

    files = told("model", "charts", run[1].version, "--out", str(tmp_path / "charts"), "--json")

    assert {Path(file).name for file in files} == {
        "match_weights.html",
        "m_u_parameters.html",
        "parameter_estimates.html",
    }
    assert "Wrote" in cdp("model", "charts", run[1].version, "--out", str(tmp_path / "charts")).stdout
    unknown = cdp("model", "charts", "splink-nowhere", "--out", str(tmp_path / "charts"))
    assert isinstance(unknown.exception, ModelError)


def test_what_cannot_be_done_dry_is_said_so(waiting: Graph, tmp_path: Path) -> None:
    before = everything(waiting)
    (tmp_path / "truth.csv").write_text("id,source,person_id\n0,crm,p0\n")

    both = cdp("resolve", "--dry-run", "--evaluate", str(tmp_path / "truth.csv")).exception
    unknown = cdp("resolve", "--dry-run", "--model", "splink-nowhere").exception

    assert isinstance(both, ConfigurationError)
    assert "no quality to measure" in str(both)
    assert isinstance(unknown, ModelError)
    assert everything(waiting) == before


@pytest.mark.usefixtures("graph", "command_environment")
def test_a_dry_run_of_an_empty_graph_has_nothing_to_say() -> None:
    document = told("resolve", "--dry-run", "--json")

    assert (document["written"], document["events"], document["counts"]["customers"]) == (False, [], 0)
