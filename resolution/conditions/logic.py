"""Conditions made of conditions, in the logic of three values."""

from dataclasses import dataclass

from resolution.conditions.condition import DUCKDB, Condition, Dialect
from resolution.conditions.variables import Variables


@dataclass(frozen=True, slots=True)
class All(Condition):
    """All of them hold."""

    of: tuple[Condition, ...]

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return " AND ".join(f"({condition.sql(dialect)})" for condition in self.of)

    def when(self, dialect: Dialect = DUCKDB) -> str:
        return " AND ".join(f"({condition.when(dialect)})" for condition in self.of)

    def holds(self, variables: Variables) -> str:
        return _joined(" and ", [condition.holds(variables) for condition in self.of])

    def fails(self, variables: Variables) -> str:
        return _joined(" or ", [condition.fails(variables) for condition in self.of])


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """One of them holds."""

    of: tuple[Condition, ...]

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return " OR ".join(f"({condition.sql(dialect)})" for condition in self.of)

    def when(self, dialect: Dialect = DUCKDB) -> str:
        return " OR ".join(f"({condition.when(dialect)})" for condition in self.of)

    def holds(self, variables: Variables) -> str:
        return _joined(" or ", [condition.holds(variables) for condition in self.of])

    def fails(self, variables: Variables) -> str:
        return _joined(" and ", [condition.fails(variables) for condition in self.of])


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """It does not hold."""

    of: Condition

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"NOT ({self.of.sql(dialect)})"

    def holds(self, variables: Variables) -> str:
        return self.of.fails(variables)

    def fails(self, variables: Variables) -> str:
        return self.of.holds(variables)


@dataclass(frozen=True, slots=True)
class Surely(Condition):
    """It holds; where it cannot be told, it does not."""

    of: Condition

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"coalesce({self.of.sql(dialect)}, false)"

    def when(self, dialect: Dialect = DUCKDB) -> str:
        return self.of.when(dialect)

    def holds(self, variables: Variables) -> str:
        return self.of.holds(variables)

    def fails(self, variables: Variables) -> str:
        return f"(not {self.of.holds(variables)})"


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """It holds of any two."""

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return "true"

    def holds(self, variables: Variables) -> str:
        del variables
        return "True"

    def fails(self, variables: Variables) -> str:
        del variables
        return "False"


@dataclass(frozen=True, slots=True)
class Otherwise(Always):
    """What remains when nothing else holds."""

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return "ELSE"


OTHERWISE, ALWAYS = Otherwise(), Always()


def _joined(word: str, texts: list[str]) -> str:
    return f"({word.join(texts)})"


def any_of(*conditions: Condition) -> Condition:
    """One of them holds."""
    return conditions[0] if len(conditions) == 1 else OneOf(conditions)


def all_of(*conditions: Condition) -> Condition:
    """All of them hold."""
    return conditions[0] if len(conditions) == 1 else All(conditions)
