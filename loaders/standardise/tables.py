"""Tables that are data: YAML files beside the code."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def read_table(name: str) -> dict[str, Any]:
    """The content of ``<name>.yaml``; every scalar is text, so that neither NO nor 1900-01-01 become something else."""
    text = files(__package__ or "").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 -- makes only texts, lists and mappings
