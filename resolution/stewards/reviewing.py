"""Reviewing: the answers of a review file become decisions."""

from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from graph.connection import Graph
from resolution.incremental import IncrementalResolution
from resolution.stewards.review_files import Answer, SetAside, read_answers
from resolution.stewards.stewardship import Steward
from resolution.stewards.verdicts import Outcome, Verdict, decide_pairs


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a review file. ``known``: rows that decisions in force said already; ``empty``: not answered."""

    decided: int
    known: int
    empty: int
    set_aside: tuple[SetAside, ...]


def import_answers(graph: Graph, resolution: IncrementalResolution, file: Path, actor: str) -> Imported:
    """Decide what a review file answers; wrong rows are set aside, the others kept. Raises SourceReadError, GraphError.

    The same file again changes nothing.
    """
    rows = list(read_answers(file))
    answers = [row for row in rows if isinstance(row, Answer) and row.same is not None]
    outcomes = decide_pairs(graph, resolution, [_verdict(answer, file, actor) for answer in answers])
    refused = [
        SetAside(str(file), answer.line, outcome.field or "decision", outcome.problem, answer.cells)
        for answer, outcome in zip(answers, outcomes, strict=True)
        if outcome.problem
    ]
    set_aside = [row for row in rows if isinstance(row, SetAside)] + refused
    return Imported(
        decided=sum(outcome.decision is not None for outcome in outcomes),
        known=sum(outcome == Outcome() for outcome in outcomes),
        empty=sum(isinstance(row, Answer) and row.same is None for row in rows),
        set_aside=tuple(sorted(set_aside, key=lambda row: row.line)),
    )


def _verdict(answer: Answer, file: Path, actor: str) -> Verdict:
    reason = answer.reason or f"reviewed in {file.name}"
    return Verdict(answer.left, answer.right, bool(answer.same), Steward(actor, reason))


def rejects_file(file: Path) -> Path:
    """Where the rows of a review file that were set aside go, unless it is said otherwise: a file that is not there.

    One of before may have been mended meanwhile.
    """
    names = chain([f"{file.stem}.rejects.csv"], (f"{file.stem}.rejects-{number}.csv" for number in count(2)))
    return next(place for name in names if not (place := file.parent / name).exists())
