# Whatever form an identifier was sent in, the row that holds it is found; rows of others are left alone.
from collections.abc import Generator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from graph.errors import ConfigurationError
from loaders.rejects.containing import Record, cautions, wanted_identifier
from loaders.rejects.erasing import erase_containing
from loaders.rejects.model import DeadLetter, KeptLetter, Position, Reason, Stage, Status
from loaders.rejects.selection import Selection
from loaders.rejects.settings import RejectsSettings
from loaders.rejects.store import DeadLetters, Settlement

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ANNA = wanted_identifier("email", "Anna.Ilg@gmail.com", None)
PHONE = wanted_identifier("phone", "0431 555 0123", "DE")
HASH = sha256(b"annailg@gmail.com").hexdigest()


@pytest.fixture
def letters(tmp_path: Path) -> Generator[DeadLetters]:
    with DeadLetters(tmp_path, RejectsSettings(keep_days=90, key=SecretStr(KEY))) as store:
        yield store


def add(letters: DeadLetters, *raws: Any, source: str = "crm") -> None:
    reason = Reason(Stage.PARSE, "wrong_cells", "2 cells instead of 3")
    now = datetime.now(UTC)
    letters.add(
        DeadLetter(source, "file", Position("a.csv", number), now, raw, reason) for number, raw in enumerate(raws)
    )


def erased(letters: DeadLetters, *wanted: Any) -> list[int]:
    """Numbers of the rows that are gone."""
    erase_containing(letters, wanted)
    found = (kept for page in letters.pages(Selection(status=Status.DISCARDED)) for kept in page)
    return sorted(kept.letter.position.number for kept in found)


@pytest.mark.parametrize(
    "raw",
    [
        {"mail": " ANNA.ILG@GMAIL.COM "},
        {"mail": "a.n.n.a.ilg+news@googlemail.com"},
        {"context": {"traits": {"email": "annailg@gmail.com"}}},
        {"body": '{"to": ["Anna <anna.ilg@gmail.com>"]}'},
        {"anna.ilg@gmail.com": "unsubscribed"},
        {"url": "https://shop.example/?mail=anna.ilg%40gmail.com&x=1"},
        {"hash": f"sha256:{HASH.upper()}"},
        ["17", "anna.ilg@gmail.com"],
        '17;"anna.ilg@gmail.com";cut',
        "mailto:anna.ilg@gmail.com",
    ],
)
def test_an_address_is_found_however_it_was_sent(letters: DeadLetters, raw: Any) -> None:
    add(letters, raw)
    assert erased(letters, ANNA) == [0]


@pytest.mark.parametrize(
    "raw",
    [
        {"mail": "susanna.ilg@gmail.com"},
        {"mail": "anna.ilg@gmail.com.example.org"},
        {"mail": "anna.ilg@example.org"},
        {"name": "Anna Ilg"},
        {"hash": HASH[:-1] + ("0" if HASH[-1] != "0" else "1")},
        "anna.ilg at gmail",
    ],
)
def test_another_address_is_left_alone(letters: DeadLetters, raw: Any) -> None:
    add(letters, raw)
    assert erased(letters, ANNA) == []


@pytest.mark.parametrize(
    ("raw", "is_hers"),
    [
        ({"phone": "+49 431 5550123"}, True),
        ({"phone": "0049 (0)431-5550123"}, True),
        ({"phone": "+49 (0) 431 / 555 01 23"}, True),
        ({"phone": "0431/555-0123"}, True),
        ({"phone": 4315550123}, True),
        ("17;Anna;0431 5550123;cut", True),
        ({"phone": "0431 5550124"}, False),
        ({"phone": "+43 431 5550123"}, False),
        ({"order": "990431555012399"}, False),
    ],
)
def test_a_number_is_found_however_its_digits_are_grouped(letters: DeadLetters, raw: Any, *, is_hers: bool) -> None:
    add(letters, raw)
    assert erased(letters, PHONE) == ([0] if is_hers else [])


@pytest.mark.parametrize(
    ("raw", "is_hers"),
    [
        ({"mail": "Anna.Ilg@gmail"}, True),
        ({"mail": "  anna.ilg@GMAIL "}, True),
        ({"body": '{"to": ["Anna <anna.ilg@gmail>"]}'}, True),
        ({"url": "https://shop.example/?mail=anna.ilg%40gmail&x=1"}, True),
        ('17;"anna.ilg@gmail";cut', True),
        ("Her address was anna.ilg@gmail.", True),
        ({"mail": "anna.ilg@gmail.com"}, False),
        ({"mail": "joanna.ilg@gmail"}, False),
        ({"mail": "anna.ilg"}, False),
    ],
)
def test_an_address_that_is_none_is_found_word_for_word(letters: DeadLetters, raw: Any, *, is_hers: bool) -> None:
    add(letters, raw)
    wanted = wanted_identifier("email", "anna.ilg@gmail", None)
    assert erased(letters, wanted) == ([0] if is_hers else [])
    assert list(cautions([wanted])) == [
        "This is no usable email: not an email address. Only rows that hold exactly this text are looked for."
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("phone", "0431 call me"), ("email", "anna ilg@gmail .com"), ("user_id", "u" * 2_000), ("email", "a@b")],
)
def test_other_values_that_are_none_are_found_word_for_word(letters: DeadLetters, kind: str, text: str) -> None:
    add(letters, {"sent": text.upper()}, {"sent": f"{text}x"}, f"9;{text};cut")
    assert erased(letters, wanted_identifier(kind, text, None)) == [0, 2]


def test_an_address_with_an_apostrophe_is_found_as_a_whole(letters: DeadLetters) -> None:
    add(letters, {"mail": "o'brien@example.org"}, "17;'brien@example.org';cut")
    assert erased(letters, wanted_identifier("email", "O'Brien@example.org", None)) == [0]
    assert erased(letters, wanted_identifier("email", "brien@example.org", None)) == [0, 1]


def test_a_number_without_a_country_is_told_to_be_found_only_as_it_is() -> None:
    wanted = [wanted_identifier("phone", "0431 555 0123", country) for country in (None, "DE")]
    (caution,) = cautions(wanted)
    assert "--country" in caution


@given(
    st.lists(st.sampled_from([" ", "-", "/", ".", " ("]), min_size=9, max_size=9), st.sampled_from(["0", "+49", "49"])
)
def test_any_grouping_of_the_digits_is_the_number(groups: list[str], before: str) -> None:
    written = before + "".join(f"{digit}{gap}" for digit, gap in zip("431555012", groups, strict=True)) + "3"
    now, reason = datetime.now(UTC), Reason(Stage.PARSE, "wrong_cells", "2 cells instead of 3")
    letter = DeadLetter("crm", "file", Position("a.csv", 1), now, {"phone": written}, reason)
    assert PHONE.is_in(KeptLetter("1", "1", letter, None, None, 1, now, now, Status.OPEN, None))


def test_other_identifiers_are_whole_values_and_ids_are_their_source_s(letters: DeadLetters) -> None:
    rows = (
        {"card": "L-17 18"},
        {"card": "L-1718-9"},
        {"customer": "1718"},
        {"device": "a1"},
        {"device": "a12"},
        "9;a1;cut",
    )
    add(letters, *rows)
    add(letters, *rows, source="shop")
    card, device = wanted_identifier("loyalty_card", "l1718", None), wanted_identifier("anonymous_id", "a1", None)
    assert erased(letters, card) == [0, 0]
    assert erased(letters, Record("crm", "1718")) == [0, 0, 2]
    assert erased(letters, device) == [0, 0, 2, 3, 3, 5, 5]


def test_mended_and_replayed_rows_are_erased_too_and_stay_so(letters: DeadLetters, tmp_path: Path) -> None:
    add(letters, ["1", "cut"], {"mail": "annailg@gmail.com"}, {"mail": "bob@example.org"})
    first, second, _ = [kept.id for page in letters.pages(Selection()) for kept in page]
    letters.mend([(first, ["1", "anna.ilg@gmail.com", ""])])
    letters.settle(Settlement(replayed=[second]))
    trial = erase_containing(letters, [ANNA], is_trial=True)
    assert (trial.searched, trial.ids) == (3, [first, second])
    assert erased(letters, ANNA) == [0, 1]
    add(letters, ["1", "cut"], {"mail": "annailg@gmail.com"}, {"mail": "bob@example.org"})
    kept = [(one.letter.raw, one.mended, one.note) for page in letters.pages(Selection()) for one in page]
    assert kept == [("", None, "erased on request")] * 2 + [({"mail": "bob@example.org"}, None, None)]
    assert erase_containing(letters, [ANNA]).searched == 1
    with DeadLetters(tmp_path, RejectsSettings(keep_days=90, key=None)) as locked, pytest.raises(ConfigurationError):
        erase_containing(locked, [ANNA])


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("email", "test@test.com", "no usable email: stands for a missing value"),
        ("email", "", "no usable email: it is empty"),
        ("phone", "12", "no telephone number has this form, and too short to tell rows by it"),
        ("passport", "C01X", "no identifiers of kind passport"),
    ],
)
def test_what_is_no_identifier_is_told_and_not_quoted(kind: str, text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as error:
        wanted_identifier(kind, text, None)
    assert text == "" or text not in str(error.value)
