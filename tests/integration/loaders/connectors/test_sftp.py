# A real SSH server (asyncssh's) in a thread, serving a folder.
import asyncio
import os
from collections.abc import Generator
from pathlib import Path
from threading import Event, Thread

import asyncssh
import pytest

from graph.errors import SourceReadError
from loaders.report import LoadReport
from tests.assertions import nodes
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - files: /out/contacts-*.csv
    done: "{name}.ok"
    sftp: {host: 127.0.0.1, port: PORT, user: cdp, password: CRM_PASSWORD, host_key: "HOST_KEY"}
    customer: {external_id: id, fields: {given_name: first}}
"""


class _Door(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return username == "cdp"

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("cdp", "not-to-be-seen")


class _Files(asyncssh.SFTPServer):
    """While it does not go on, the whole server is silent."""

    goes_on = Event()
    goes_on.set()

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        self.goes_on.wait(20)
        return super().open(path, pflags, attrs)


@pytest.fixture
def outbox(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    monkeypatch.setenv("CRM_PASSWORD", "not-to-be-seen")
    root, key, loop = loads.folder / "served", asyncssh.generate_private_key("ssh-ed25519"), asyncio.new_event_loop()
    (root / "out").mkdir(parents=True)

    async def listen() -> asyncssh.SSHAcceptor:
        def rooted(channel: "asyncssh.SSHServerChannel[bytes]") -> asyncssh.SFTPServer:
            return _Files(channel, chroot=str(root).encode())

        return await asyncssh.listen("127.0.0.1", 0, server_factory=_Door, server_host_keys=[key], sftp_factory=rooted)

    thread = Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    host_key = key.export_public_key().decode().strip()
    loads.mapping(MAPPING.replace("PORT", str(server.get_port())).replace("HOST_KEY", host_key))
    yield root / "out"

    async def close() -> None:
        server.close()
        await server.wait_closed()

    asyncio.run_coroutine_threadsafe(close(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def deliver(outbox: Path, name: str, *rows: str, is_done: bool = True) -> None:
    (outbox / name).write_text("\n".join(("id,first", *rows, "")))
    if is_done:
        (outbox / f"{name}.ok").touch()


def loaded(report: LoadReport) -> list[str]:
    assert report.problems == []
    return [delivery.delivery for delivery in report.deliveries]


def problem_of(report: LoadReport) -> str:
    (problem,) = report.problems
    assert isinstance(problem, SourceReadError)
    assert "not-to-be-seen" not in str(problem)
    return str(problem)


def test_files_with_their_marker_are_fetched_once(loads: Loads, outbox: Path) -> None:
    deliver(outbox, "contacts-1.csv", "1,Anna")
    deliver(outbox, "contacts-2.csv", "2,Bob", is_done=False)
    assert loaded(loads.load()) == ["/out/contacts-1.csv"]
    assert loaded(loads.load()) == []
    (outbox / "contacts-2.csv.ok").touch()
    assert loaded(loads.load()) == ["/out/contacts-2.csv"]
    assert nodes(loads.graph, "Customer", "key", "given_name") == {("crm:1", "Anna"), ("crm:2", "Bob")}
    assert loaded(loads.load(from_start=True)) == ["/out/contacts-1.csv", "/out/contacts-2.csv"]


def test_a_file_that_is_written_again_in_the_same_second_is_loaded_once(loads: Loads, outbox: Path) -> None:
    for rows in (["1,Annabella"], ["2,Bo"], ["3,Cem", "4,Dan"]):
        deliver(outbox, "contacts-1.csv", *rows)
        os.utime(outbox / "contacts-1.csv", (1_767_225_600, 1_767_225_600))
        assert loaded(loads.load()) == ["/out/contacts-1.csv"]
    assert loaded(loads.load()) == []


def test_a_server_that_says_nothing_any_more_is_given_up(
    loads: Loads, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.connectors.sftp._ALIVE_EVERY_S", 0.2)
    deliver(outbox, "contacts-1.csv", "1,Anna")
    _Files.goes_on.clear()
    report = loads.load()
    _Files.goes_on.set()
    assert "cannot be read (ConnectionLost)" in problem_of(report)
    assert loaded(loads.load()) == ["/out/contacts-1.csv"]


def test_a_server_with_another_key_is_not_talked_to(loads: Loads, outbox: Path) -> None:
    deliver(outbox, "contacts-1.csv", "1,Anna")
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[1]
    file = loads.folder / "crm.yaml"
    key = file.read_text().partition("ssh-ed25519 ")[2].partition('"')[0]
    file.write_text(file.read_text().replace(key, other))
    assert "has another host key than the one that is known" in problem_of(loads.load())


def test_a_wrong_password_and_a_missing_folder_are_told(
    loads: Loads, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "There is no /out/contacts-*.csv on sftp://127.0.0.1:" in problem_of(loads.load())
    deliver(outbox, "contacts-1.csv", "1,Anna")
    monkeypatch.setenv("CRM_PASSWORD", "wrong")
    assert "cannot be read (PermissionDenied)" in problem_of(loads.load())
