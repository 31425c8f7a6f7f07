from pathlib import Path

import pytest

from graph.embedded.configuration import Home
from graph.embedded.exchanging import exchange_store, forget_replaced, undo_exchange, undo_unfinished_exchange
from graph.errors import StorageError


def home(folder: Path, content: str) -> Home:
    made = Home(folder)
    for part in made.store_folders:
        (part / "neo4j").mkdir(parents=True)
        (part / "neo4j" / "content").write_text(content)
    return made


def content_of(one: Home) -> list[str]:
    return [(part / "neo4j" / "content").read_text() for part in one.store_folders]


def test_a_store_is_exchanged_and_the_old_one_kept_until_it_is_let_go(tmp_path: Path) -> None:
    ours, theirs = home(tmp_path / "ours", "old"), home(tmp_path / "theirs", "new")
    exchange_store(ours, theirs)

    assert content_of(ours) == ["new", "new"]
    undo_unfinished_exchange(ours)
    assert content_of(ours) == ["new", "new"], "it was finished"
    forget_replaced(ours)
    assert not ours.replaced_folder.exists()


def test_an_exchange_is_undone(tmp_path: Path) -> None:
    ours, theirs = home(tmp_path / "ours", "old"), home(tmp_path / "theirs", "new")
    exchange_store(ours, theirs)
    undo_exchange(ours)

    assert content_of(ours) == ["old", "old"]
    assert not ours.replaced_folder.exists()


@pytest.mark.parametrize("missing", [0, 1])
def test_what_was_cut_off_half_way_is_undone_by_the_next_start(tmp_path: Path, missing: int) -> None:
    ours, theirs = home(tmp_path / "ours", "old"), home(tmp_path / "theirs", "new")
    (theirs.store_folders[missing] / "neo4j").rename(tmp_path / "gone")
    with pytest.raises(StorageError):
        exchange_store(ours, theirs)
    undo_unfinished_exchange(ours)

    assert content_of(ours) == ["old", "old"]
    assert not ours.exchange_mark.exists()
