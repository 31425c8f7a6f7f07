"""``cdp review``: the questions that are most worth a steward's time, answered in a file."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from graph.address import resolve_address
from graph.connection import open_async_graph
from graph.customer_facts import get_customer_facts
from graph.errors import InputError
from graph.printing import print_json
from graph.review import Question, review_queue
from resolution.stewards.review_files import require_place, write_questions, write_set_aside
from resolution.stewards.reviewing import Imported, import_answers, rejects_file
from resolution.stewards.steward_commands import Actor, AsJson, last_resolution, opened_graph

review_app = typer.Typer(
    no_args_is_help=True,
    help="The doubtful pairs, what tells most first, to be decided in bulk.",
    epilog="Example: cdp review list",
)

Facts = Mapping[str, Mapping[str, str]]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many questions, the best first.")]
# Findings that speak loudest are told; a question is a line or two.
_FINDINGS = 4


@review_app.command("list", epilog="Example: cdp review list --limit 20")
def list_command(limit: Limit = 20, as_json: AsJson = False) -> None:
    """The questions that are most worth asking, the best first."""
    questions, _ = _questions(limit, with_facts=False)
    if as_json:
        print_json([asdict(question) for question in questions])
        return
    for question in questions:
        Console(soft_wrap=True).print(_in_words(question), markup=False, highlight=False)
    if not questions:
        Console().print("Nothing is in doubt.")


@review_app.command("export", epilog="Example: cdp review export doubts.csv --limit 500")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV file to write.")],
    limit: Limit = 500,
    as_json: AsJson = False,
) -> None:
    """Write questions with both records side by side; fill in decision (same, different) and reason, then import."""
    questions, facts = _questions(limit, with_facts=True)
    write_questions(file, questions, facts)
    if as_json:
        print_json({"file": str(file), "questions": len(questions)})
        return
    Console(soft_wrap=True).print(
        f"{len(questions)} questions are in {file}, with personal data. Then: cdp review import", markup=False
    )


@review_app.command("import", epilog="Example: cdp review import doubts.csv --actor ada")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A filled in review file.")],
    actor: Actor,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Where rows go that are wrong; else a new FILE.rejects.csv.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide what a review file answers; wrong rows are set aside in a file, to be mended and imported again."""
    place = rejects or rejects_file(file)
    require_place(place, file)
    with opened_graph() as graph:
        imported = import_answers(graph, last_resolution(graph), file, actor)
    aside = place if imported.set_aside else None
    if aside:
        write_set_aside(aside, imported.set_aside)
    _tell(imported, aside, as_json=as_json)
    if aside:
        raise typer.Exit(InputError.exit_code)


def _questions(limit: int, *, with_facts: bool) -> tuple[Sequence[Question], Facts]:
    return asyncio.run(_read(limit, with_facts=with_facts))


async def _read(limit: int, *, with_facts: bool) -> tuple[Sequence[Question], Facts]:
    async with open_async_graph(resolve_address()) as graph:
        questions = await review_queue(graph, limit)
        customers = {key for question in questions for key in (question.left, question.right)}
        return questions, await get_customer_facts(graph, customers) if with_facts else {}


def _in_words(question: Question) -> str:
    loudest = sorted(question.evidence, key=lambda part: -abs(part.match_weight + part.term_frequency_weight))
    findings = ", ".join(
        f"{part.comparison} {part.level} ({part.match_weight + part.term_frequency_weight:+.1f})"
        for part in loudest[:_FINDINGS]
    )
    return (
        f"{question.left}  {question.right}  {question.information:.2f} bits\n    {question.why}\n    "
        f"weight {question.match_weight:+.1f}: {findings}"
    )


def _tell(imported: Imported, aside: Path | None, *, as_json: bool) -> None:
    rows = [{name: getattr(row, name) for name in ("line", "field", "problem")} for row in imported.set_aside]
    counts = {"decided": imported.decided, "known": imported.known, "empty": imported.empty, "set_aside": len(rows)}
    if as_json:
        document = {**counts, "rejects": str(aside) if aside else None, "rows": rows}
        print_json(document)
        return
    console = Console(soft_wrap=True)
    console.print(", ".join(f"{name.replace('_', ' ')}: {count:,}" for name, count in counts.items()))
    for row in rows[:_FINDINGS]:
        console.print(f"line {row['line']}, {row['field']}: {row['problem']}", markup=False)
    if aside:
        console.print(f"Mend them in {aside} and import that file.", markup=False)
