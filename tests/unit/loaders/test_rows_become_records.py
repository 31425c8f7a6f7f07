from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.kinds import DeviceKind
from graph.records import CustomerRecord, CustomerRef, DeviceRef
from graph.rows import customer_rows
from loaders.mappings.reading import read_mapping
from loaders.records.context import context_of
from loaders.records.translation import Translated, Translation

DELIVERED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def translate(folder: Path, what: str, row: dict[str, Any], source: str = "name: crm, kind: crm") -> Translated:
    """``what``: the part of an input after ``files``, indented by four."""
    file = folder / "mapping.yaml"
    file.write_text(f"source: {{{source}}}\ninputs:\n  - files: a.csv\n{what}", encoding="utf-8")
    mapping = read_mapping(file)
    return Translation(mapping.inputs[0], context_of(mapping)).translate(row, DELIVERED)


def customer(folder: Path, what: str, row: dict[str, Any], source: str = "name: crm, kind: crm") -> CustomerRecord:
    translated = translate(folder, f"    customer:\n      external_id: id\n{what}", {"id": "1", **row}, source)
    assert not translated.rejected, translated.rejected
    return translated.customers[0]


def test_columns_templates_constants_and_meanings_become_fields(folder: Path) -> None:
    record = customer(
        folder,
        "      fields:\n"
        "        given_name: person.first\n"
        "        family_name: [last, surname]\n"
        "        street: {template: '{street} {house_no}'}\n"
        "        country: {constant: Germany}\n"
        "        gender: {column: sex, values: {1: male, 2: female}}\n"
        "        city: {column: town, standardise: text}\n",
        {"person": {"first": "ANNA"}, "surname": "Maier", "street": "Hauptstr.", "sex": 2, "town": "KÖLN"},
    )
    assert (record.given_name, record.family_name) == ("Anna", "Maier")
    assert (record.street, record.city, record.country) == ("Hauptstraße", "KÖLN", "DE")
    assert record.gender == "female"


def test_what_nothing_reads_is_kept_as_traits(folder: Path) -> None:
    row = {"first": "Anna", "tariff": " L ", "empty": "n/a", "secret": "x", "depth": {"a": 1}}
    what = "      fields: {given_name: first}\n    ignore: [secret]\n"
    assert customer(folder, what, row).traits == {"tariff": "L", "depth": {"a": 1}}
    assert customer(folder, "      traits: [depth.*]\n", row).traits == {"a": 1}


def test_an_unusable_value_is_set_aside_and_its_row_kept(folder: Path) -> None:
    what = "    customer:\n      external_id: id\n      fields: {birth_date: born}\n      updated_at: at\n"
    row = {"id": "1", "born": "31.02.2026", "at": "2026-01-01T00:00:00Z"}
    translated = translate(folder, what, row)
    (record,) = translated.customers
    assert record.birth_date is None
    assert record.traits == {"set_aside": {"birth_date": "31.02.2026"}}
    assert [(found.field, found.problem.code) for found in translated.set_aside] == [("birth_date", "undeclared_order")]


def test_a_placeholder_is_noted_and_is_no_rejection(folder: Path) -> None:
    what = "    customer:\n      external_id: id\n      identifiers: [{kind: email, value: email}]\n"
    translated = translate(folder, what, {"id": "1", "email": "test@test.com"})
    assert translated.set_aside == ()
    assert translated.customers[0].identifiers == ()
    assert translated.customers[0].traits == {"set_aside": {"email": "test@test.com"}}


@pytest.mark.parametrize("digit", "0123456789")
def test_a_damaged_copy_gives_way_to_the_row_it_copies_and_is_as_old(folder: Path, digit: str) -> None:
    what = "      fields: {birth_date: born, city: city}\n      updated_at: at\n"
    good = customer(folder, what, {"born": "1980-01-02", "at": "2026-01-01", "city": digit})
    damaged = customer(folder, what, {"born": "1980-13-02", "at": "2026-01-01", "city": digit})
    before = customer(folder, what, {"born": "1980-01-03", "at": "2025-12-31T23:59:59.999Z", "city": digit})
    assert damaged.observed_at == good.observed_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert [row["birth_date"] for row in customer_rows([good, damaged])] == ["1980-01-02"]
    assert [row["birth_date"] for row in customer_rows([damaged, good])] == ["1980-01-02"]
    assert customer_rows([before, damaged]) == customer_rows([damaged])


@pytest.mark.parametrize(
    ("row", "age"),
    [
        ({"changed": "2025-06-01", "made": "2024-01-01"}, datetime(2025, 6, 1, tzinfo=UTC)),
        ({"made": "2024-01-01"}, datetime(2024, 1, 1, tzinfo=UTC)),
        ({}, DELIVERED),
    ],
)
def test_the_age_of_a_record_is_its_last_change_else_the_delivery(
    folder: Path, row: dict[str, str], age: datetime
) -> None:
    assert customer(folder, "      created_at: made\n      updated_at: changed\n", row).observed_at == age


def test_a_record_without_a_time_of_change_is_as_old_as_its_delivery(folder: Path) -> None:
    assert customer(folder, "      created_at: made\n", {"made": "2024-01-01"}).observed_at == DELIVERED


@pytest.mark.parametrize("city", "0123456789")
def test_what_a_raised_revision_reads_counts_and_is_no_younger(folder: Path, city: str) -> None:
    before, after = (
        customer(folder, what, {"place": city, "born": "never"}, source=f"name: crm, kind: crm, revision: {revision}")
        for what, revision in (("      fields: {city: place}\n", 9), ("      fields: {birth_date: born}\n", 10))
    )
    assert before.observed_at == after.observed_at == DELIVERED
    assert [row["city"] for row in customer_rows([after, before])] == [None]
    assert customer_rows([before, after]) == customer_rows([after, before])


def test_phones_are_read_in_the_country_of_the_record_then_of_the_source(folder: Path) -> None:
    what = "      fields: {country: land}\n      identifiers: [{kind: phone, value: phone, verified: ok}]\n"
    source = "name: crm, kind: crm, country: DE"
    abroad = customer(folder, what, {"land": "USA", "phone": "(415) 555-2671", "ok": "true"}, source)
    home = customer(folder, what, {"phone": "0176 4650212", "ok": "false"}, source)
    assert [(value.match_key, value.verified) for value in abroad.identifiers] == [("+14155552671", True)]
    assert [(value.match_key, value.verified) for value in home.identifiers] == [("+491764650212", False)]


def test_one_value_in_two_fields_is_one_identifier(folder: Path) -> None:
    what = "      identifiers: [{kind: email, value: main}, {kind: email, value: private}]\n"
    record = customer(folder, what, {"main": "A@x.org", "private": "a@x.org"})
    assert [value.key for value in record.identifiers] == ["email:a@x.org"]


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"id": " "}, "external_id", "missing_id"),
        ({"id": "n/a"}, "external_id", "missing_id"),
        ({"id": "x" * 9_000}, "external_id", "too_long"),
        ({"id": "1", "at": "yesterday"}, "updated_at", "unreadable_time"),
    ],
)
def test_a_customer_without_id_or_with_unknown_age_is_rejected(
    folder: Path, row: dict[str, str], field: str, code: str
) -> None:
    rejected = translate(folder, "    customer:\n      external_id: id\n      updated_at: at\n", row).rejected
    assert rejected is not None
    assert (rejected.field, rejected.problem.code) == (field, code)


def test_an_id_of_several_columns_needs_all_of_them(folder: Path) -> None:
    what = "    customer:\n      external_id: {template: '{a}-{b}'}\n"
    assert translate(folder, what, {"a": "1", "b": "2"}).customers[0].external_id == "1-2"
    assert translate(folder, what, {"a": "1"}).rejected is not None


TRACKING = """\
    interactions:
      - message_id: messageId
        type: type
        name: [event, {constant: Page Viewed}]
        at: timestamp
        device: {kind: anonymous_id, id: anonymousId}
        customer: {source: shop, external_id: userId, logged_in: true}
        session: context.sessionId
        campaign: context.campaign.name
        entry_page: context.page.path
        amount: properties.total
        currency: properties.currency
        properties: [name, properties.*]
"""
WEB = "name: web, kind: web, channel: web"


def message(**changes: Any) -> dict[str, Any]:
    usual = {"messageId": "m1", "type": "page", "timestamp": "2026-03-01T23:30:00-02:00", "anonymousId": "d1"}
    return {**usual, "event": None, "userId": None, "context": {"sessionId": "s1"}, **changes}


def test_a_tracking_message_is_an_interaction_of_its_device_and_session(folder: Path) -> None:
    translated = translate(folder, TRACKING, message(name="Home", properties={"a": 1, "name": "other"}), WEB)
    (interaction,) = translated.interactions
    assert interaction.at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert interaction.device == DeviceRef(DeviceKind.ANONYMOUS_ID, "d1")
    assert (interaction.session_id, interaction.name, interaction.customer) == ("s1", "Page Viewed", None)
    assert interaction.properties == {"name": "Home", "a": 1}
    assert interaction.channel == "web"
    assert translated.sessions == ()


def test_a_message_with_a_user_is_proof_of_login_for_its_session(folder: Path) -> None:
    row = message(userId="S7", context={"sessionId": "s1", "campaign": {"name": "spring"}, "page": {"path": "/"}})
    translated = translate(folder, TRACKING, row, WEB)
    (session,) = translated.sessions
    assert session.customer == CustomerRef("shop", "S7") == translated.interactions[0].customer
    assert (session.campaign, session.entry_page, session.key) == ("spring", "/", "web:s1")
    assert session.started_at == session.ended_at == translated.interactions[0].at


def test_a_message_without_session_belongs_to_the_visit_of_its_device_and_day(folder: Path) -> None:
    (interaction,) = translate(folder, TRACKING, message(context={}), WEB).interactions
    assert interaction.session_id == "d1:2026-03-02"


@pytest.mark.parametrize("nobody", [None, "", "0", "-1", "null", "anonymous"])
def test_a_user_id_that_names_nobody_is_no_login(folder: Path, nobody: str | None) -> None:
    translated = translate(folder, TRACKING, message(userId=nobody), WEB)
    assert translated.interactions[0].customer is None
    assert translated.sessions == ()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"timestamp": None}, "at", "missing_time"),
        ({"timestamp": "yesterday"}, "at", "unreadable_time"),
        ({"messageId": None}, "message_id", "missing_id"),
        ({"messageId": "m" * 9_000}, "message_id", "too_long"),
        ({"anonymousId": "d" * 9_000}, "device", "too_long"),
        ({"userId": "u" * 9_000}, "customer", "too_long"),
        ({"context": {"sessionId": "s" * 9_000}}, "session", "too_long"),
        ({"type": ""}, "type", "missing_name"),
        ({"anonymousId": None}, "customer", "no_owner"),
    ],
)
def test_a_message_that_cannot_be_used_is_rejected(
    folder: Path, changes: dict[str, Any], field: str, code: str
) -> None:
    rejected = translate(folder, TRACKING, message(**changes), WEB).rejected
    assert rejected is not None
    assert (rejected.field, rejected.problem.code) == (field, code)


def test_amounts_that_are_no_numbers_are_set_aside(folder: Path) -> None:
    translated = translate(folder, TRACKING, message(properties={"total": "1,500", "currency": "EUR"}), WEB)
    assert (translated.interactions[0].amount, translated.interactions[0].currency) == (None, "EUR")
    assert [found.field for found in translated.set_aside] == ["amount"]


@pytest.mark.parametrize(
    ("amount", "sent", "read"),
    [
        ("{column: properties.total, decimal: ','}", "1.500", 1500.0),
        ("{column: properties.total, decimal: '.'}", "1,500", 1500.0),
        ("properties.total", "1.500,25", 1500.25),
        ("[properties.gross, properties.total]", "12.50", 12.5),
    ],
)
def test_an_amount_is_read_with_the_decimals_that_are_declared(
    folder: Path, amount: str, sent: str, read: float
) -> None:
    what = TRACKING.replace("amount: properties.total", f"amount: {amount}")
    translated = translate(folder, what, message(properties={"total": sent, "currency": "$"}), f"{WEB}, country: US")
    assert (translated.interactions[0].amount, translated.interactions[0].currency) == (read, "USD")


def test_a_title_before_a_given_name_is_kept_apart(folder: Path) -> None:
    record = customer(folder, "      fields: {given_name: first}\n      traits: []\n", {"first": "DR. ANNA"})
    assert (record.given_name, record.traits) == ("Anna", {"name_title": "Dr."})


def test_streets_names_and_companies_are_written_as_in_the_country_of_the_record(folder: Path) -> None:
    what = "      fields: {country: land, street: street, full_name: name, company: firm}\n"
    row = {"land": "Hungary", "street": "Fő utca, 5", "name": "Nagy László", "firm": "Paprika K.F.T."}
    record = customer(folder, what, row, "name: crm, kind: crm, country: DE")
    assert (record.family_name, record.street, record.company) == ("Nagy", "Fő utca 5", "Paprika Kft")


CONSENT = """\
    consents:
      - customer: id
        purpose: {constant: marketing}
        channel: {constant: email}
        state: {column: opt_in, values: {true: granted, false: denied}}
        effective_at: at
"""


@pytest.mark.parametrize(("said", "state"), [("true", "granted"), ("FALSE", "denied"), (True, "granted")])
def test_a_consent_is_a_fact_about_its_customer(folder: Path, said: object, state: str) -> None:
    (fact,) = translate(folder, CONSENT, {"id": "1", "opt_in": said, "at": "2026-01-01"}).consents
    assert (fact.customer, fact.state, fact.purpose, fact.channel) == (
        CustomerRef("crm", "1"),
        state,
        "marketing",
        "email",
    )
    assert fact.recorded_at == fact.effective_at
    again = translate(folder, CONSENT, {"id": "1", "opt_in": said, "at": "2026-01-01"}).consents[0]
    assert again.fact_id == fact.fact_id


def test_no_state_is_no_fact_and_an_unknown_one_is_set_aside(folder: Path) -> None:
    nothing = translate(folder, CONSENT, {"id": "1", "opt_in": "", "at": "2026-01-01"})
    assert nothing.is_skipped
    unknown = translate(folder, CONSENT, {"id": "1", "opt_in": "maybe", "at": "2026-01-01"})
    assert [found.problem.code for found in unknown.set_aside] == ["unknown_state"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "x" * 9_000}, "customer"),
        ({"number": "x" * 9_000}, "fact_id"),
        # An id is made of these.
        ({"why": "x" * 9_000}, "fact_id"),
    ],
)
def test_a_consent_with_an_id_that_is_too_long_is_set_aside(folder: Path, changes: dict[str, str], field: str) -> None:
    what = CONSENT.replace("{constant: marketing}", "why") + "        fact_id: number\n"
    row = {"id": "1", "opt_in": "true", "at": "2026-01-01", "why": "news", **changes}
    translated = translate(folder, what, row)
    assert translated.consents == ()
    assert [(found.field, found.problem.code) for found in translated.set_aside] == [(field, "too_long")]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("{column: status, equals: open}", True),
        ("{column: status, in: [closed, lost]}", False),
        ("{column: other, present: false}", True),
        ("[{column: status, equals: open}, {column: other, present: true}]", False),
    ],
)
def test_rows_that_do_not_count_are_skipped(folder: Path, where: str, kept: bool) -> None:  # noqa: FBT001
    what = f"    where: {where}\n    customer:\n      external_id: id\n"
    assert translate(folder, what, {"id": "1", "status": "open"}).is_skipped is not kept


def test_json_in_a_column_is_read(folder: Path) -> None:
    what = "    json: [items]\n    customer:\n      external_id: id\n      traits: [items]\n"
    assert translate(folder, what, {"id": "1", "items": '[{"sku": "a"}]'}).customers[0].traits == {
        "items": [{"sku": "a"}]
    }
    (record,) = translate(folder, what, {"id": "1", "items": "[100000000000000000001]"}).customers
    assert record.traits == {"items": ["100000000000000000001"]}
    assert translate(folder, what, {"id": "1", "items": "[{"}).set_aside[0].problem.code == "unreadable_json"
    deep = "[" * 300 + "]" * 300
    assert translate(folder, what, {"id": "1", "items": deep}).set_aside[0].problem.code == "too_deep"


def test_numbers_are_ids_as_people_write_them(folder: Path) -> None:
    assert customer(folder, "", {"id": 13085.0}).external_id == "13085"
