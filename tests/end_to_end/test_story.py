# The flow as the README draws it, once over the sample company: make, load, resolve, measure, serve, ask.
import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.examples.reading import example
from api.operation.serving import serving
from graph.address import Address
from graph.connection import Graph
from loaders.delivery_writer import writing_into
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from loaders.sample.manifest import Hero, Manifest, read_manifest
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.quality.cases import read_cases
from resolution.quality.evaluation import Evaluation, evaluate, read_truth
from resolution.settings import ResolutionSettings
from tests.asking import AUTHORIZED, keyed_settings
from tests.integration.api.tracking.conftest import data_folder

PEOPLE, SEED = 2_000, 7
STORY = """
query ($crm: String!, $session: ID!, $visited: String!) {
  profile(by: {customer: $crm}) {
    ... on Profile {
      id
      customers { key source }
      fields { name value source observedAt others { value source } }
      links { left right probability evidence { comparison level matchWeight } }
      journey(first: 100, filter: {channels: ["call_centre", "web", "email", "shop"]}) {
        nodes { at channel name properties }
      }
    }
  }
  session(id: $session) {
    __typename
    ... on KnownSession { level reason }
    ... on RecognisedSession {
      visitor { activity(first: 5, filter: {channels: ["call_centre"]}) { at name intent } }
    }
  }
  visitor: profile(by: {session: $visited}) { ... on Profile { id } }
}
"""


@dataclass(frozen=True)
class Company:
    """The sample company in the graph."""

    folder: Path
    manifest: Manifest
    loaded: LoadReport
    quality: Evaluation
    address: Address

    @property
    def hero(self) -> Hero:
        assert self.manifest.hero is not None
        return self.manifest.hero


@pytest.fixture(scope="module")
def company(connected_graph: Graph, neo4j_address: Address, tmp_path_factory: pytest.TempPathFactory) -> Company:
    connected_graph.run_alone("erase_everything")
    folder = tmp_path_factory.mktemp("company")
    write_sample(PEOPLE, SEED, folder)
    loaded = load(LoadPlan(read_mappings(["sample"]), folder, folder / "rejects"), writing_into(connected_graph))
    report = resolve(connected_graph, ResolutionSettings.model_validate({}), ModelStore(folder / "models"))
    file = folder / "truth" / "records.csv"
    truth, cases = read_truth(file, "records"), read_cases(file)
    quality = evaluate(connected_graph, truth, sum(report.run.durations.values()), cases)
    return Company(folder, read_manifest(folder), loaded, quality, neo4j_address)


@pytest.fixture(scope="module")
def client(company: Company) -> Generator[httpx.Client]:
    """A front end of an API that has the model."""
    with (
        data_folder(company.folder),
        serving(company.address, keyed_settings()) as url,
        httpx.Client(base_url=url, headers=AUTHORIZED, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def story(company: Company, client: httpx.Client) -> dict[str, Any]:
    """What a front end is answered over HTTP."""
    visit = company.hero.anonymous_session
    return answer_of(client, STORY, {"crm": company.hero.customers["crm"], "session": visit, "visited": visit})


def answer_of(client: httpx.Client, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = client.post("/graphql", json={"query": document, "variables": variables}).json()
    assert "errors" not in body, body
    return body["data"]


def test_every_row_is_read_and_what_cannot_be_used_is_set_aside(company: Company) -> None:
    damaged = sum(file.broken for file in company.manifest.files)

    assert company.loaded.problems == []
    assert company.loaded.rows > 30_000
    assert 0 < company.loaded.rejected <= damaged
    assert company.loaded.dead_letters >= company.loaded.rejected


def test_records_of_one_person_are_found_and_hardly_anybody_is_joined_with_somebody_else(company: Company) -> None:
    quality = company.quality.default

    assert quality.records == 4_689
    assert quality.pairwise_f1 >= 0.97
    assert quality.overmerged <= 3 * quality.clusters / 1_000


def test_the_quality_is_told_for_each_kind_of_people_who_can_be_taken_for_each_other(company: Company) -> None:
    cases = company.quality.cases

    assert {"twin", "father_son", "family", "couple_email", "family_email", "recycled_phone"} <= cases.keys()
    assert cases["family"].pairwise_f1 >= 0.97
    assert cases["recycled_phone"].pairwise_f1 >= 0.97


def test_the_profile_unites_what_every_system_knows(company: Company, story: dict[str, Any]) -> None:
    profile = story["profile"]

    assert {found["key"] for found in profile["customers"]} == set(company.hero.customers.values())
    assert {"given_name", "family_name", "birth_date"} <= {field["name"] for field in profile["fields"]}
    assert all(field["source"] and field["observedAt"] for field in profile["fields"])
    assert any(field["others"] for field in profile["fields"])  # the systems know different names
    assert all(link["evidence"] for link in profile["links"] if link["probability"] < 1)


def test_the_intention_to_terminate_is_in_the_journey(company: Company, story: dict[str, Any]) -> None:
    journey = story["profile"]["journey"]["nodes"]

    calls = [found for found in journey if found["channel"] == "call_centre"]
    assert [call["properties"]["intent"] for call in calls if call["at"][:19] == company.hero.called_at[:19]] == [
        "terminate"
    ]
    assert {"call_centre", "web"} <= {found["channel"] for found in journey}


def test_the_later_visit_without_a_login_is_recognised_and_says_why(company: Company, story: dict[str, Any]) -> None:
    session = story["session"]

    assert (session["__typename"], session["level"]) == ("RecognisedSession", "RECOGNISED")
    assert session["reason"].startswith("One person logged in on the device")
    assert story["visitor"]["id"] == story["profile"]["id"]
    calls = session["visitor"]["activity"]
    assert [call["intent"] for call in calls if call["at"][:19] == company.hero.called_at[:19]] == ["terminate"]


@pytest.mark.parametrize("name", ["agent_screen", "identity_analyst", "marketer_lookup", "my_data"])
def test_an_example_finds_the_person_of_the_story(story: dict[str, Any], client: httpx.Client, name: str) -> None:
    asked = example(name)

    assert story["profile"]["id"] in json.dumps(answer_of(client, asked.document, asked.variables))


def test_an_example_says_why_and_another_knows_her_without_a_login(client: httpx.Client) -> None:
    why, visitor = (answer_of(client, of.document, of.variables) for of in map(example, ("ask_why", "recommender")))

    assert why["why"]["__typename"] == "WhyTogether"
    assert "terminate" in {call["intent"] for call in visitor["session"]["visitor"]["calls"]}


def test_loading_and_resolving_again_changes_nothing(company: Company, connected_graph: Graph) -> None:
    again = load(
        LoadPlan(read_mappings(["sample"]), company.folder, company.folder / "rejects"),
        writing_into(connected_graph),
    )
    report = resolve(connected_graph, ResolutionSettings.model_validate({}), ModelStore(company.folder / "models"))

    counts = again.written
    changed = [counts.customers, counts.sessions, counts.interactions, counts.consents]
    assert [(part.created, part.updated) for part in changed] == [(0, 0)] * 4
    assert report.changes is None
