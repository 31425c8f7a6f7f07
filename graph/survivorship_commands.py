"""``cdp survivorship``: the rules in force, as a file of one's own would write them."""

import sys
from typing import Annotated

import typer
import yaml

from graph.printing import print_json
from graph.settings import cdp_settings
from graph.survivorship_rules import current_survivorship


def survivorship_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show by which rules a profile shows one of several values: for each field, group, trait and contact.

    A file named by CDP_SURVIVORSHIP_FILE changes what it names. Nothing has to be loaded again.

    Example: cdp survivorship --json
    """
    file = cdp_settings().survivorship_file
    content = current_survivorship().model_dump(mode="json")
    if as_json:
        print_json({"file": str(file) if file else None, "rules": content})
        return
    sys.stdout.write(f"# Survivorship: {f'shipped, changed by {file}' if file else 'shipped'}.\n")
    sys.stdout.write(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))
