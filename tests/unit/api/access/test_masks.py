from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.field_rules import FieldClass, Hidden, kind_and_id, of_kind
from api.access.masks import (
    AMOUNTS,
    HARMLESS_PROPERTIES,
    initial,
    masked_email,
    masked_json,
    masked_phone,
    page_only,
    without_contacts,
)
from graph.kinds import IDENTIFIER_KINDS
from graph.records import PERSON_FIELDS

CONTACT: Hidden = frozenset({FieldClass.CONTACT})
DEMOGRAPHIC: Hidden = frozenset({FieldClass.DEMOGRAPHIC})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("anna@example.org", "a***@example.org"),
        ("a@example.org", "a***@example.org"),
        ("anna%40example.org", "a***@example.org"),
        ("no address", "***"),
        ("", "***"),
    ],
)
def test_an_email_keeps_its_domain(value: str, shown: str) -> None:
    assert masked_email(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("+4943155501", "***5501"), ("0431 / 555 01", "***5501"), ("110", "***"), ("11 83 38", "***")]
)
def test_a_number_keeps_four_digits_of_many(value: str, shown: str) -> None:
    assert masked_phone(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("newsletter:anna@example.org logged in once.", "newsletter:a***@example.org logged in once."),
        ("anna@example.org, bo@example.org", "a***@example.org, b***@example.org"),
        ("call +49 431 555-01 or 0049431555012 back", "call ***5501 or ***5012 back"),
        ("crm:1700 at 2026-03-01 12:00 UTC, 17 times", "crm:1700 at 2026-03-01 12:00 UTC, 17 times"),
        ("/reset?mail=anna%40example.org&x=1", "/reset?mail=a***@example.org&x=1"),
    ],
)
def test_what_can_be_contacted_is_masked_in_a_sentence(text: str, shown: str) -> None:
    assert without_contacts(text) == shown


def test_a_page_is_told_without_what_was_typed_there() -> None:
    assert page_only("https://shop.example/search?q=Anna+Ilg#anna") == "https://shop.example/search"


def test_properties_are_masked_unless_they_are_known_to_be_harmless() -> None:
    sent: dict[str, Any] = {
        "intent": "terminate",
        "note": "Anna wants out",
        "price": 1_700_000,
        "passport": 470_112_345,
        "articles": ["shoe", "mail me: anna@example.org"],
        "address": {"city": "Kiel", "lines": ["Dorfweg 1"]},
        "anna@example.org": True,
        "count": 3,
        "at": None,
    }

    assert masked_json(sent) == {
        "intent": "terminate",
        "note": "***",
        "price": 1_700_000,
        "passport": "***",
        "articles": ["shoe", "mail me: a***@example.org"],
        "address": {"city": "***", "lines": ["***"]},
        "a***@example.org": True,
        "count": 3,
        "at": None,
    }


def test_answers_in_a_form_are_masked_although_their_name_means_an_amount() -> None:
    sent = [
        {"key": "Telefon", "value": "0151 23456789"},
        {"key": "IBAN", "value": "DE89370400440532013000"},
        {"key": "Name", "value": "Anna Ilg"},
        {"key": "Namen", "value": ["Anna Ilg", "49.90"]},
        {"type": "email", "value": "anna@example.org"},
    ]

    assert masked_json(sent) == [
        {"key": "***", "value": "***"},
        {"key": "***", "value": "***"},
        {"key": "***", "value": "***"},
        {"key": "***", "value": ["***", "49.90"]},
        {"type": "email", "value": "***"},
    ]


@pytest.mark.parametrize("name", sorted(AMOUNTS))
@pytest.mark.parametrize("amount", [49.9, 1_700_000, -3, "49.90", "49,9", "0", "0.25", "-12", "123456.78", ""])
def test_an_amount_is_shown(name: str, amount: float | str) -> None:
    assert masked_json({name: amount}) == {name: amount}


@pytest.mark.parametrize("name", sorted(AMOUNTS))
@pytest.mark.parametrize(
    "text",
    [
        "1234567",
        "0151",
        "01067",
        "431.5550123",
        "49.90 for Anna",
        "1e5",
        "49.",
        "31.12.1990",
        "12 34",
        "٤٢",
        "42\n",
        15123456789,
    ],
)
def test_what_is_no_plain_amount_is_masked(name: str, text: str | int) -> None:
    assert masked_json({name: text}) == {name: "***"}


@pytest.mark.parametrize("name", sorted(HARMLESS_PROPERTIES - AMOUNTS))
def test_a_word_of_a_catalogue_is_shown(name: str) -> None:
    assert masked_json({name: "XL"}) == {name: "XL"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_no_text_of_unknown_properties_is_left(value: Any) -> None:
    def texts(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [text for name, inner in part.items() if name not in HARMLESS_PROPERTIES for text in texts(inner)]
        if isinstance(part, list):
            return [text for inner in part for text in texts(inner)]
        return [part] if isinstance(part, str) else []

    assert set(texts(masked_json(value))) <= {"***", ""}


@given(st.text(min_size=1), st.sampled_from([*IDENTIFIER_KINDS, *PERSON_FIELDS, "shoe_size"]))
def test_whoever_may_see_everything_sees_it_as_it_is(value: str, kind: str) -> None:
    assert of_kind(kind, value, frozenset()) == value


@pytest.mark.parametrize("kind", IDENTIFIER_KINDS)
def test_every_kind_of_identifier_has_a_class(kind: str) -> None:
    assert of_kind(kind, "anna@example.org", CONTACT | DEMOGRAPHIC) != "anna@example.org"


@pytest.mark.parametrize("name", sorted(set(PERSON_FIELDS) - {"city", "state", "country"}))
def test_every_field_of_a_person_has_a_class(name: str) -> None:
    assert of_kind(name, "Katharina", CONTACT) == "Katharina"
    assert "atharina" not in of_kind(name, "Katharina", DEMOGRAPHIC)


def test_of_a_kind_that_is_not_known_nothing_is_shown() -> None:
    assert of_kind("shoe_size", "43", CONTACT) == of_kind("shoe_size", "43", DEMOGRAPHIC) == "***"


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("email:anna@example.org", "email:a***@example.org"),
        ("phone:+4943155501", "phone:***5501"),
        ("push_token:abcdef", "push_token:***"),
        ("cookie:c1", "cookie:c1"),
        ("crm:17", "crm:17"),
        ("newsletter:anna@example.org", "newsletter:a***@example.org"),
        (None, None),
    ],
)
def test_a_key_that_is_an_address_is_masked(key: str | None, shown: str | None) -> None:
    assert kind_and_id(key, None, CONTACT) == shown
    assert kind_and_id(key, None, frozenset()) == key


def test_a_name_keeps_its_first_letter() -> None:
    assert (initial("Katharina"), initial("")) == ("K***", "")
