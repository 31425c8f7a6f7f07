"""Values: what is read of one of two customers."""

from dataclasses import dataclass

from resolution.conditions.condition import DUCKDB, Dialect, Reads, Row, Value


@dataclass(frozen=True, slots=True)
class Column(Value):
    """A column of the left ("l") or the right ("r") customer."""

    name: str
    side: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return f"{self.name}_{self.side}"

    def compiled(self) -> Reads:
        name = self.name
        if self.side == "l":
            return lambda left, _: left.get(name)
        return lambda _, right: right.get(name)


@dataclass(frozen=True, slots=True)
class Slice(Value):
    """Characters ``first`` to ``last`` of a text, counted from 1."""

    of: Value
    first: int
    last: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"substring({self.of.sql(dialect)}, {self.first}, {self.last - self.first + 1})"

    def compiled(self) -> Reads:
        read, start, end = self.of.compiled(), self.first - 1, self.last

        def sliced(left: Row, right: Row) -> str | None:
            text = read(left, right)
            return None if text is None else text[start:end]

        return sliced


@dataclass(frozen=True, slots=True)
class AllBut(Value):
    """A text without its last letters, at least ``least`` of them kept: the area of a postcode."""

    of: Value
    without: int
    least: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        text = self.of.sql(dialect)
        return f"substring({text}, 1, greatest(length({text}) - {self.without}, {self.least}))"

    def compiled(self) -> Reads:
        read, without, least = self.of.compiled(), self.without, self.least

        def shortened(left: Row, right: Row) -> str | None:
            text = read(left, right)
            return None if text is None else text[: max(len(text) - without, least)]

        return shortened
