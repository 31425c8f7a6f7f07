"""Values inside of JSON."""

from collections.abc import Mapping
from typing import Any


def inside(body: Any, path: str | None) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """What is at a path with dots, none where there is nothing; without a path, everything."""
    for name in path.split(".") if path else ():
        body = body.get(name) if isinstance(body, Mapping) else None
    return body
