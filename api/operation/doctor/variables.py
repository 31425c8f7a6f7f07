"""Variables: whether each that looks like a setting is one."""

from collections.abc import Iterator

from api.console.unknown_settings import unknown_settings
from api.operation.doctor.finding import Finding, ok, warn


def look_at_variables() -> Iterator[Finding]:
    """Slips of the pen, and variables of others that begin as ours. Raises ConfigurationError."""
    unknown = unknown_settings()
    for found in unknown:
        if found.nearest:
            yield warn("settings", f"{found.variable} is none and counts for nothing", f"Is {found.nearest} meant?")
    others = ", ".join(found.variable for found in unknown if not found.nearest)
    if others:
        yield ok("settings", f"not settings, nor like one: {others}")
    elif not unknown:
        yield ok("settings", "every variable that begins with CDP_ is one")
