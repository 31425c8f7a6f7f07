# Real processes with the command line of a server stand in for one where only that command line matters.
import os
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from graph.embedded.configuration import Home, Ports
from graph.embedded.log import why_server_ended
from graph.embedded.ports import free_port, require_free_ports
from graph.embedded.process import ServerProcess
from graph.embedded.state import ServerState, find_running, save_state
from graph.errors import ConfigurationError, EmbeddedServerError, PortInUseError, ServerExitedError, StorageError

NOBODY = 65534
SLEEP = "import time; time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); {SLEEP}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for folder in ("run", "logs"):
        (tmp_path / folder).mkdir()
    return Home(tmp_path)


@pytest.fixture
def server(home: Home) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", DEAF, f"--home-dir={home.folder}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def remember(home: Home, pid: int) -> None:
    save_state(home, ServerState.of(ServerProcess(pid, home), Ports(7001, 7002), "5.26.29"))


def test_a_running_server_is_found(home: Home, server: subprocess.Popen[bytes]) -> None:
    remember(home, server.pid)
    found = find_running(home)
    assert found is not None
    assert (found[0].pid, found[1].bolt_port) == (server.pid, 7001)


def test_a_server_is_alive_from_the_moment_it_was_spawned(home: Home) -> None:
    for _ in range(20):
        pid = os.posix_spawn(sys.executable, [sys.executable, "-c", SLEEP, f"--home-dir={home.folder}"], {})
        process = ServerProcess(pid, home)
        try:
            assert process.is_alive()
        finally:
            process.stop(patience_s=5)


def test_a_killed_server_is_not_found(home: Home, server: subprocess.Popen[bytes]) -> None:
    remember(home, server.pid)
    server.kill()
    server.wait()
    assert find_running(home) is None


def test_a_server_that_ended_but_was_not_collected_is_not_found(home: Home) -> None:
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "", f"--home-dir={home.folder}"], {})
    remember(home, pid)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert find_running(home) is None


def test_a_process_id_that_was_given_to_another_program_is_not_our_server(home: Home) -> None:
    remember(home, os.getpid())
    assert find_running(home) is None


def test_a_server_of_another_home_is_not_ours(server: subprocess.Popen[bytes], tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    (other.folder / "run").mkdir(parents=True)
    remember(other, server.pid)
    assert find_running(other) is None


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}', "[]", '{"unknown": true}'])
def test_an_unreadable_state_file_counts_as_none(home: Home, content: str) -> None:
    home.state_file.write_text(content)
    assert find_running(home) is None


def test_a_server_that_does_not_listen_to_reason_is_killed(home: Home, server: subprocess.Popen[bytes]) -> None:
    process = ServerProcess(server.pid, home)
    assert process.stop(patience_s=0.2) is False
    assert not process.is_alive()


def test_another_program_is_never_stopped(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEP]) as other:
        assert ServerProcess(other.pid, home).stop(patience_s=0.2) is True
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize(("taken", "variable"), [("bolt", "CDP_BOLT_PORT"), ("http", "CDP_HTTP_PORT")])
def test_a_used_port_is_named_with_the_variable_to_set(taken: str, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        ports = {"bolt": free_port(), "http": free_port()} | {taken: port}
        with pytest.raises(PortInUseError, match=rf"Port {port} is in use .*set {variable}"):
            require_free_ports(Ports(**ports))


def test_a_port_that_was_used_a_moment_ago_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listening.accept()[0]:
            pass
    require_free_ports(Ports(port, None))


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (
            "ERROR Failed to start Neo4j\nCaused by: java.net.BindException: Address already in use",
            PortInUseError,
            "port",
        ),
        ("Caused by: java.io.IOException: No space left on device", StorageError, "full"),
        ("Lock file has been locked by another process: store_lock", EmbeddedServerError, "Another Neo4j"),
        ("INFO Starting...\nError: Could not create the Java Virtual Machine.\n", ServerExitedError, "Virtual Machine"),
        ("", ServerExitedError, "none"),
    ],
)
def test_the_log_says_why_a_server_ended(home: Home, said: str, error: type[EmbeddedServerError], words: str) -> None:
    home.console_log.write_text(said)
    reason = why_server_ended(home)
    assert type(reason) is error
    assert words in reason.problem


def test_a_server_without_a_log_has_ended_for_an_unknown_reason(home: Home) -> None:
    assert isinstance(why_server_ended(home), ServerExitedError)


def test_a_port_for_the_administrator_is_refused_in_words() -> None:
    first_free_to_all = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if first_free_to_all == 0:
        pytest.skip("every port is allowed to everybody here")
    user = os.geteuid()
    os.seteuid(user or NOBODY)
    try:
        with pytest.raises(ConfigurationError, match="CDP_BOLT_PORT"):
            require_free_ports(Ports(first_free_to_all - 1, None))
    finally:
        os.seteuid(user)
