import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.guards import current_guards
from graph.records import IdentifierValue
from loaders.standardise.emails import standardise_email
from loaders.standardise.identifiers import (
    standardise_id,
    standardise_identifier,
    standardise_identifiers,
    standardise_reference,
)
from loaders.standardise.phones import standardise_phone
from loaders.standardise.unusable import PLACEHOLDER, Unusable


@pytest.mark.parametrize(
    ("sent", "normalised", "match_key"),
    [
        (" Jane.Doe+news@Gmail.com ", "jane.doe+news@gmail.com", "janedoe@gmail.com"),
        ("jane.doe@googlemail.com", "jane.doe@googlemail.com", "janedoe@gmail.com"),
        ("Jane.Doe+news@outlook.com", "jane.doe+news@outlook.com", "jane.doe@outlook.com"),
        ("jane.doe+news@firma.de", "jane.doe+news@firma.de", "jane.doe+news@firma.de"),
        ("a@müller.de", "a@xn--mller-kva.de", "a@xn--mller-kva.de"),
        ("Jane Doe <jane@doe.org>", "jane@doe.org", "jane@doe.org"),
        ("mailto:jane@doe.org", "jane@doe.org", "jane@doe.org"),
    ],
)
def test_two_spellings_of_one_mailbox_have_one_key(sent: str, normalised: str, match_key: str) -> None:
    assert standardise_email(sent) == IdentifierValue("email", sent.strip(), normalised, match_key)


@pytest.mark.parametrize("sent", ["jane", "jane@localhost", "a..b@c.de", "a@b@c.de", "a@1.2.3.4", "a b@c.de", "@c.de"])
def test_what_is_no_address_is_set_aside(sent: str) -> None:
    found = standardise_email(sent)
    assert isinstance(found, Unusable)
    assert found.code == "invalid_email"


@pytest.mark.parametrize(
    ("sent", "country", "number"),
    [
        ("+49 (0)176 465 0212", None, "+491764650212"),
        ("0049176 4650212", "DE", "+491764650212"),
        ("0176/4650212", "DE", "+491764650212"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+1 415 555 2671 ext. 12", "DE", "+14155552671;ext=12"),
    ],
)
def test_a_phone_is_read_in_the_country_of_its_record(sent: str, country: str | None, number: str) -> None:
    assert standardise_phone(sent, country) == IdentifierValue("phone", sent, number, number)


def test_without_a_country_no_region_is_guessed() -> None:
    assert standardise_phone("(415) 555-2671", None) == IdentifierValue(
        "phone", "(415) 555-2671", "4155552671", "4155552671"
    )
    assert standardise_phone("581.896.0013x389", None) == IdentifierValue(
        "phone", "581.896.0013x389", "5818960013;ext=389", "5818960013;ext=389"
    )


@pytest.mark.parametrize("sent", ["0000000", "+490000000", "1234567", "99999999"])
def test_invented_numbers_are_placeholders(sent: str) -> None:
    assert standardise_phone(sent, "DE") == PLACEHOLDER


@pytest.mark.parametrize("sent", ["call me", "+49", "123", "+999 1234567"])
def test_impossible_numbers_are_set_aside(sent: str) -> None:
    assert isinstance(standardise_phone(sent, "DE"), Unusable)


def test_several_addresses_in_a_field_are_several_identifiers() -> None:
    found = standardise_identifiers("email", "a@x.org; b@x.org, nobody")
    assert [value.match_key for value in found if isinstance(value, IdentifierValue)] == ["a@x.org", "b@x.org"]
    assert len(found) == 3


@pytest.mark.parametrize(
    ("kind", "sent", "match_key"),
    [
        ("customer_number", " k-0009.401 ", "K0009401"),
        ("customer_number", "K0009401", "K0009401"),
        ("national_id", "12 345 678", "12345678"),
        ("user_id", "Anna_1", "Anna_1"),
        ("social_handle", "@Anna", "anna"),
        ("hashed_email", "F" * 64, "f" * 64),
        ("advertising_id", "CDDA802E-FB9C-47AD-9866-0794D394C912", "cdda802e-fb9c-47ad-9866-0794d394c912"),
    ],
)
def test_a_number_has_one_key_however_it_is_written(kind: str, sent: str, match_key: str) -> None:
    found = standardise_identifier(kind, sent)
    assert isinstance(found, IdentifierValue)
    assert found.match_key == match_key


@pytest.mark.parametrize("sent", ["0", "000-000", "anonymous", "-1", "00000000-0000-0000-0000-000000000000"])
def test_ids_that_name_nobody_are_no_references(sent: str) -> None:
    assert standardise_reference(sent) is None
    assert standardise_identifier("user_id", sent) == PLACEHOLDER


def test_a_source_may_count_its_records_from_zero() -> None:
    assert standardise_id("0") == "0"
    assert standardise_id("null") is None


@pytest.mark.parametrize("standardise", [standardise_id, standardise_reference])
def test_an_id_is_as_long_as_an_index_takes_it(standardise: Callable[[str], object]) -> None:
    assert standardise("é" * 500) == "é" * 500
    found = standardise("é" * 501)
    assert isinstance(found, Unusable)
    assert (found.code, found.reason) == ("too_long", "an id longer than 1,000 bytes")


def test_values_that_name_nobody_follow_the_guards_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[bool]:
        sha = hashlib.sha256(b"x@y.zz").hexdigest()
        values = [("email", "x@y.zz"), ("phone", "+49 30 1234567"), ("loyalty_card", "4711"), ("hashed_email", sha)]
        sent = [standardise_identifier(*value) for value in values]
        return [value != PLACEHOLDER for value in sent] + [standardise_reference("4711") is not None]

    file = tmp_path / "guards.yaml"
    file.write_text("cluster: {most: 7}\n")
    monkeypatch.setenv("CDP_GUARDS_FILE", str(file))
    monkeypatch.setattr("graph.guards.LOOK_EVERY_S", 0.0)
    assert found() == [True] * 5

    file.write_text("nobody: {email: [x@y.zz], phone: ['.*1234567'], other: ['4711']}\n")
    current_guards()  # whoever asks first forgets what was told before

    assert found() == [False] * 5
    # The next tests have other guards.
    file.write_text("cluster: {most: 7}\n")
    current_guards()
