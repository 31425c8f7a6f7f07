"""The server as a process of its own, which outlives the one that started it."""

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from graph.embedded.configuration import Home, ServerConfiguration
from graph.embedded.installation import Installation
from graph.embedded.storage import storage_errors

_MAIN_CLASS = "org.neo4j.server.CommunityEntryPoint"
_POLL_S = 0.05
_SETTING_UP_S = 1.0
# What the server's own launcher passes to Java.
_JAVA_OPTIONS = (
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+UnlockExperimentalVMOptions",
    "-XX:+TrustFinalNonStaticFields",
    "-XX:+DisableExplicitGC",
    "-Djdk.nio.maxCachedBufferSize=1024",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Djdk.tls.ephemeralDHKeySize=2048",
    "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Dlog4j2.disable.jmx=true",
    "-Dlog4j.layout.jsonTemplate.maxStringLength=32768",
    "-Dfile.encoding=UTF-8",
)


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """One server process, told from others by the home folder in its command line.

    That holds where a start time does not: a process id that was given to another program never carries our home, and a
    clock that was set does not change it.
    """

    pid: int
    home: Home

    def is_alive(self) -> bool:
        """Whether the server runs; a process that ended and waits to be collected does not."""
        self._collect()
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return process.num_threads() > 1  # the others still hold files and ports
            return home_option(self.home) in _arguments(process)
        except psutil.Error:
            return False

    def stop(self, patience_s: float) -> bool:
        """End the server; whether it ended by itself within ``patience_s`` seconds, else it was killed."""
        if self._signal_and_wait(signal.SIGTERM, patience_s):
            return True
        self._signal_and_wait(signal.SIGKILL, patience_s)
        return False

    def _signal_and_wait(self, number: signal.Signals, patience_s: float) -> bool:
        deadline = time.monotonic() + patience_s
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def _collect(self) -> None:
        """Let the system forget the process where it was our child."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)


def _arguments(process: psutil.Process) -> list[str]:
    """The command line; empty only where it stays so, as of a process of the kernel.

    A process that was just spawned has none while the system sets it up: read at once, 2,877 of 3,000 were empty.
    """
    deadline = time.monotonic() + _SETTING_UP_S
    while not (arguments := process.cmdline()) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return arguments


def spawn_server(installation: Installation, home: Home, configuration: ServerConfiguration) -> ServerProcess:
    """Start the server in a session of its own, so that neither Ctrl-C nor our end reaches it. Raises StorageError."""
    command = _command(installation, home, configuration)
    with storage_errors(home.folder), home.console_log.open("wb") as console:
        pid = os.posix_spawn(
            str(installation.java),
            command,
            java_environment(home),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, console.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, console.fileno(), 2),
            ],
            setsid=True,
        )
    return ServerProcess(pid, home)


def _command(installation: Installation, home: Home, configuration: ServerConfiguration) -> list[str]:
    folder = home.folder
    return [
        str(installation.java),
        "-cp",
        f"{folder}/plugins/*:{folder}/conf/*:{installation.lib}/*",
        *_JAVA_OPTIONS,
        *(_QUICK_OPTIONS if configuration.quick else _LASTING_OPTIONS),
        *folder_options(folder),
        f"-Xms{configuration.heap}",
        f"-Xmx{configuration.heap}",
        _MAIN_CLASS,
        home_option(home),
        f"--config-dir={folder}/conf",
        "--console-mode",
    ]


_LASTING_OPTIONS = ("-XX:+UseG1GC",)
# A server that lives for minutes is up sooner when nothing is compiled twice.
_QUICK_OPTIONS = ("-XX:+UseG1GC", "-XX:TieredStopAtLevel=1")


def folder_options(folder: Path) -> tuple[str, ...]:
    """Whatever Java would leave in the temporary folder or where we were started, in the home instead."""
    return ("-XX:-UsePerfData", f"-Djava.io.tmpdir={folder}/run", f"-XX:ErrorFile={folder}/logs/java_error.log")


def home_option(home: Home) -> str:
    """The argument that tells the servers of two homes apart."""
    return f"--home-dir={home.folder}"


def admin_command(installation: Installation, java_options: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """A call of the server's own tool, without its launcher, which starts a second Java: 0.7 s instead of 3.2."""
    tool = ("-cp", f"{installation.lib}/*", "org.neo4j.cli.AdminTool")
    return [str(installation.java), *java_options, *tool, *arguments]


def java_environment(home: Home) -> dict[str, str]:
    """A small environment of its own: no password of ours, no Java options of somebody else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "NEO4J_HOME": str(home.folder), "NEO4J_CONF": str(home.folder / "conf")}
