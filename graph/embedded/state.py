"""What is known of a running server: a small file in its home."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self

from graph.embedded.configuration import Home, Ports
from graph.embedded.process import ServerProcess


@dataclass(frozen=True, slots=True)
class ServerState:
    """Process and ports of a server that was started; the process may have ended since."""

    pid: int
    bolt_port: int
    http_port: int | None
    version: str
    started_at: str

    @classmethod
    def of(cls, process: ServerProcess, ports: Ports, version: str) -> Self:
        """The state of a server that was started just now."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(process.pid, ports.bolt, ports.http, version, now)


def save_state(home: Home, state: ServerState) -> None:
    """Remember a server, whole or not at all."""
    draft = home.state_file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(state)) + "\n", encoding="utf-8")
    draft.replace(home.state_file)


def forget_state(home: Home) -> None:
    """Forget the server."""
    home.state_file.unlink(missing_ok=True)


def find_running(home: Home) -> tuple[ServerProcess, ServerState] | None:
    """The server that runs in this home; nothing when it ended, was killed, or its process id is another program's."""
    state = _load_state(home)
    if state is None:
        return None
    process = ServerProcess(state.pid, home)
    return (process, state) if process.is_alive() else None


def _load_state(home: Home) -> ServerState | None:
    """The saved state; an unreadable file counts as none, because the worst that follows is a port that is in use."""
    try:
        return ServerState(**json.loads(home.state_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
