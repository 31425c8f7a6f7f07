# Every mapping that is shipped translates its data. The public data lies beside the project; where it is missing, its
# tests are skipped.
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import orjson
import pytest

from graph.records import Batch, CustomerRecord, CustomerRef, InteractionRecord, SessionRecord
from graph.writing import WriteCounts, Written
from loaders.mappings.reading import read_mappings, shipped_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from tests.loading import as_they_are

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
GROUPS = {"sample"}

# rows, skipped, rejected rows, customers, interactions
EXPECTED = {
    "fake_1000": (1000, 0, 0, 1000, 0),
    "febrl": (15000, 0, 0, 15000, 0),
    "historical_50k": (50578, 0, 0, 50578, 0),
    "northwind": (923, 0, 0, 93, 830),
    "online_retail": (28816, 5229, 0, 23587, 23587),
    "ecom_events": (31106, 0, 0, 0, 31106),
}


class Loaded:
    """A load whose batches are kept in memory."""

    def __init__(self, name: str, data: Path, rejects: Path) -> None:
        self.batches: list[Batch] = []
        self.report: LoadReport = load(LoadPlan(read_mappings([name]), data, rejects), as_they_are(self._write))

    def _write(self, batch: Batch) -> WriteCounts:
        self.batches.append(batch)
        return WriteCounts(Written(len(batch.customers)), interactions=Written(len(batch.interactions)))

    @property
    def customers(self) -> Iterator[CustomerRecord]:
        return (customer for batch in self.batches for customer in batch.customers)

    @property
    def interactions(self) -> Iterator[InteractionRecord]:
        return (interaction for batch in self.batches for interaction in batch.interactions)

    @property
    def sessions(self) -> Iterator[SessionRecord]:
        return (session for batch in self.batches for session in batch.sessions)


@pytest.fixture(scope="session")
def rejects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rejects")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(400, 7, folder)
    return folder


@pytest.fixture(scope="session")
def loaded_sample(sample: Path, rejects: Path) -> Loaded:
    return Loaded("sample", sample, rejects)


@cache
def load_public(name: str, rejects: Path) -> Loaded:
    if not (DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not there")
    return Loaded(name, DATA, rejects)


def test_every_public_mapping_is_expected_here() -> None:
    assert set(shipped_mappings()) == GROUPS | set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_public_data_set_is_loaded_whole(name: str, rejects: Path) -> None:
    report = load_public(name, rejects).report
    rows, skipped, rejected, customers, interactions = EXPECTED[name]
    assert report.problems == []
    assert (report.rows, sum(part.skipped for part in report.deliveries)) == (rows, skipped)
    assert report.rejected == rejected
    assert (report.written.customers.created, report.written.interactions.created) == (customers, interactions)


@pytest.mark.parametrize("name", ["fake_1000", "historical_50k"])
def test_the_truth_of_a_data_set_is_never_loaded(name: str, rejects: Path) -> None:
    for customer in load_public(name, rejects).customers:
        assert "cluster" not in {*customer.traits, *customer.attributes}


def test_historical_figures_have_their_fields(rejects: Path) -> None:
    first = next(load_public("historical_50k", rejects).customers)
    assert (first.external_id, first.given_name, first.family_name) == ("Q2296770-1", "Thomas", "Chudleigh")
    assert (first.birth_date, first.gender, first.postcode) == ("1630-08-01", "male", "TQ13 8DF")
    assert first.attributes == {"birth_place": "devon", "occupation": "politician"}
    assert "full_name" in first.traits


def test_febrl_has_addresses_and_numbers(rejects: Path) -> None:
    first = next(load_public("febrl", rejects).customers)
    assert (first.external_id, first.street, first.state) == ("3/rec-1496-org", "7 Wallaby Place", "SA")
    assert first.birth_date == "1956-04-09"
    assert [value.key for value in first.identifiers] == ["national_id:1804974"]


def test_northwind_has_companies_with_contacts_and_orders(rejects: Path) -> None:
    loaded = load_public("northwind", rejects)
    first = next(loaded.customers)
    assert (first.company, first.given_name, first.family_name) == ("Alfreds Futterkiste", "Maria", "Anders")
    assert (first.street, first.country) == ("Obere Straße 57", "DE")
    order = next(loaded.interactions)
    assert (order.name, order.amount, order.currency) == ("Order Completed", 440.0, "USD")
    assert len(order.properties["products"]) == 3


def test_invoices_of_the_online_retailer_are_orders_of_their_customer(rejects: Path) -> None:
    loaded = load_public("online_retail", rejects)
    first = next(loaded.interactions)
    assert (first.message_id, first.amount, first.customer) == (
        "invoice:489434",
        505.3,
        CustomerRef("online_retail", "13085"),
    )
    assert Counter(order.name for order in loaded.interactions) == {"Order Completed": 19215, "Order Cancelled": 4372}


def test_shop_events_are_anonymous(rejects: Path) -> None:
    for event in load_public("ecom_events", rejects).interactions:
        assert event.customer is None
        assert event.device is not None
        assert event.session_id is not None


def test_what_the_sample_damaged_is_set_aside_and_nothing_else(sample: Path, loaded_sample: Loaded) -> None:
    manifest = orjson.loads((sample / "manifest.json").read_bytes())
    broken = {
        file["path"]: file["broken"] for file in manifest["files"] if file["rows"] and "truth" not in file["path"]
    }
    found = Counter[str]()
    for part in loaded_sample.report.deliveries:
        found[part.delivery.partition("#")[0]] += part.rejected + part.rejected_fields.total()
    assert loaded_sample.report.problems == []
    assert dict(found) == broken


def test_all_rows_of_the_sample_are_read(sample: Path, loaded_sample: Loaded) -> None:
    manifest = orjson.loads((sample / "manifest.json").read_bytes())
    files = {file["path"]: file for file in manifest["files"] if "truth" not in file["path"]}
    read = Counter[str]()
    for part in loaded_sample.report.deliveries:
        read[part.delivery.partition("#")[0]] += part.rows
    # Items of an order are part of it.
    shop = files.pop("shop/shop.sqlite")
    assert read.pop("shop/shop.sqlite") == shop["rows"] - shop["tables"]["order_items"]
    assert dict(read) == {path: file["rows"] for path, file in files.items()}


def test_the_story_of_the_sample_is_in_the_records(sample: Path, loaded_sample: Loaded) -> None:
    hero = orjson.loads((sample / "manifest.json").read_bytes())["hero"]
    keys = {f"{customer.source}:{customer.external_id}" for customer in loaded_sample.customers}
    assert set(hero["customers"].values()) <= keys
    call = next(one for one in loaded_sample.interactions if one.message_id == hero["call_id"])
    assert (call.name, call.properties["intent"]) == ("Call Started", "terminate")
    assert call.customer is not None
    assert call.customer.key == hero["customers"]["call_centre"]
    logins = {session.key: session.customer.key for session in loaded_sample.sessions if session.customer}
    assert logins[hero["login_session"]] == hero["customers"]["shop"]
    assert hero["anonymous_session"] not in logins


def test_interactions_of_the_sample_speak_segments_words(loaded_sample: Loaded) -> None:
    names = {interaction.name for interaction in loaded_sample.interactions}
    assert names >= {
        "Call Started",
        "Order Completed",
        "Cart Abandoned",
        "Checkout Started",
        "Page Viewed",
        "Screen Viewed",
    }
    assert names >= {"Email Delivered", "Email Opened", "Email Link Clicked", "Product Viewed", "Signed In"}
    assert not {"delivered", "opened", "abandoned", "ordered"} & names


def test_consents_of_the_sample_are_granted_denied_and_withdrawn(loaded_sample: Loaded) -> None:
    states = Counter((fact.source, fact.state) for batch in loaded_sample.batches for fact in batch.consents)
    assert set(states) >= {("shop", "granted"), ("shop", "denied"), ("email", "granted"), ("email", "denied")}
    assert {
        fact.effective_at.utcoffset() is not None for batch in loaded_sample.batches for fact in batch.consents
    } == {True}


def test_a_number_quoted_on_the_phone_is_the_number_of_the_crm(loaded_sample: Loaded) -> None:
    quoted, known = (
        {value.key for one in loaded_sample.customers if one.source == source for value in one.identifiers
         if value.kind == "customer_number"}
        for source in ("call_centre", "crm")
    )  # fmt: skip
    assert quoted
    assert quoted <= known


@pytest.mark.parametrize("name", ["fake_1000", "northwind"])
def test_the_same_data_gives_the_same_records(name: str, rejects: Path) -> None:
    first = load_public(name, rejects)
    again = Loaded(name, DATA, rejects)
    assert list(first.customers) == list(again.customers)
    assert list(first.interactions) == list(again.interactions)
