# A real HTTP server on loopback stands in for the repository; it can be told to misbehave.
import contextlib
import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.embedded.artifacts import Artifact, ArtifactList
from graph.embedded.download import Repository, download_artifacts
from graph.embedded.installation import Installation, install
from graph.embedded.ports import free_port
from graph.embedded.progress import SilentProgress
from graph.errors import DownloadError, StorageError

ROOT = Path(__file__).parents[3]
CONTENT = bytes(range(256)) * 2000  # half a megabyte: several pieces


@dataclass
class Shelf:
    """What the repository has, what it was asked for, and how it misbehaves."""

    files: dict[str, bytes]
    ranges: list[str | None] = field(default_factory=list[str | None])
    statuses: list[int] = field(default_factory=list[int])  # answers to the next requests, before it behaves
    break_after: int | None = None  # bytes after which the next answer breaks off
    knows_ranges: bool = True
    pause_s: float = 0.0  # before each piece

    @property
    def artifacts(self) -> list[Artifact]:
        return [
            Artifact(f"test:{path}", path, hashlib.sha1(content).hexdigest(), len(content))
            for path, content in self.files.items()
        ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def do_GET(self) -> None:
        self.shelf.ranges.append(self.headers["Range"])
        if self.shelf.statuses:
            return self._answer(self.shelf.statuses.pop(0), b"")
        content = self.shelf.files[self.path.lstrip("/")]
        if not (self.headers["Range"] and self.shelf.knows_ranges):
            return self._answer(200, content)
        start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        return self._answer(206, content[start:]) if start < len(content) else self._answer(416, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        broken, self.shelf.break_after = self.shelf.break_after, None
        with contextlib.suppress(ConnectionError):  # the other side may be killed by its test
            for start in range(0, len(body[:broken]), 1 << 16):
                time.sleep(self.shelf.pause_s)
                self.wfile.write(body[:broken][start : start + (1 << 16)])
        if broken is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base's
        """Silence."""


@pytest.fixture
def shelf() -> Shelf:
    return Shelf({"group/one.jar": CONTENT, "group/two.jar": b"second", "group/three.jar": b"third" * 1000})


@pytest.fixture
def repository_url(shelf: Shelf) -> Generator[str]:
    handler = type("Handler", (_Handler,), {"shelf": shelf})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def fetch(shelf: Shelf, folder: Path, url: str) -> int:
    counts: list[int] = []
    download_artifacts(shelf.artifacts, folder, Repository(url, backoff_s=0.01), counts.append)
    return sum(counts)


def only(shelf: Shelf, name: str) -> None:
    shelf.files = {path: content for path, content in shelf.files.items() if path.endswith(name)}


def test_every_file_arrives_whole_and_is_counted(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    counted = fetch(shelf, tmp_path, repository_url)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        path.removeprefix("group/"): content for path, content in shelf.files.items()
    }
    assert counted == sum(map(len, shelf.files.values()))


def test_a_broken_connection_is_continued_where_it_stopped(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    only(shelf, "one.jar")
    shelf.break_after = 3 << 16
    assert fetch(shelf, tmp_path, repository_url) == len(CONTENT)
    assert (tmp_path / "one.jar").read_bytes() == CONTENT
    assert shelf.ranges == [None, "bytes=196608-"]


def test_a_repository_without_ranges_sends_the_file_again(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    only(shelf, "one.jar")
    shelf.break_after, shelf.knows_ranges = 200_000, False
    assert fetch(shelf, tmp_path, repository_url) == len(CONTENT)
    assert (tmp_path / "one.jar").read_bytes() == CONTENT


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_repository_is_asked_again(shelf: Shelf, repository_url: str, tmp_path: Path, status: int) -> None:
    only(shelf, "two.jar")
    shelf.statuses = [status, status]
    fetch(shelf, tmp_path, repository_url)
    assert (tmp_path / "two.jar").read_bytes() == b"second"


def test_a_file_that_the_repository_does_not_have_is_named(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    shelf.statuses = [404] * 3
    with pytest.raises(DownloadError, match=r"\.jar of Neo4j could not be downloaded: the repository answered 404"):
        fetch(shelf, tmp_path, repository_url)


def test_a_wrong_checksum_is_never_installed(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    expected = shelf.artifacts
    shelf.files["group/one.jar"] = CONTENT[::-1]
    with pytest.raises(DownloadError, match="does not match the checksum"):
        download_artifacts(expected, tmp_path, Repository(repository_url, backoff_s=0.01), lambda _count: None)
    assert not list(tmp_path.glob("one.jar*"))


def test_a_wrong_part_of_an_earlier_download_is_thrown_away(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    only(shelf, "one.jar")
    (tmp_path / "one.jar.part").write_bytes(b"x" * 1000)
    assert fetch(shelf, tmp_path, repository_url) == len(CONTENT)
    assert (tmp_path / "one.jar").read_bytes() == CONTENT


def test_a_file_shorter_than_our_part_starts_anew(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    only(shelf, "one.jar")
    expected = shelf.artifacts
    shelf.files["group/one.jar"] = CONTENT[:1000]
    (tmp_path / "one.jar.part").write_bytes(CONTENT[:2000])
    with pytest.raises(DownloadError, match="the connection ended early"):
        download_artifacts(expected, tmp_path, Repository(repository_url, backoff_s=0.01), lambda _count: None)


def test_without_a_network_the_message_says_the_ways_out(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        fetch(shelf, tmp_path, f"http://127.0.0.1:{free_port()}")
    assert "cannot be reached" in caught.value.problem
    assert all(way in caught.value.advice for way in ("HTTPS_PROXY", "CDP_CACHE_DIR", "NEO4J_URI"))


def test_a_full_disk_stops_the_download(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    (tmp_path / "one.jar.part").symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"The disk of .* is full"):
        fetch(shelf, tmp_path, repository_url)


def content_of(shelf: Shelf) -> ArtifactList:
    return ArtifactList(("org.neo4j:neo4j:5.26.29",), tuple(shelf.artifacts))


def test_a_second_install_needs_no_network(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    install(tmp_path, SilentProgress(), content_of(shelf), repository_url)
    asked = len(shelf.ranges)
    installation = install(tmp_path, SilentProgress(), content_of(shelf), "http://127.0.0.1:1")
    assert installation.missing() == []
    assert len(shelf.ranges) == asked == 3


def test_a_lost_and_a_cut_file_are_fetched_again_and_no_other(
    shelf: Shelf, repository_url: str, tmp_path: Path
) -> None:
    lib = install(tmp_path, SilentProgress(), content_of(shelf), repository_url).lib
    (lib / "two.jar").unlink()
    (lib / "three.jar").write_bytes(b"cut")
    shelf.ranges.clear()
    assert install(tmp_path, SilentProgress(), content_of(shelf), repository_url).missing() == []
    assert len(shelf.ranges) == 2


def test_a_damaged_file_is_found_and_removed(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    installation: Installation = install(tmp_path, SilentProgress(), content_of(shelf), repository_url)
    (installation.lib / "two.jar").write_bytes(b"SECOND")
    assert installation.remove_damaged() == ["two.jar"]
    assert [artifact.filename for artifact in installation.missing()] == ["two.jar"]


def test_two_installs_at_once_fetch_each_file_once(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    shelf.pause_s = 0.02
    spawn = multiprocessing.get_context("spawn")
    arguments = (tmp_path, SilentProgress(), content_of(shelf), repository_url)
    installs = [spawn.Process(target=install, args=arguments) for _ in range(2)]
    for process in installs:
        process.start()
    for process in installs:
        process.join()
    assert [process.exitcode for process in installs] == [0, 0]
    assert len(shelf.ranges) == 3
    assert install(*arguments).missing() == []


def test_a_killed_download_is_continued(shelf: Shelf, repository_url: str, tmp_path: Path) -> None:
    only(shelf, "one.jar")
    shelf.pause_s = 0.1
    program = (
        "import sys, pathlib; from graph.embedded import download, artifacts\n"
        "_, path, sha1, size, folder, url = sys.argv\n"
        "one = artifacts.Artifact('test:one', path, sha1, int(size))\n"
        "download.download_artifacts([one], pathlib.Path(folder), download.Repository(url), lambda count: None)\n"
    )
    one = shelf.artifacts[0]
    arguments = [one.path, one.sha1, str(one.size), str(tmp_path), repository_url]
    with subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT) as downloading:
        part = tmp_path / "one.jar.part"
        while not (part.exists() and part.stat().st_size):
            time.sleep(0.01)
        os.kill(downloading.pid, signal.SIGKILL)
    length = part.stat().st_size
    shelf.pause_s = 0.0
    fetch(shelf, tmp_path, repository_url)
    assert (tmp_path / "one.jar").read_bytes() == CONTENT
    assert shelf.ranges == [None, f"bytes={length}-"]
