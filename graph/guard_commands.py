"""``cdp guards``: the guards that are in force, as a file of one's own would write them."""

import sys
from typing import Annotated

import typer
import yaml

from graph.guards import current_guards
from graph.printing import print_json
from graph.settings import cdp_settings


def guards_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the guards in force: what names nobody, roles, hubs, unique values, limits of a profile, weak bridges.

    A file named by CDP_GUARDS_FILE changes what it names. The next cdp resolve works with it.

    Example: cdp guards --json
    """
    guards, file = current_guards(), cdp_settings().guards_file
    content = guards.model_dump(mode="json")
    if as_json:
        document = {"digest": guards.digest, "file": str(file) if file else None, "guards": content}
        print_json(document)
        return
    origin = f"shipped, changed by {file}" if file else "shipped"
    sys.stdout.write(f"# Guards {guards.digest}: {origin}.\n")
    sys.stdout.write(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))
