"""Levels: a comparison is a list of findings, from agreement to contradiction, each within contexts.

What two strangers have in common depends on where they meet: people of one home share a family name, a street, often
a telephone. So a finding is told apart by context, and in each context counts for what it is worth there: the chain
rule of probability in place of the assumption that facts are independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from resolution.conditions.condition import DUCKDB, Condition, Dialect
from resolution.conditions.logic import OTHERWISE, all_of

_NEVER_MORE_COMMON_THAN = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """What a comparison can find.

    ``m``, ``u``: published defaults, the shares of matching and of other pairs; where data are few they decide.
    ``frequency_of``: column whose values weigh more the rarer they are.
    """

    label: str
    condition: Condition
    m: float
    u: float
    frequency_of: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Where a finding is more common among strangers than elsewhere: ``times`` so often, until the data say more."""

    label: str
    condition: Condition
    times: float


@dataclass(frozen=True, slots=True)
class Level:
    """A finding in a context (0 stands for no context), as Splink sees it."""

    label: str
    condition: Condition
    finding: int
    context: int
    m: float
    u: float
    frequency_of: str | None


@dataclass(frozen=True)
class Comparison:
    """One fact of a person: every finding in every context. The last finding is what remains.

    ``missing``: condition under which it says nothing. ``shared``: a home shares it. ``stable``: its errors
    are learned from pairs that are sure without it. ``opposite``: label of the finding
    that speaks against one person, where the fact is a stable one. ``most_different``: the largest share of one
    person's records that can differ in it, whatever the data seem to say.
    """

    name: str
    missing: Condition
    findings: Sequence[Finding]
    contexts: Sequence[Context] = ()
    shared: bool = False
    stable: bool = False
    opposite: str | None = None
    most_different: float | None = None

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Findings in their order, each in its contexts first; read from the top, the first that holds counts."""
        return tuple(
            level
            for number, finding in enumerate(self.findings)
            for level in (
                *(_within(finding, context, number, place) for place, context in enumerate(self.contexts, start=1)),
                Level(finding.label, finding.condition, number, 0, finding.m, finding.u, finding.frequency_of),
            )
        )

    def for_splink(self, dialect: Dialect = DUCKDB) -> dict[str, Any]:
        """The comparison in Splink's settings, with the defaults."""
        nothing = {"sql_condition": self.missing.sql(dialect), "label_for_charts": "missing", "is_null_level": True}
        levels = [_for_splink(level, dialect) for level in self.levels]
        return {"output_column_name": self.name, "comparison_levels": [nothing, *levels]}

    def position(self, dialect: Dialect = DUCKDB) -> str:
        """SQL that gives the position of a pair's level, -1 where a value is missing. Each condition is asked once."""
        finding, within = self._places(dialect)
        return f"CASE WHEN {self.missing.when(dialect)} THEN -1 ELSE {finding} + {within} END"

    def gamma(self, dialect: Dialect = DUCKDB) -> str:
        """The same in the numbers of Splink, which counts from the last level."""
        finding, within = self._places(dialect)
        last = len(self.levels) - 1
        return f"CASE WHEN {self.missing.when(dialect)} THEN -1 ELSE {last} - {finding} - {within} END"

    def _places(self, dialect: Dialect) -> tuple[str, str]:
        finding = _first([finding.condition.when(dialect) for finding in self.findings[:-1]])
        within = _first([context.condition.when(dialect) for context in self.contexts])
        return f"({finding}) * {len(self.contexts) + 1}", within


def _first(conditions: Sequence[str]) -> str:
    """SQL that gives the place of the first condition that holds, their number where none does."""
    found = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(conditions))
    return f"CASE {found} ELSE {len(conditions)} END" if found else "0"


def _within(finding: Finding, context: Context, number: int, place: int) -> Level:
    rest = finding.condition == OTHERWISE
    # The context is asked for last: it is the dearer condition, and few pairs come so far.
    condition = context.condition if rest else all_of(finding.condition, context.condition)
    u = finding.u if rest else min(finding.u * context.times, _NEVER_MORE_COMMON_THAN)
    return Level(f"{finding.label}, {context.label}", condition, number, place, finding.m, u, None)


def _for_splink(level: Level, dialect: Dialect) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sql_condition": level.condition.sql(dialect),
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.frequency_of:
        # The frequency takes the place of this level's own u, so the detection of another exact level is off.
        found |= {
            "tf_adjustment_column": level.frequency_of,
            "tf_adjustment_weight": 1.0,
            "disable_tf_exact_match_detection": True,
        }
    return found
