# Whatever is done to a line of the audit log, it is found.
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.audit.chain import Chain, Finding, sealed
from api.audit.files import chains_in
from api.audit.verification import VerifiedChain, verify

KEY = b"k" * 32
Record = dict[str, int]


def written(folder: Path, batches: list[int], max_bytes: int = 500) -> Chain:
    """A closed chain of so many records in each batch; a file holds about three."""
    chain, number = Chain(folder, KEY, max_bytes), 0
    for size in batches:
        chain.append([{"value": number + one} for one in range(size)])
        number += size
    chain.close()
    return chain


def the_chain(folder: Path) -> VerifiedChain:
    (found,) = verify(folder, KEY)
    return found


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def lines_of(folder: Path) -> list[tuple[Path, int]]:
    return [(file, n) for file in files_of(folder) for n, _ in enumerate(file.read_bytes().splitlines(), 1)]


def test_a_chain_goes_on_from_file_to_file(tmp_path: Path) -> None:
    written(tmp_path, [1] * 10)

    assert len(files_of(tmp_path)) > 2
    found = the_chain(tmp_path)
    assert (found.lines, found.finding, found.unfinished) == (10, None, False)


def test_processes_do_not_share_a_chain(tmp_path: Path) -> None:
    first, second = Chain(tmp_path, KEY, 1_000), Chain(tmp_path, KEY, 1_000)
    for chain in (first, second, first, second):
        chain.append([{"value": 1}])
    first.close()
    second.close()

    assert {found.name for found in verify(tmp_path, KEY)} == {first.name, second.name}
    assert [(found.lines, found.finding) for found in verify(tmp_path, KEY)] == [(2, None)] * 2


def test_a_process_that_writes_can_be_verified(tmp_path: Path) -> None:
    chain = Chain(tmp_path, KEY, 1_000)
    chain.append([{"value": 1}])
    chain.sync()
    chain.append([{"value": 2}])

    assert (the_chain(tmp_path).lines, the_chain(tmp_path).finding) == (2, None)
    chain.close()


def test_a_chain_that_begins_just_then_can_be_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, pwrite = list[Finding | None](), os.pwrite

    def looked_at(descriptor: int, content: bytes, offset: int) -> int:
        seen.extend(chain.finding for chain in verify(tmp_path, KEY))
        written = pwrite(descriptor, content, offset)
        seen.extend(chain.finding for chain in verify(tmp_path, KEY))
        return written

    monkeypatch.setattr("os.pwrite", looked_at)
    written(tmp_path, [1, 4])

    assert len(seen) > 1
    assert set(seen) == {None}


def test_what_a_crash_left_is_told_and_is_no_finding(tmp_path: Path) -> None:
    written(tmp_path, [3])
    with files_of(tmp_path)[-1].open("ab") as file:
        file.write(b'{"n":4,"val')

    found = the_chain(tmp_path)
    assert (found.lines, found.finding, found.unfinished) == (3, None, True)


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    written(tmp_path, [3])

    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_a_disk_that_is_full_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = Chain(tmp_path, KEY, 10_000)
    chain.append([{"value": 1}])
    whole = os.write

    def half(descriptor: int, content: bytes) -> int:
        whole(descriptor, content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", half)
    with pytest.raises(OSError, match="No space"):
        chain.append([{"value": 2}])
    monkeypatch.undo()
    chain.append([{"value": 2}])
    chain.close()

    assert (the_chain(tmp_path).lines, the_chain(tmp_path).finding) == (2, None)


EDITS: dict[str, Callable[[bytes, bytes], list[bytes]]] = {
    "one byte is another": lambda line, _: [line[:9] + bytes([line[9] ^ 1]) + line[10:]],
    "a part of the seal is another": lambda line, _: [line[:-4] + bytes([line[-4] ^ 1]) + line[-3:]],
    "a byte more": lambda line, _: [line[:5] + b" " + line[5:]],
    "a byte less": lambda line, _: [line[:5] + line[6:]],
    "removed": lambda _, __: [],
    "twice": lambda line, _: [line, line],
    "another in its place": lambda _, other: [other],
    "empty": lambda _, __: [b""],
    "one of the key's owner before it": lambda line, _: [sealed(KEY, {"value": 9, "prev_sha256": "0" * 64}), line],
    "one without a seal before it": lambda line, _: [b"{}", line],
}


@given(
    batches=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    picked=st.integers(0, 1_000),
    other=st.integers(0, 1_000),
    edit=st.sampled_from(sorted(EDITS)),
)
def test_any_edit_of_any_line_is_found(batches: list[int], picked: int, other: int, edit: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, batches)
        places = lines_of(folder)
        (file, line), (other_file, other_line) = places[picked % len(places)], places[other % len(places)]
        lines = file.read_bytes().splitlines()
        replaced = other_file.read_bytes().splitlines()[other_line - 1]
        changed = [*lines[: line - 1], *EDITS[edit](lines[line - 1], replaced), *lines[line:]]
        if changed == lines:
            return
        file.write_bytes(b"".join(one + b"\n" for one in changed))
        finding = the_chain(folder).finding

    assert finding is not None
    # A line that is there twice, or missing, is noticed at the one that follows, if need be in the next file.
    assert (finding.file, finding.line) in {
        (file, line),
        (file, line + 1),
        *places[places.index((file, line)) + 1 :][:1],
    }


@given(st.integers(2, 12), st.data())
def test_any_order_but_the_one_that_was_written_is_found(count: int, data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, [count], max_bytes=1_000_000)
        (file,) = files_of(folder)
        lines = file.read_bytes().splitlines(keepends=True)
        shuffled = data.draw(st.permutations(lines))
        file.write_bytes(b"".join(shuffled))
        finding = the_chain(folder).finding
        first_moved = next(
            (n for n, pair in enumerate(zip(lines, shuffled, strict=True), 1) if pair[0] != pair[1]), None
        )

    assert (finding.line if finding else None) == first_moved


@given(cut=st.integers(1, 5_000))
def test_an_end_that_was_cut_off_is_found(cut: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, [1] * 5, max_bytes=1_000_000)
        (file,) = files_of(folder)
        file.write_bytes(file.read_bytes()[:-cut])

        assert the_chain(folder).finding is not None


@pytest.mark.parametrize("position", [0, 1, -1])
def test_a_file_that_is_gone_is_found(tmp_path: Path, position: int) -> None:
    written(tmp_path, [1] * 10)
    files_of(tmp_path)[position].unlink()

    assert the_chain(tmp_path).finding is not None


@pytest.mark.parametrize("position", [1, -1])
def test_a_line_of_another_file_is_found_where_it_stands(tmp_path: Path, position: int) -> None:
    written(tmp_path, [1] * 10)
    first, other = files_of(tmp_path)[0], files_of(tmp_path)[position]
    other.write_bytes(first.read_bytes() + other.read_bytes())

    finding = the_chain(tmp_path).finding
    assert finding is not None
    assert (finding.file, finding.line) == (other, 1)


def test_a_head_that_is_gone_or_another_is_found(tmp_path: Path) -> None:
    first, second = written(tmp_path, [2]), written(tmp_path, [3])
    heads = [tmp_path / f"{chain.name}.head" for chain in (first, second)]
    heads[0].write_bytes(heads[1].read_bytes())
    heads[1].unlink()

    findings = {chain.name: chain.finding for chain in verify(tmp_path, KEY)}
    assert findings[first.name] == Finding(heads[0], 1, "this is the head of another chain")
    assert findings[second.name] == Finding(heads[1], 1, "the head is missing")


def test_with_another_key_nothing_is_believed(tmp_path: Path) -> None:
    written(tmp_path, [2])

    assert verify(tmp_path, b"x" * 32)[0].finding is not None
    assert list(chains_in(tmp_path)) == [verify(tmp_path, KEY)[0].name]
