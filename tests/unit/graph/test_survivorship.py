import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.contests import ChosenBy
from graph.records import PERSON_FIELDS
from graph.source_customers import SourceCustomer
from graph.survivorship import ProfileField, contact, unify, unify_traits
from graph.survivorship_rules import SurvivorshipRules, read_survivorship
from graph.times import milliseconds
from tests.factories import NOON, days

ADDRESS = ("street", "postcode", "city", "state", "country")


def record(key: str, **changes: Any) -> SourceCustomer:
    source, external_id = key.split(":")
    default: dict[str, Any] = {"fields": {}, "attributes": {}, "traits": {}, "observed_at": NOON, "trust": 50}
    default |= {"created_at": None, "updated_at": None, "verified": False}
    return SourceCustomer(key, source, external_id, **(default | changes))


def rules(folder: Path, text: str) -> SurvivorshipRules:
    file = folder / "survivorship.yaml"
    file.write_text(text, encoding="utf-8")
    return read_survivorship(file)


def only(fields: tuple[ProfileField, ...]) -> ProfileField:
    (field,) = fields
    return field


@pytest.mark.parametrize(
    ("rule", "value", "chosen_by"),
    [
        ("[source_priority]", "Anna", ChosenBy.SOURCE_PRIORITY),
        ("[most_recent]", "Anne", ChosenBy.MOST_RECENT),
        ("[most_frequent, source_priority]", "Hanna", ChosenBy.MOST_FREQUENT),
        ("[most_complete]", "Johanna", ChosenBy.MOST_COMPLETE),
        ("[verified_first]", "Nanni", ChosenBy.VERIFIED_FIRST),
        ("{by: [source_priority], sources: {web: 99}}", "Hanna", ChosenBy.SOURCE_PRIORITY),
    ],
)
def test_every_strategy_chooses_and_is_named(tmp_path: Path, rule: str, value: str, chosen_by: ChosenBy) -> None:
    held = [
        record("crm:1", fields={"given_name": "Anna"}, trust=90),
        record("shop:1", fields={"given_name": "Anne"}, observed_at=days(3)),
        record("web:1", fields={"given_name": "Hanna"}),
        record("web:2", fields={"given_name": "Hanna"}),
        record("dwh:1", fields={"given_name": "Johanna"}),
        record("email:1", fields={"given_name": "Nanni"}, verified=True),
    ]
    field = only(unify(held, rules(tmp_path, f"fields: {{given_name: {rule}}}")))

    assert (field.value, field.chosen_by) == (value, chosen_by)
    assert {other.value for other in field.others} == {"Anna", "Anne", "Hanna", "Johanna", "Nanni"} - {value}


def test_the_next_strategy_decides_where_the_one_before_finds_values_equal(tmp_path: Path) -> None:
    chosen = rules(tmp_path, "default: [verified_first, source_priority, most_recent]")
    held = [
        record("crm:1", fields={"given_name": "Anna"}),
        record("shop:1", fields={"given_name": "Anne"}, observed_at=days(1)),
    ]

    assert only(unify(held, chosen)).chosen_by is ChosenBy.MOST_RECENT
    assert only(unify(held[:1], chosen)).chosen_by is ChosenBy.AGREED
    same = [record(key, fields={"given_name": value}) for key, value in (("crm:2", "B"), ("crm:1", "A"))]
    assert (only(unify(same, chosen)).value, only(unify(same, chosen)).chosen_by) == ("A", ChosenBy.KEY)


def test_priorities_of_the_rules_outrank_the_trust_of_sources(tmp_path: Path) -> None:
    held = [
        record("crm:1", fields={"given_name": "Anna"}, trust=90),
        record("shop:1", fields={"given_name": "Anne"}, trust=10),
    ]

    assert only(unify(held, read_survivorship())).value == "Anna"
    assert only(unify(held, rules(tmp_path, "sources: {shop: 95}"))).value == "Anne"


def test_an_address_is_one_records_and_never_a_mixture() -> None:
    held = [
        record("crm:1", fields={"country": "DE", "state": "SH"}, trust=90),
        record("shop:1", fields={"street": "Hafen 1", "postcode": "24103", "city": "Kiel"}, trust=20),
        record("web:1", fields={"street": "Weg 2", "postcode": "10115", "city": "Berlin"}, trust=10),
    ]
    fields = {field.name: field for field in unify(held, read_survivorship())}

    assert {name: field.value for name, field in fields.items()} == {
        "street": "Hafen 1", "postcode": "24103", "city": "Kiel"
    }  # fmt: skip
    assert fields["street"].group == "address"
    assert fields["street"].chosen_by is ChosenBy.SOURCE_PRIORITY
    assert unify(held[:2], read_survivorship())[0].chosen_by is ChosenBy.MOST_COMPLETE
    assert [(other.value, other.customer) for other in fields["city"].others] == [("Berlin", "web:1")]


def test_numbers_are_chosen_and_never_added_up() -> None:
    held = [
        record("loyalty:1", traits={"points": 300, "tags": ["a"]}, trust=60),
        record("shop:1", traits={"points": 200, "tags": ["b"]}, attributes={"birth_place": "Ulm"}),
    ]
    found = {trait.name: trait for trait in unify_traits(held, read_survivorship())}

    assert (found["points"].value, [other.value for other in found["points"].others]) == (300, [200])
    assert (found["tags"].value, found["birth_place"].value) == (["a"], "Ulm")


def report(customer: str, value: str, **changes: Any) -> dict[str, Any]:
    default = {"kind": "email", "verified": False, "shared_by_many": False, "last_seen_at": milliseconds(NOON)}
    return {"customer": customer, "source": customer.partition(":")[0], "value": value, **default, **changes}


def test_the_address_to_write_to_is_proven_and_nobody_elses() -> None:
    held = [record("crm:1", trust=90), record("shop:1", trust=20)]
    reports = [
        report("crm:1", "info@example.org", verified=True, shared_by_many=True),
        report("crm:1", "old@example.org"),
        report("shop:1", "anna@example.org", verified=True),
        report("crm:1", "anna@example.org"),
    ]
    for order in itertools.permutations(reports):
        chosen = contact("email", order, held, read_survivorship())
        assert chosen is not None
        assert (chosen.value, chosen.source, chosen.chosen_by) == ("anna@example.org", "crm", ChosenBy.VERIFIED_FIRST)
        assert [other.value for other in chosen.others] == ["old@example.org"]
    assert contact("email", reports[:1], held, read_survivorship()) is None
    assert contact("phone", reports, held, read_survivorship()) is None


few = st.sampled_from(["A", "B", "CC"])
records = st.lists(
    st.builds(
        record,
        st.sampled_from([f"{source}:{number}" for source in ("crm", "shop", "web") for number in range(3)]),
        fields=st.dictionaries(st.sampled_from(PERSON_FIELDS), few),
        traits=st.dictionaries(st.sampled_from(["points", "tier"]), st.one_of(st.integers(0, 3), few)),
        trust=st.integers(0, 2),
        observed_at=st.integers(0, 2).map(days),
        verified=st.booleans(),
    ),
    unique_by=lambda held: held.key,
    max_size=6,
)
strategies = st.lists(
    st.sampled_from(["source_priority", "most_recent", "most_frequent", "most_complete", "verified_first"]),
    min_size=1,
    max_size=3,
)


@given(records, strategies, strategies, st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(
    held: list[SourceCustomer], default: list[str], of_address: list[str], random: Any
) -> None:
    shipped = read_survivorship().model_dump()
    shipped["groups"]["address"]["by"] = of_address
    chosen = SurvivorshipRules.model_validate({**shipped, "default": default, "fields": {}})
    shuffled = random.sample(held, len(held))

    assert unify(held, chosen) == unify(shuffled, chosen)
    assert unify_traits(held, chosen) == unify_traits(shuffled, chosen)


@given(records, strategies)
def test_every_value_is_one_that_its_source_holds_and_nothing_is_lost(
    held: list[SourceCustomer], default: list[str]
) -> None:
    chosen = SurvivorshipRules.model_validate({**read_survivorship().model_dump(), "default": default})
    by_key = {customer.key: customer for customer in held}
    found = unify(held, chosen)

    for field in found:
        for shown in (field, *field.others):
            assert by_key[shown.customer].fields[field.name] == shown.value
        values = [field.value, *(other.value for other in field.others)]
        assert sorted(values) == sorted({one.fields[field.name] for one in held if field.name in one.fields})
    assert len({field.customer for field in found if field.group == "address"}) <= 1
    address = {field.name: field for field in found if field.group == "address"}
    if address:
        winner = by_key[next(iter(address.values())).customer]
        assert {name: field.value for name, field in address.items()} == {
            name: winner.fields[name] for name in ADDRESS if name in winner.fields
        }
