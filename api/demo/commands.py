"""``cdp demo``: the whole flow on the sample company."""

from typing import Annotated

import typer
from rich.console import Console

from api.demo.telling import DemoOptions, run_demo
from graph.printing import print_json

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


def demo_command(
    people: Annotated[int, typer.Option("--people", min=1, help="People of the sample company.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another world.")] = 7,
    once: Annotated[bool, typer.Option("--once", help="End after the story.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make, load, resolve and serve the sample company, and tell what happened.

    Example: cdp demo --once
    """
    options = DemoOptions(people, seed, once)
    if as_json:
        run_demo(options, Console(quiet=True), lambda outcome: print_json(outcome.as_document()))
    else:
        run_demo(options, Console())
