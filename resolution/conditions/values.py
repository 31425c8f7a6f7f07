"""Values: what is read of one of two customers."""

from dataclasses import dataclass

from resolution.conditions.condition import DUCKDB, Dialect, Value
from resolution.conditions.variables import Variables


@dataclass(frozen=True, slots=True)
class Column(Value):
    """A column of the left ("l") or the right ("r") customer."""

    name: str
    side: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return f"{self.name}_{self.side}"

    def text(self, variables: Variables) -> tuple[list[str], str]:
        name = variables.column(self.name, self.side)
        return [name], name


@dataclass(frozen=True, slots=True)
class Slice(Value):
    """Characters ``first`` to ``last`` of a text, counted from 1."""

    of: Value
    first: int
    last: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"substring({self.of.sql(dialect)}, {self.first}, {self.last - self.first + 1})"

    def text(self, variables: Variables) -> tuple[list[str], str]:
        needed, text = self.of.text(variables)
        return needed, f"{text}[{self.first - 1}:{self.last}]"


@dataclass(frozen=True, slots=True)
class AllBut(Value):
    """A text without its last letters, at least ``least`` of them kept: the area of a postcode."""

    of: Value
    without: int
    least: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        text = self.of.sql(dialect)
        return f"substring({text}, 1, greatest(length({text}) - {self.without}, {self.least}))"

    def text(self, variables: Variables) -> tuple[list[str], str]:
        needed, text = self.of.text(variables)
        return needed, f"{text}[:max(len({text}) - {self.without}, {self.least})]"
