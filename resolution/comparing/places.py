"""Places: the comparisons of a model as one Python function of two rows, written as text and compiled once.

What several comparisons ask, such as whether two people share a home, is asked once a pair. A pair takes some five
microseconds, where closures within closures took fifteen and a query takes milliseconds whatever it is asked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from resolution.comparing.levels import Comparison
from resolution.conditions.condition import Condition, Row
from resolution.conditions.facts import FUNCTIONS
from resolution.conditions.variables import Variables

Weight: TypeAlias = float | Callable[[Row, Row], float]
Places: TypeAlias = Callable[[Row, Row, float], list[int] | None]
"""The place of the level that holds, by comparison, -1 where a value is missing; none where the weight of all of them
is surely below the third argument."""


@dataclass(frozen=True, slots=True)
class Question:
    """A comparison with the weights of its levels. ``later``: the most that all questions after it can say for."""

    comparison: Comparison
    weights: Sequence[Weight]
    later: float = 0.0


def places(questions: Sequence[Question], prior: float = 0.0) -> Places:
    """A function that asks these questions in their order, and gives their places in that order."""
    variables = Variables()
    body = [line for number, question in enumerate(questions) for line in _asked(number, question, variables)]
    answer = ", ".join(f"p{number}" for number in range(len(questions)))
    lines = [
        "def places(l, r, least):",
        "    sure = prior",
        *(f"    {line}" for line in body),
        f"    return [{answer}]",
    ]
    known: dict[str, Any] = {**FUNCTIONS, "prior": prior}
    known |= {f"weights{number}": question.weights for number, question in enumerate(questions)}
    # The text is made of our own conditions, of column names and of numbers; no value of a row enters it.
    exec(compile("\n".join(lines), "<comparisons>", "exec"), known)  # noqa: S102
    return known["places"]


def _asked(number: int, question: Question, variables: Variables) -> Iterator[str]:
    comparison = question.comparison
    missing = comparison.missing.holds(variables)
    finding = _first([finding.condition for finding in comparison.findings[:-1]], variables)
    within = _first([context.condition for context in comparison.contexts], variables)
    yield from variables.new_lines()
    yield f"if {missing}:"
    yield f"    p{number} = -1"
    yield "else:"
    yield f"    p{number} = {finding} * {len(comparison.contexts) + 1} + {within}"
    yield f"    w = weights{number}[p{number}]"
    yield "    sure += w if w.__class__ is float else w(l, r)"
    yield f"if sure + {question.later!r} < least:"
    yield "    return None"


def _first(conditions: Sequence[Condition], variables: Variables) -> str:
    """Text that gives the place of the first condition that holds, their number where none does."""
    asked = [f"{place} if {condition.holds(variables)} else" for place, condition in enumerate(conditions)]
    return f"({' '.join(asked)} {len(conditions)})"
