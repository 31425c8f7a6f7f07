# The store by itself: what is kept, once, for whom and for how long.
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pydantic import SecretStr

from graph.errors import ConfigurationError, LocalStoreError
from loaders.rejects.model import DeadLetter, Position, Reason, Stage, Status
from loaders.rejects.selection import Selection
from loaders.rejects.settings import RejectsSettings
from loaders.rejects.store import FILE, DeadLetters, Settlement

KEY, NEW_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "/+EyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
REASON = Reason(Stage.PARSE, "wrong_cells", "2 cells instead of 3")
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def letter(number: int = 1, raw: Any = ("1", "cut"), **changes: Any) -> DeadLetter:
    given: dict[str, Any] = {"source": "crm", "connector": "file", "received_at": DAY, "reason": REASON, **changes}
    return DeadLetter(position=Position("a.csv", number), raw=raw, **given)


def settings(**changes: Any) -> RejectsSettings:
    return RejectsSettings.model_validate({"key": None, **changes})


@pytest.fixture
def letters(tmp_path: Path) -> Generator[DeadLetters]:
    with DeadLetters(tmp_path, settings()) as store:
        yield store


def only(letters: DeadLetters) -> Any:
    (found,) = letters.find([kept.id for kept in letters.newest(Selection(), 10)])
    return found


@pytest.mark.parametrize("raw", [{"id": 1, "name": "Ä\0\ud800"}, ["a", ""], "{half"])
def test_a_row_is_kept_as_it_came(letters: DeadLetters, raw: Any) -> None:
    letters.add([letter(raw=raw, columns=("id", "name"))], "load-1")
    found = only(letters)
    assert found.letter == letter(raw=raw, columns=["id", "name"])
    assert (found.attempts, found.status, found.run_id) == (1, Status.OPEN, "load-1")


def test_a_number_that_no_json_is_written_with_is_kept_as_text(letters: DeadLetters) -> None:
    letters.add([letter(raw={"id": 2**80, "least": -(2**63), "most": 2**64 - 1})], "load-1")
    assert only(letters).letter.raw == {"id": str(2**80), "least": -(2**63), "most": 2**64 - 1}


def test_the_same_row_of_the_same_place_is_one_letter(letters: DeadLetters) -> None:
    letters.add([letter(1), letter(2), letter(1, raw=("1", "other")), letter(1, source="shop")])
    assert sum(letters.count(Selection()).values()) == 4
    newer = Reason(Stage.SCHEMA, "missing_id", "no id", "external_id")
    letters.add([letter(1, reason=newer, received_at=DAY + timedelta(days=1))], "load-2")
    assert sum(letters.count(Selection()).values()) == 4
    (again,) = letters.find([kept.id for kept in letters.newest(Selection(run_id="load-2"), 10)])
    assert (again.attempts, again.letter.reason, again.letter.received_at) == (2, newer, DAY + timedelta(days=1))


def test_each_value_of_a_row_that_was_kept_is_a_letter_of_the_row(letters: DeadLetters) -> None:
    for field in ("email", "birth_date"):
        letters.add([letter(reason=Reason(Stage.STANDARDISE, "bad", "bad", field, row_rejected=False))])
    first, second = letters.newest(Selection(), 10)
    assert first.row_id == second.row_id
    assert {first.id, second.id} == {f"{first.row_id}-email", f"{first.row_id}-birth_date"}
    assert len(letters.find([first.row_id])) == 2


def test_letters_are_kept_all_or_none(letters: DeadLetters) -> None:
    with pytest.raises(LocalStoreError):
        letters.add([letter(1), letter(2, source=None)])
    assert letters.count(Selection()) == {}


@settings_of_hypothesis(max_examples=25)
@given(st.lists(st.sampled_from(["add", "replay", "fail", "mend", "discard"]), max_size=12))
def test_whatever_happens_to_a_letter_it_is_one_and_its_status_is_right(
    tmp_path_factory: pytest.TempPathFactory, actions: list[str]
) -> None:
    status, mended = Status.OPEN, False
    with DeadLetters(tmp_path_factory.mktemp("rejects"), settings()) as letters:
        letters.add([letter()])
        known = only(letters).id
        for action in actions:
            if action == "add":
                letters.add([letter()])
                status = Status.OPEN if status == Status.REPLAYED and not mended else status
            elif action == "replay":
                letters.settle(Settlement(replayed=[known]))
                status = Status.REPLAYED if status == Status.OPEN else status
            elif action == "fail":
                letters.settle(Settlement(again={known: REASON}))
            elif action == "mend" and status != Status.DISCARDED:
                letters.mend([(known, ["1", "x", "y"])])
                status, mended = Status.OPEN, True
            elif action == "discard":
                letters.discard(Selection(ids=[known]))
                status = Status.DISCARDED
        found = only(letters)
    assert found.status == status
    assert (found.letter.raw == "") == (status == Status.DISCARDED)
    assert found.attempts >= 1


def test_threads_and_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.unit.loaders.test_dead_letters import *\n"
        "with DeadLetters(Path(sys.argv[1]), settings()) as store:\n"
        "    for number in range(40): store.add([letter(number)])\n"
    )
    with DeadLetters(tmp_path, settings()) as store, ThreadPoolExecutor(8) as threads:
        processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
        list(threads.map(store.add, [[letter(number)] for number in range(40)]))
        assert [process.wait(60) for process in processes] == [0, 0]
        found = [kept for page in store.pages(Selection(), 7) for kept in page]
    assert [kept.letter.position.number for kept in found] == list(range(40))
    assert {kept.attempts for kept in found} == {3}


def test_letters_that_are_not_seen_again_are_forgotten(tmp_path: Path) -> None:
    with DeadLetters(tmp_path, settings()) as store:
        store.add([letter(1), letter(2)])
    long_ago = (datetime.now(UTC) - timedelta(days=11)).isoformat(timespec="microseconds")
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("UPDATE dead_letter SET last_seen = ? WHERE number = 1", (long_ago,))
    connection.commit()
    connection.close()
    with DeadLetters(tmp_path, settings(keep_days=12)) as store:
        assert sum(store.count(Selection()).values()) == 2
    with DeadLetters(tmp_path, settings(keep_days=10)) as store:
        assert [kept.letter.position.number for kept in store.newest(Selection(), 10)] == [2]


def test_with_a_key_nothing_personal_is_readable_on_the_disk(tmp_path: Path) -> None:
    with DeadLetters(tmp_path, settings(key=SecretStr(KEY))) as store:
        store.add([letter(raw={"name": "Katharina"})])
        store.mend([(only(store).row_id, {"name": "Katharine"})])
        assert b"Kathari" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert (only(store).letter.raw, only(store).mended) == ({"name": "Katharina"}, {"name": "Katharine"})


def test_a_discarded_row_is_gone_from_the_disk(tmp_path: Path) -> None:
    with DeadLetters(tmp_path, settings()) as store:
        store.add([letter(raw={"name": "Katharina"})])
        store.discard(Selection(source="crm"))
    assert b"Katharina" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_key_can_be_changed_and_without_it_the_rows_are_closed(tmp_path: Path) -> None:
    with DeadLetters(tmp_path, settings(key=SecretStr(KEY))) as store:
        store.add([letter()])
    with DeadLetters(tmp_path, settings(key=SecretStr(f"{NEW_KEY},{KEY}"))) as store:
        store.add([letter()])
        assert only(store).attempts == 2
    for key, advice in ((None, "Set the key of then"), (NEW_KEY, "Add the key of then behind the new one")):
        with DeadLetters(tmp_path, settings(key=key)) as store, pytest.raises(ConfigurationError, match=advice):
            only(store)
    with pytest.raises(ConfigurationError, match="openssl rand"):
        DeadLetters(tmp_path, settings(key="secret"))


def test_a_store_that_is_no_database_is_an_error_that_says_where(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("This is no database, but a text that is long enough to be taken for one. " * 20)
    with pytest.raises(LocalStoreError, match=rf"{FILE} cannot be used \(DatabaseError, SQLITE_NOTADB\)") as error:
        DeadLetters(tmp_path, settings())
    assert error.value.advice.startswith("The file is damaged: restore it")
