# Whatever is written, rotated and pruned, the audit log holds; and whatever is done to what is left is found.
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.audit.chain import Chain
from api.audit.files import chains_in
from api.audit.log import open_audit_log
from api.audit.pruning import PrunedChain, Pruning, prune
from api.audit.reading import records_begin_at
from api.audit.secret import audit_key
from api.audit.verification import verify
from tests.asking import keyed_settings

KEY = b"k" * 32
# A file holds about three lines.
FILE_BYTES = 600
FIRST_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)

# What happens to a log: so many records in a day, a process that ends, or what was older than so many days is pruned.
WRITING = st.tuples(st.just("write"), st.integers(1, 5))
ENDING = st.tuples(st.just("end"), st.just(0))
KILLING = st.tuples(st.just("kill"), st.integers(1, 5))
PRUNING = st.tuples(st.just("prune"), st.integers(0, 6))
UNDISTURBED = st.lists(WRITING | WRITING | ENDING | PRUNING, min_size=3, max_size=14).map(
    lambda steps: [("write", 1), *steps]
)
Step = tuple[str, int]


class Killable(Chain):
    """A chain whose process can be killed: its last lines are not counted, and one is not finished."""

    def kill(self) -> None:
        assert self._descriptor is not None
        os.write(self._descriptor, b'{"n":9,"at":"20')
        os.close(self._descriptor)


def day(number: int) -> datetime:
    return FIRST_DAY + timedelta(days=number)


def records(count: int, number: int) -> list[dict[str, str]]:
    return [{"at": day(number).isoformat(timespec="milliseconds"), "type": "operation"}] * count


def pruned(folder: Path, before: int, *, dry_run: bool = False) -> list[PrunedChain]:
    """Prune what is older than the beginning of a day."""
    return prune(folder, KEY, Pruning(day(before) - timedelta(hours=1), "ada", dry_run))


def removed(chains: Sequence[PrunedChain]) -> int:
    return sum(file.records for chain in chains for file in chain.files)


def lived(folder: Path, steps: Sequence[Step]) -> tuple[int, int]:
    """A log to which all this happened, a step a day, and which held after each: records written, and left."""
    chain, written, gone = Killable(folder, KEY, FILE_BYTES), 0, 0
    for number, (what, count) in enumerate(steps):
        if what == "prune":
            gone += removed(pruned(folder, number - count))
        elif what == "end":
            chain.close()
            chain = Killable(folder, KEY, FILE_BYTES)
        else:
            chain.append(records(count, number))
            written += count
            chain.sync()
        if what == "kill":
            chain.append(records(count, number))
            written += count
            chain.kill()
            chain = Killable(folder, KEY, FILE_BYTES)
        assert [found.finding for found in verify(folder, KEY) if found.finding] == []
    chain.close()
    return written, written - gone


def lines_in(folder: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in folder.glob("*.jsonl"))


def findings(folder: Path) -> list[str]:
    return [chain.finding.problem for chain in verify(folder, KEY) if chain.finding]


@given(st.lists(WRITING | WRITING | ENDING | KILLING | PRUNING, max_size=14))
def test_whatever_happens_to_a_log_it_holds_and_every_record_is_there_or_told_of(steps: list[Step]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        written, left = lived(folder, steps)

        assert lines_in(folder) == left
        found = verify(folder, KEY)
        assert sum(chain.lines for chain in found) == written
        assert sum(file.records for chain in found for file in chain.pruned) == written - left


@given(
    UNDISTURBED,
    st.integers(0, 10_000),
    st.integers(0, 100_000),
    # The second kind makes a space another kind of space.
    st.integers(1, 255) | st.sampled_from([0x29, 0x2A, 0x2D]),
)
def test_then_any_byte_that_is_another_is_found(steps: list[Step], picked: int, place: int, change: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        lived(folder, steps)
        files = sorted(folder.iterdir())
        file = files[picked % len(files)]
        content = bytearray(file.read_bytes())
        content[place % len(content)] ^= change
        file.write_bytes(content)

        assert len(findings(folder)) == 1


@given(
    UNDISTURBED,
    st.integers(0, 10_000),
)
def test_then_any_file_that_is_gone_is_found(steps: list[Step], picked: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        lived(folder, steps)
        files = sorted(folder.iterdir())
        files[picked % len(files)].unlink()

        assert len(findings(folder)) == 1


@pytest.fixture
def ten_days(tmp_path: Path) -> Path:
    """A closed chain of a record a day, in files of about three."""
    chain = Chain(tmp_path, KEY, FILE_BYTES)
    for number in range(10):
        chain.append(records(1, number))
    chain.close()
    return tmp_path


def test_what_is_too_old_goes_in_whole_files_and_it_is_told_who_removed_it(ten_days: Path) -> None:
    (chain,) = pruned(ten_days, 5)

    (found,) = verify(ten_days, KEY)
    assert found.pruned == chain.files
    last = found.pruned[-1]
    assert (found.pruned[0].since, last.pruned_by) == (day(0), "ada")
    # The record after it is of the same file as one that is young enough.
    assert last.until < day(5) <= last.until + timedelta(days=3)
    assert records_begin_at(ten_days) == last.until + timedelta(days=1)
    assert pruned(ten_days, 5) == []


def test_a_dry_run_tells_the_same_and_removes_nothing(ten_days: Path) -> None:
    before = {file: file.read_bytes() for file in ten_days.iterdir()}
    told = removed(pruned(ten_days, 9, dry_run=True))

    assert {file: file.read_bytes() for file in ten_days.iterdir()} == before
    assert told == removed(pruned(ten_days, 9)) > 0


def test_a_file_to_which_a_process_writes_stays_however_old_it_is(tmp_path: Path) -> None:
    chain = Chain(tmp_path, KEY, 1_000_000)
    chain.append(records(2, 0))
    chain.sync()

    assert pruned(tmp_path, 99) == []
    chain.close()
    assert removed(pruned(tmp_path, 99)) == 2
    assert [(found.lines, found.finding) for found in verify(tmp_path, KEY)] == [(2, None)]


def test_a_chain_in_which_something_is_wrong_keeps_all_its_files(ten_days: Path) -> None:
    first, *others = sorted(ten_days.glob("*.jsonl"))
    first.write_bytes(first.read_bytes().replace(b"operation", b"refusal", 1))

    (chain,) = pruned(ten_days, 9)
    assert chain.files == ()
    assert chain.finding is not None
    assert (chain.finding.file, chain.finding.line) == (first, 1)
    assert sorted(ten_days.glob("*.jsonl")) == [first, *others]


def test_an_end_that_was_cut_off_is_not_pruned_away(ten_days: Path) -> None:
    max(ten_days.glob("*.jsonl")).unlink()

    assert pruned(ten_days, 99)[0].files == ()
    assert findings(ten_days)


def test_files_that_were_deleted_are_not_taken_for_pruned_ones(ten_days: Path, tmp_path: Path) -> None:
    pruned(ten_days, 4)
    said = next(ten_days.glob("*.pruned"))
    next_file = min(ten_days.glob("*.jsonl"))
    another = said.read_bytes().replace(b'"file":1', b'"file":2')
    for forged in (said.read_bytes() + another, said.read_bytes() + said.read_bytes(), said.read_bytes()):
        copy = Path(shutil.copytree(ten_days, tmp_path / "copy"))
        (copy / next_file.name).unlink()
        (copy / said.name).write_bytes(forged)
        assert len(findings(copy)) == 1
        shutil.rmtree(copy)


def test_no_line_stands_in_the_place_of_a_head(ten_days: Path) -> None:
    pruned(ten_days, 4)
    head = next(ten_days.glob("*.head"))
    for other in (*ten_days.glob("*.pruned"), *ten_days.glob("*.jsonl")):
        line = other.read_bytes().splitlines()[0]
        head.write_bytes(line.ljust(320) + b"\n")

        assert findings(ten_days) == ["the head was edited, or the key is another"]


def test_who_was_stopped_between_saying_and_removing_can_go_on(ten_days: Path) -> None:
    first = min(ten_days.glob("*.jsonl"))
    content = first.read_bytes()
    pruned(ten_days, 4)
    first.write_bytes(content)

    assert len(verify(ten_days, KEY)[0].pruned) == 1
    assert findings(ten_days) == []
    pruned(ten_days, 9)
    assert not first.exists()
    assert findings(ten_days) == []


def test_who_verifies_while_others_write_and_prune_finds_nothing(tmp_path: Path) -> None:
    def disturbed() -> list[object]:
        chains = [chain.finding for _ in range(20) for chain in verify(tmp_path, KEY)]
        return [*chains, *(chain.finding for _ in range(20) for chain in pruned(tmp_path, 50))]

    with ThreadPoolExecutor(4) as threads:
        others = [threads.submit(disturbed) for _ in range(3)]
        for _ in range(3):
            chain = Chain(tmp_path, KEY, FILE_BYTES)
            for number in range(100):
                chain.append(records(1, number))
                chain.sync()
            chain.close()
        found = [finding for other in others for finding in other.result()]

    assert set(found) <= {None}
    assert sum(chain.lines for chain in verify(tmp_path, KEY)) == 300


def test_a_server_prunes_what_is_older_than_its_setting(ten_days: Path) -> None:
    key = audit_key(keyed_settings(audit_dir=ten_days))
    name = next(iter(chains_in(ten_days)))
    for file in ten_days.glob(f"{name}.*"):
        file.unlink()
    old = Chain(ten_days, key, FILE_BYTES)
    old.append(records(3, 0))
    old.close()
    settings = keyed_settings(audit_dir=ten_days, audit_keep_days=1)
    with open_audit_log(settings) as log:
        log.write({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "type": "operation"})
        for _ in range(3_000):
            if not any(ten_days.glob(f"{old.name}.*.jsonl")):
                break
            Event().wait(0.01)

    found = {chain.name: chain for chain in verify(ten_days, key)}
    assert {chain.finding for chain in found.values()} == {None}
    assert [file.pruned_by for file in found[old.name].pruned] == ["cdp serve"]
    assert sorted(chain.lines for chain in found.values()) == [1, 3]
