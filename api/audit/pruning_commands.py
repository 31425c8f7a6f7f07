"""``cdp audit prune``: remove what is too old of the audit log."""

import sys
from collections.abc import Iterable, Sequence
from getpass import getuser
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.console import Console

from api.audit.chain import Finding
from api.audit.pruned import PrunedFile
from api.audit.pruning import PrunedChain, Pruning, prune
from api.audit.secret import audit_dir, audit_key
from api.settings import api_settings
from graph.printing import print_json

_NOT_RIGHT = 1


def prune_command(
    days: Annotated[int, typer.Option("--older-than", metavar="DAYS", min=1, help="Days that are kept.")],
    actor: Annotated[
        str | None, typer.Option("--actor", envvar="CDP_ACTOR", help="Who prunes; else your name on this machine.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, remove nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")] = False,
) -> None:
    """Remove the files of the audit log whose last record is older; ends with 1 where one of these is not right.

    Of each file a sealed line stays that says what it was, and who removed it: cdp audit verify follows it. A file that
    a process still writes to stays, and a chain in which something is wrong keeps all its files.
    """
    settings = api_settings()
    pruning = Pruning.older_than(days, actor or _user(), dry_run=dry_run)
    chains = prune(audit_dir(settings), audit_key(settings), pruning)
    if as_json:
        print_json([_document(chain) for chain in chains])
    else:
        _tell(chains, dry_run=dry_run)
    if any(chain.finding for chain in chains):
        raise typer.Exit(_NOT_RIGHT)


def pruned_words(files: Iterable[PrunedFile], done: str = "pruned") -> list[str]:
    """What was removed, a sentence for each time that somebody did it."""
    together = groupby(files, lambda file: (file.pruned_by, file.pruned_at))
    return [_sentence(list(removed), done) for _, removed in together]


def pruned_document(file: PrunedFile) -> dict[str, Any]:
    """A removed file, for programs."""
    return {
        "file": file.file,
        "records": file.records,
        "since": file.since,
        "until": file.until,
        "pruned_by": file.pruned_by,
        "pruned_at": file.pruned_at,
    }


def finding_document(found: Finding | None) -> dict[str, Any] | None:
    """What is wrong, for programs."""
    return {"file": str(found.file), "line": found.line, "problem": found.problem} if found else None


def tell_finding(found: Finding | None) -> None:
    """What is wrong, on stderr."""
    if found:
        problem = f"{found.file}:{found.line}: {found.problem}"
        Console(stderr=True).print(problem, style="red", markup=False, highlight=False, soft_wrap=True)


def _sentence(files: Sequence[PrunedFile], done: str) -> str:
    records, last = sum(file.records for file in files), files[-1]
    what = "1 record" if records == 1 else f"{records:,} records"
    return f"{what} until {last.until:%Y-%m-%d %H:%M:%S}, {done} by {last.pruned_by} on {last.pruned_at:%Y-%m-%d}"


def _tell(chains: Sequence[PrunedChain], *, dry_run: bool) -> None:
    done = "to be pruned" if dry_run else "pruned"
    for chain in chains:
        sys.stdout.writelines(f"{chain.name}  {words}\n" for words in pruned_words(chain.files, done))
        tell_finding(chain.finding)
    if not chains:
        Console(stderr=True).print("Nothing is that old.")


def _document(chain: PrunedChain) -> dict[str, Any]:
    files = [pruned_document(file) for file in chain.files]
    return {"chain": chain.name, "files": files, "finding": finding_document(chain.finding)}


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # nobody has this number here, as in a container
        return "unknown"
