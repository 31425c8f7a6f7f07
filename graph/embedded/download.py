"""Fetches artifacts from a Maven repository: several at once, resumable, each checked against its checksum."""

import hashlib
import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from graph.embedded.artifacts import Artifact
from graph.embedded.storage import storage_error
from graph.errors import DownloadError

# 216 jars, 148 MB on a fast line: 1.1 s with 8, 1.4 s with 16, 1.7 s with 32.
CONNECTIONS = 8
_ATTEMPTS = 4
_BACKOFF_S = 0.5
_LONGEST_PAUSE_S = 20.0
_TIMEOUT_S = (10, 15)  # to connect, between two pieces
_PIECE_BYTES = 1 << 16
# The repository sends all of the file again, or has less of it than our part.
_PART_IS_OF_NO_USE = {HTTPStatus.OK, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}
_WORTH_ANOTHER_TRY = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}

Advance = Callable[[int], None]


class _Interrupted(Exception):  # noqa: N818 -- not an error: another artifact failed, or the user stopped the download
    """The download of this artifact was given up; its part stays for the next time."""


class _TryAgain(Exception):  # noqa: N818 -- not an error yet: the next attempt may go well
    """This attempt failed; ``pause_s`` is what the repository asked for, in seconds."""

    def __init__(self, reason: str, pause_s: float = 0.0) -> None:
        self.reason, self.pause_s = reason, pause_s
        super().__init__(reason)


@dataclass(frozen=True)
class Repository:
    """A Maven repository; ``url`` is the folder above the group folders."""

    url: str
    backoff_s: float = _BACKOFF_S
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    def __post_init__(self) -> None:
        """Keep one connection per worker open."""
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))


def download_artifacts(artifacts: Iterable[Artifact], folder: Path, repository: Repository, advance: Advance) -> None:
    """Put every artifact into ``folder``; a file there is always whole and checked, parts are named ``*.part``.

    What was fetched before an interruption is kept and continued the next time. ``advance`` gets bytes, negative ones
    when a part had to be thrown away. Raises DownloadError, StorageError.
    """
    largest_first = sorted(artifacts, key=lambda artifact: -artifact.size)
    with repository.session, ThreadPoolExecutor(CONNECTIONS) as pool:
        futures = [pool.submit(_download, artifact, folder, repository, advance) for artifact in largest_first]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            repository.stopped.set()
            pool.shutdown(cancel_futures=True)
    _raise_first_failure(futures)


def _raise_first_failure(futures: Iterable[Future[None]]) -> None:
    failures = [future.exception() for future in futures if not future.cancelled()]
    for failure in failures:
        if failure is not None and not isinstance(failure, _Interrupted):
            raise failure


def _download(artifact: Artifact, folder: Path, repository: Repository, advance: Advance) -> None:
    part = folder / f"{artifact.filename}.part"
    try:
        _fetch_with_retries(artifact, part, repository, advance)
        part.replace(folder / artifact.filename)
    except OSError as error:
        raise storage_error(folder, error) from None


def _fetch_with_retries(artifact: Artifact, part: Path, repository: Repository, advance: Advance) -> None:
    """Try until the part is whole and right; an attempt that got further than any before is no failure."""
    failures, furthest = 0, _length(part)
    advance(furthest)
    while True:
        try:
            _fetch(artifact, part, repository, advance)
            return _verify(artifact, part, advance)
        except _TryAgain as failure:
            failures = 1 if _length(part) > furthest else failures + 1
            furthest = max(furthest, _length(part))
            if failures >= _ATTEMPTS:
                raise _download_error(artifact, failure.reason) from None
            pause_s = max(failure.pause_s, repository.backoff_s * 2 ** (failures - 1) * random.uniform(0.5, 1.5))  # noqa: S311
            if repository.stopped.wait(min(pause_s, _LONGEST_PAUSE_S)):
                raise _Interrupted from None


def _fetch(artifact: Artifact, part: Path, repository: Repository, advance: Advance) -> None:
    offset = _length(part)
    if offset >= artifact.size:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
    try:
        with repository.session.get(
            f"{repository.url}/{artifact.path}", headers=headers, stream=True, timeout=_TIMEOUT_S
        ) as response:
            if offset and response.status_code in _PART_IS_OF_NO_USE:
                _discard(part, advance)
            _check_status(artifact, response)
            _append(part, response, repository, advance)
    except requests.RequestException as error:
        raise _TryAgain(_reason(error)) from None


def _append(part: Path, response: requests.Response, repository: Repository, advance: Advance) -> None:
    with part.open("ab") as file:
        for piece in response.iter_content(_PIECE_BYTES):
            if repository.stopped.is_set():
                raise _Interrupted
            file.write(piece)
            advance(len(piece))


def _check_status(artifact: Artifact, response: requests.Response) -> None:
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        return
    reason = f"the repository answered {status}"
    if status in _WORTH_ANOTHER_TRY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        pause = response.headers.get("Retry-After", "")
        raise _TryAgain(reason, pause_s=float(pause) if pause.isdecimal() else 0.0)
    raise _download_error(artifact, reason)


def _verify(artifact: Artifact, part: Path, advance: Advance) -> None:
    length = _length(part)
    if length < artifact.size:
        raise _TryAgain("the connection ended early")
    if length > artifact.size or file_sha1(part) != artifact.sha1:
        _discard(part, advance)
        raise _TryAgain("what came does not match the checksum")


def _discard(part: Path, advance: Advance) -> None:
    advance(-_length(part))
    part.unlink()


def file_sha1(file: Path) -> str:
    """Checksum of a file, as Maven repositories state it."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha1").hexdigest()


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _reason(error: requests.RequestException) -> str:
    match error:
        case requests.exceptions.SSLError():
            return "the repository's certificate is not trusted"
        case requests.exceptions.ProxyError():
            return "the proxy refuses the connection"
        case requests.Timeout():
            return "the repository does not answer in time"
        case _:
            return "the repository cannot be reached"


def _download_error(artifact: Artifact, reason: str) -> DownloadError:
    return DownloadError(
        f"{artifact.filename} of Neo4j could not be downloaded: {reason}.",
        "Check the network (HTTPS_PROXY behind a proxy) and start again: it goes on where it stopped. Without a"
        " network, copy the folder of CDP_CACHE_DIR from a machine that has it, or set NEO4J_URI to a running Neo4j.",
    )
