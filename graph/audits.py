"""Audits: questions about the whole graph, each a statement in ``cypher/audit/`` that Neo4j Browser runs as well.

A statement says itself what it asks for: its first line what it finds, its ``:param`` lines the parameters with their
defaults. ``$confidence`` is by default the default level of the model that resolved last.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cypher import statement
from graph.confidence import read_levels
from graph.connection import Graph, Row
from graph.errors import ConfigurationError

Value = str | int | float
_FOLDER = "audit"
_PARAMETER = re.compile(r"^// :param (\w+) => (.+)$", re.MULTILINE)
_RUN = "_run"
# What the database takes as a whole number ends here.
_TOO_LARGE = 2**63


@dataclass(frozen=True, slots=True)
class Audit:
    """One question. ``finds``: in words; ``parameters``: by name the defaults, whose types others must have."""

    name: str
    finds: str
    parameters: Mapping[str, Value]


@cache
def audits() -> Mapping[str, Audit]:
    """All audits by name."""
    folder = files("cypher").joinpath(_FOLDER)
    names = sorted(file.name.removesuffix(".cypher") for file in folder.iterdir() if file.name.endswith(".cypher"))
    return {name: _audit(name) for name in names}


def _audit(name: str) -> Audit:
    text = statement(f"{_FOLDER}/{name}")
    defaults = {found: _read_default(value) for found, value in _PARAMETER.findall(text)}
    return Audit(name, text.splitlines()[0].removeprefix("// "), defaults)


def _read_default(value: str) -> Value:
    if value.startswith("'"):
        return value.strip("'")
    return float(value) if "." in value else int(value)


@dataclass(frozen=True, slots=True)
class Found:
    """What an audit found; it has its columns where it found nothing."""

    columns: Sequence[str]
    rows: Sequence[Row]


def run_audit(graph: Graph, name: str, asked: Mapping[str, str], limit: int | None = None) -> Found:
    """Rows of an audit, as its statement names them. ``asked``: parameters as text, for others the defaults.

    Raises ConfigurationError for an unknown audit, parameter, value or run, GraphError.
    """
    audit = audits().get(name)
    if audit is None:
        raise ConfigurationError(f"There is no audit {name!r}.", f"There are {', '.join(audits())}.")
    parameters: dict[str, Value] = {**audit.parameters}
    for parameter, text in asked.items():
        if parameter not in audit.parameters:
            raise ConfigurationError(
                f"The audit {name} takes no {parameter!r}.", f"It takes {', '.join(audit.parameters)}."
            )
        if parameter != "confidence":
            parameters[parameter] = _read_value(parameter, text, audit.parameters[parameter])
    if limit is not None:
        parameters["limit"] = limit
    if "confidence" in parameters:
        parameters["confidence"] = read_levels(graph).confidence_of(asked.get("confidence"))
    _require_runs(graph, [str(value) for key, value in parameters.items() if key.endswith(_RUN) and value])
    return Found(*graph.read_table(f"{_FOLDER}/{name}", **parameters))


def _read_value(parameter: str, text: str, default: Value) -> Value:
    """A parameter of the type of its default, and no number below zero, or beyond what the database takes."""
    if isinstance(default, str):
        return text
    try:
        number = type(default)(text)
    except ValueError:
        number = -1
    if not 0 <= number < _TOO_LARGE:
        kind = "whole number" if isinstance(default, int) else "number"
        raise ConfigurationError(f"{parameter} cannot be {text!r}.", f"Give a {kind} from 0 on.")
    return number


def _require_runs(graph: Graph, runs: Sequence[str]) -> None:
    known = {row["run_id"] for row in graph.read("find_runs", run_ids=runs)} if runs else set[str]()
    unknown = [run for run in runs if run not in known]
    if unknown:
        raise ConfigurationError(f"There is no run {unknown[0]!r}.", "Each resolution and decision names its run.")
