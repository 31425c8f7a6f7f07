"""``cdp rejects``: what was set aside, seen, mended, replayed, discarded and erased."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from graph.connection import Graph
from graph.errors import ConfigurationError
from graph.opening import opened_graph
from graph.printing import print_json
from graph.writing import write_batch
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.rejects.containing import Record, cautions, wanted_identifier
from loaders.rejects.erasing import erase_containing
from loaders.rejects.mending import export_rows, import_rows
from loaders.rejects.model import DeadLetter, KeptLetter, Status
from loaders.rejects.readers import LetterReader, Readers
from loaders.rejects.replay import ReplayReport, replay
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters

STILL_OPEN = 1

CONNECTOR_READERS: dict[str, Callable[[Graph, DeadLetter], LetterReader]] = {}
"""Finds the readers of connectors that have no mappings; an upper floor enters its own before a command runs."""

rejects_app = typer.Typer(
    no_args_is_help=True,
    help="Rows and values that could not be used: see, mend, replay them.",
    epilog="Example: cdp rejects list",
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids of dead letters or of their rows.")]
Source = Annotated[str | None, typer.Option("--source", help="Of this source only.")]
Code = Annotated[str | None, typer.Option("--code", help="With this reason only, such as wrong_cells.")]
Run = Annotated[str | None, typer.Option("--run", help="Set aside last by this load.")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="TIME", help="Seen at or after this time (UTC), such as 2026-03-01."),
]
StatusOption = Annotated[Status, typer.Option("--status", help="What became of them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


@rejects_app.command("list", epilog="Example: cdp rejects list --source crm --code wrong_cells")
def list_command(
    source: Source = None,
    code: Code = None,
    run: Run = None,
    since: Since = None,
    status: StatusOption = Status.OPEN,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Dead letters, the newest first, without their rows; and how many there are, by source and reason."""
    selection = Selection(None, source, code, status, run, _utc(since))
    with DeadLetters() as letters:
        found, counts = letters.newest(selection, limit), letters.count(selection)
    if as_json:
        shown = [{"source": s, "code": c, "letters": n} for (s, c, _), n in counts.items()]
        print_json({"letters": [kept.as_document(with_raw=False) for kept in found], "counts": shown})
        return
    sys.stdout.writelines(f"{_in_words(kept)}\n" for kept in found)
    told = ", ".join(f"{s} {c} {n:,}" for (s, c, _), n in counts.items())
    Console(stderr=True).print(f"{sum(counts.values()):,} {status}. {told}", highlight=False, soft_wrap=True)


@rejects_app.command("show", epilog="Example: cdp rejects show 3f2a9c0d1b7e5a6c8d90 --raw")
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="Id of a dead letter.")],
    raw: Annotated[bool, typer.Option("--raw", help="Its row too, which is personal data.")] = False,
    as_json: AsJson = False,
) -> None:
    """One dead letter; the row itself only where it is asked for."""
    with DeadLetters() as letters:
        document = letters.get(letter).as_document(with_raw=raw)
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode().strip('"')
        sys.stdout.write(f"{name}: {text}\n")


@rejects_app.command("export", epilog="Example: cdp rejects export mend.jsonl --source crm")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="FILE.jsonl, or FILE.csv for a spreadsheet.")],
    source: Source = None,
    code: Code = None,
    run: Run = None,
    since: Since = None,
    as_json: AsJson = False,
) -> None:
    """Write open rows to a file with personal data; mend them there, then: cdp rejects replay --with FILE."""
    with DeadLetters() as letters:
        count = export_rows(letters, Selection(None, source, code, Status.OPEN, run, _utc(since)), file)
    if as_json:
        print_json({"file": str(file), "rows": count})
    else:
        said = f"{count:,} rows are in {file}, with personal data. Then: cdp rejects replay --with {file}"
        Console(soft_wrap=True).print(said, markup=False, highlight=False)


@rejects_app.command("replay", epilog="Example: cdp rejects replay --with mend.jsonl")
def replay_command(
    ids: Ids = None,
    source: Source = None,
    code: Code = None,
    run: Run = None,
    since: Since = None,
    file: Annotated[
        Path | None, typer.Option("--with", metavar="FILE", help="Mended rows: these are replayed.", dir_okay=False)
    ] = None,
    mappings: Annotated[
        list[str] | None, typer.Option("--mapping", help="Mapping that takes the place of the one of then; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load open rows again, after they or their mapping were mended. Doing it twice changes nothing.

    Messages of tracking calls and webhooks go the way of their arrival again, and are as old as they were then.

    Ends with 1 where rows were rejected again: they stay open.
    """
    given = read_mappings(mappings or [])
    with DeadLetters() as letters:
        if ids:
            letters.known(ids)
        chosen = (ids or []) + (import_rows(letters, file) if file else [])
        selection = Selection(chosen if ids or file else None, source, code, Status.OPEN, run, _utc(since))
        with opened_graph() as graph:
            report = replay(letters, selection, _readers(graph, given))
    _tell(report, as_json=as_json)
    if report.still_open:
        raise typer.Exit(STILL_OPEN)


@rejects_app.command("discard", epilog="Example: cdp rejects discard --source crm --code wrong_cells --note 'old test'")
def discard(
    ids: Ids = None,
    source: Source = None,
    code: Code = None,
    run: Run = None,
    since: Since = None,
    note: Annotated[str | None, typer.Option("--note", help="Why, in words; kept with the dead letters.")] = None,
    as_json: AsJson = False,
) -> None:
    """Nobody needs these open dead letters: their rows are erased. They stay discarded when they come again."""
    selection = Selection(ids or None, source, code, Status.OPEN, run, _utc(since))
    if selection == Selection(status=Status.OPEN):
        raise ConfigurationError("There is nothing to discard.", "Name ids, or --source, --code, --run or --since.")
    with DeadLetters() as letters:
        if ids:
            letters.known(ids)
            selection = replace(selection, status=None)
        count = letters.discard(selection, note)
    if as_json:
        print_json({"discarded": count})
    else:
        Console().print(f"{count:,} discarded; their rows are erased.", highlight=False)


@rejects_app.command("erase", epilog="Example: cdp rejects erase --email anna@example.org --customer crm:17")
def erase(
    email: Annotated[list[str] | None, typer.Option("--email", help="Address, in any spelling; repeatable.")] = None,
    phone: Annotated[list[str] | None, typer.Option("--phone", help="Telephone number; repeatable.")] = None,
    identifier: Annotated[
        list[str] | None, typer.Option("--identifier", help="KIND:VALUE of another identifier or a device; repeatable.")
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option("--customer", help="SOURCE:ID, in letters of that source; repeatable.")
    ] = None,
    country: Annotated[str | None, typer.Option("--country", help="Of national telephone numbers, as DE.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell which letters they are.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase the rows that hold somebody's identifiers, for good, whether they were replayed or not.

    What is no address or number is looked for word for word. Tells ids and counts, and nothing of the rows. Files that
    were exported are elsewhere: delete them too.
    """
    given = (("email", email), ("phone", phone))
    wanted = [wanted_identifier(kind, text, country) for kind, texts in given for text in texts or ()]
    wanted += [wanted_identifier(*_parted(text, "KIND:VALUE"), country) for text in identifier or ()]
    wanted += [Record(*_parted(text, "SOURCE:ID")) for text in customer or ()]
    if not wanted:
        raise ConfigurationError("There is nothing to erase.", "Name --email, --phone, --identifier or --customer.")
    complaints = Console(stderr=True, highlight=False, soft_wrap=True)
    for caution in cautions(wanted):
        complaints.print(caution, style="yellow")
    with DeadLetters() as letters:
        erased = erase_containing(letters, wanted, is_trial=dry_run)
    if as_json:
        print_json({"searched": erased.searched, "erased": 0 if dry_run else len(erased.ids), "ids": erased.ids})
        return
    sys.stdout.writelines(f"{found}\n" for found in erased.ids)
    what = "hold them" if dry_run else "held them and are erased"
    complaints.print(f"{len(erased.ids):,} of {erased.searched:,} rows {what}.")


def _parted(text: str, form: str) -> tuple[str, str]:
    first, _, second = text.partition(":")
    if not first or not second:
        raise ConfigurationError(f"One of the values is no {form}.", f"Write {form}.")
    return first, second


def _readers(graph: Graph, given: Sequence[SourceMapping]) -> Readers:
    connectors = {name: partial(reader_of, graph) for name, reader_of in CONNECTOR_READERS.items()}
    return Readers(partial(write_batch, graph), given, connectors)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _in_words(kept: KeptLetter) -> str:
    """Two lines, which no width of a terminal cuts: an id is there to be copied."""
    letter, reason = kept.letter, kept.letter.reason
    what = reason.field if reason.field and not reason.row_rejected else "row"
    tried = f"attempts {kept.attempts}, the last on {kept.last_seen:%Y-%m-%d %H:%M}"
    place = f"{letter.position.place}:{letter.position.number}"
    return f"{kept.id}  {letter.source}  {place}\n    {what}: {reason.code} ({reason.message}); {tried}"


def _tell(report: ReplayReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_document())
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"{report.replayed:,} of {report.tried:,} dead letters replayed, {report.still_open:,} still open.")
    for (source, code), count in sorted(report.again.items()):
        console.print(f"Rejected again: {source} {code} {count:,}")
    complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for problem, count in report.problems.items():
        complaints.print(f"Not replayed ({count:,}): {problem}")
