"""``cdp doctor``: what is wrong with a deployment, and what to do."""

from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.console import Console

from api.operation.doctor.examination import examine
from api.operation.doctor.finding import Finding, Status, worst
from api.settings import api_settings

_STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "red"}


def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")] = False,
) -> None:
    """Check this deployment: versions, settings, database, memory, clock, keys, disk, ports, model, dead letters.

    It changes nothing. Ends with 1 when something fails.

    Example: cdp doctor --json
    """
    findings = list(examine(api_settings()))
    status = worst(findings)
    if as_json:
        document = {"status": status, "findings": [asdict(finding) for finding in findings]}
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(findings, Console())
    if status is Status.FAIL:
        raise typer.Exit(1)


def _tell(findings: list[Finding], console: Console) -> None:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        console.print(f"{finding.status:<5}", style=_STYLES[finding.status], end="")
        console.print(f"{finding.check:<{width}}  {finding.found}", markup=False, highlight=False)
        if finding.advice:
            console.print(f"{'':<{width + 7}}{finding.advice}", style="bold", markup=False, highlight=False)
