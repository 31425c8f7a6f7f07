"""Why a server ended, from its own words."""

import re

import psutil

from graph.embedded.configuration import Home
from graph.embedded.process import home_option
from graph.embedded.storage import storage_error
from graph.errors import EmbeddedServerError, PortInUseError, ServerExitedError

_TELLING = re.compile(r"\bERROR\b|Caused by:|Error:|Exception:|FATAL|OutOfMemory|refused|denied")
_LINES = 4
_LINE_LENGTH = 300


def why_server_ended(home: Home) -> EmbeddedServerError:
    """The reason that the console log gives, and what to do about it."""
    text = _read(home)
    if "already in use" in text:
        return PortInUseError(
            "Another program took the port of Neo4j while it started.",
            "Set CDP_BOLT_PORT and CDP_HTTP_PORT to free ports, or end that program.",
        )
    if "No space left on device" in text:
        return storage_error(home.folder, OSError(28, "No space left on device"))
    if "Lock file has been locked by another process" in text:
        return EmbeddedServerError(
            f"Another Neo4j uses the database in {home.folder}: process {_server_pids(home)}.",
            "End that process, or choose another CDP_DATA_DIR.",
        )
    return ServerExitedError(
        f"Neo4j ended on its own. Its last words: {_last_words(text) or 'none'}",
        f"The whole log is {home.console_log}; memory is set by CDP_HEAP and CDP_PAGE_CACHE.",
    )


def _server_pids(home: Home) -> str:
    """Servers of this home that nobody remembers: their state file is gone."""
    processes = psutil.process_iter(["pid", "cmdline"])
    pids = [str(one.info["pid"]) for one in processes if home_option(home) in (one.info["cmdline"] or [])]
    return ", ".join(pids) or "unknown"


def _read(home: Home) -> str:
    try:
        return home.console_log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _last_words(text: str) -> str:
    lines = [line.strip()[:_LINE_LENGTH] for line in text.splitlines() if _TELLING.search(line)]
    return " | ".join(dict.fromkeys(lines[-_LINES:]))
