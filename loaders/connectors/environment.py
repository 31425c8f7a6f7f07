"""Addresses and secrets, which mappings name by environment variable only."""

import os

from graph.errors import SourceReadError


def from_environment(variable: str) -> str:
    """The value of a variable; no error quotes it. Raises SourceReadError where it is not set."""
    value = os.environ.get(variable, "")
    if not value:
        raise SourceReadError(f"The environment variable {variable} is not set.", "The mapping names it: set it.")
    return value


def optional(variable: str | None) -> str | None:
    """The same, none where the mapping names none."""
    return None if variable is None else from_environment(variable)
