import multiprocessing
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from graph.embedded.locks import exclusive_lock
from graph.embedded.progress import SilentProgress
from graph.embedded.server import embedded_server
from graph.embedded.storage import require_room, storage_errors
from graph.errors import StorageError
from graph.settings import CdpSettings

NOBODY = 65534


@contextmanager
def as_ordinary_user() -> Generator[None]:
    """Root may write everywhere: where the tests run as root, be nobody for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def server_in(folder: Path) -> CdpSettings:
    return CdpSettings(data_dir=folder / "data", cache_dir=folder / "cache")  # pyright: ignore[reportCallIssue]


def nothing() -> None:
    """Nobody waits."""


def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with as_ordinary_user(), pytest.raises(StorageError, match=r"no right to write in .*CDP_DATA_DIR") as caught:
        embedded_server(server_in(tmp_path)).start(SilentProgress())
    tmp_path.chmod(0o700)
    assert str(tmp_path) in caught.value.problem


def test_a_file_where_the_data_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageError, match="a file is in its way"):
        embedded_server(server_in(tmp_path)).start(SilentProgress())


def test_too_little_room_is_noticed_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"MB free; 1000000000001 MB are needed.*CDP_CACHE_DIR"):
        require_room(tmp_path / "not" / "there", 10**18)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match=r"The disk of .* is full"),
        storage_errors(tmp_path),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x")


def test_a_folder_that_vanished_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be used"), storage_errors(tmp_path):
        (tmp_path / "gone" / "file").read_text()


def hold(file: Path, held: Event, seconds: float) -> None:
    with exclusive_lock(file, nothing):
        held.set()
        time.sleep(seconds)


def test_a_second_process_waits_and_says_so(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    held, waited = spawn.Event(), list[str]()
    holder = spawn.Process(target=hold, args=(tmp_path / "lock", held, 0.3))
    holder.start()
    assert held.wait(20)
    with exclusive_lock(tmp_path / "lock", lambda: waited.append("waiting")):
        assert holder.exitcode in {0, None}
    holder.join()
    assert waited == ["waiting"]


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    held = spawn.Event()
    holder = spawn.Process(target=hold, args=(tmp_path / "lock", held, 60))
    holder.start()
    assert held.wait(20)
    holder.kill()
    with exclusive_lock(tmp_path / "lock", nothing):
        holder.join()
    assert holder.exitcode == -9
