"""``cdp audit``: questions about the whole graph, for whoever has to trust it."""

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from graph.address import resolve_address
from graph.audits import Audit, Found, audits, run_audit
from graph.connection import Row, open_graph
from graph.errors import ConfigurationError
from graph.printing import print_json
from graph.spreadsheets import guarded

_MOST = 100_000


def audit_command(
    name: Annotated[str | None, typer.Argument(help="The audit; none lists them.", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, max=_MOST, help="At most so many rows.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the audit; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV; parts of a list are joined by '; '.")] = False,
) -> None:
    """Ask the whole graph: who may be merged wrongly, who split, what holds whom, who decided what.

    An audit names customers by their keys and shows no personal data, unless that is what it is about: hubs and guards
    name the shared values, decisions the stewards and their reasons. The statements are in cypher/audit/ and run in
    Neo4j Browser as they are.

    Example: cdp audit over_merged_suspects --param confidence=strict --limit 20
    """
    if as_json and as_csv:
        raise ConfigurationError("The answer is JSON or CSV, not both.", "Leave out --json or --csv.")
    if name is None:
        _print_list(as_json=as_json)
        return
    asked = dict(map(_parameter, param or ()))
    with open_graph(resolve_address()) as graph:
        found = run_audit(graph, name, asked, limit)
    if as_json:
        print_json(found.rows)
    elif as_csv:
        _print_csv(found)
    else:
        _print_columns(found.rows)


def _parameter(text: str) -> tuple[str, str]:
    name, given, value = text.partition("=")
    if not given:
        raise ConfigurationError(f"{text!r} is no parameter.", "Write it as name=value.")
    return name, value


def _print_list(*, as_json: bool) -> None:
    if as_json:
        print_json([_document(audit) for audit in audits().values()])
        return
    width = max(map(len, audits()))
    sys.stdout.writelines(f"{audit.name:<{width}}  {audit.finds}\n" for audit in audits().values())


def _document(audit: Audit) -> Mapping[str, Any]:
    return {"name": audit.name, "finds": audit.finds, "parameters": audit.parameters}


def _print_columns(rows: Sequence[Row]) -> None:
    """Columns under their names, never cut at the width of the terminal: a key is there to be copied."""
    if not rows:
        Console(stderr=True).print("Nothing was found.")
        return
    lines = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _print_csv(found: Found) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows([_cell(value) for value in row.values()] for row in found.rows)


def _cell(value: object) -> str:
    """What is no number may be somebody's words, and a spreadsheet would run some of them."""
    return _text(value) if isinstance(value, int | float) else guarded(_text(value))


def _text(value: object) -> str:
    """A value on one line: lists joined, what is not there left empty."""
    if isinstance(value, list):
        parts: list[object] = value
        return "; ".join(", ".join(map(_text, part)) if isinstance(part, list) else _text(part) for part in parts)
    return "" if value is None else " ".join(str(value).split())
