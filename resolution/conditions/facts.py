"""Conditions on the facts of two customers: equal, similar, missing, in common."""

from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from resolution.conditions.condition import DUCKDB, Condition, Dialect, Fact, Value
from resolution.conditions.values import Column, Slice
from resolution.conditions.variables import Variables, present


@dataclass(frozen=True, slots=True)
class Missing(Condition):
    """One of the columns is not known, on one side at least."""

    columns: tuple[str, ...]

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in self.columns)

    def holds(self, variables: Variables) -> str:
        return f"({' or '.join(f'{name} is None' for name in self._both(variables))})"

    def fails(self, variables: Variables) -> str:
        return f"({present(self._both(variables))})"

    def _both(self, variables: Variables) -> list[str]:
        return [variables.column(column, side) for column in self.columns for side in "lr"]


@dataclass(frozen=True, slots=True)
class Equal(Fact):
    """Two values are equal."""

    one: Value
    other: Value

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"{self.one.sql(dialect)} = {self.other.sql(dialect)}"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        (of_one, one), (of_other, other) = self.one.text(variables), self.other.text(variables)
        return [*of_one, *of_other], f"{one} == {other}"


@dataclass(frozen=True, slots=True)
class Same(Fact):
    """The values of a column are equal."""

    column: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return f"{self.column}_l = {self.column}_r"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        left, right = _both(self.column, variables)
        return [left, right], f"{left} == {right}"


@dataclass(frozen=True, slots=True)
class Is(Fact):
    """A column of the left customer has this value."""

    column: str
    value: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        escaped = self.value.replace("'", "''")
        return f"{self.column}_l = '{escaped}'"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        left = variables.column(self.column, "l")
        return [left], f"{left} == {self.value!r}"


@dataclass(frozen=True, slots=True)
class HasLength(Fact):
    """A text of one side has at least ``least`` and at most ``most`` letters."""

    column: str
    side: str
    least: int
    most: int = 1_000_000

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return f"length({self.column}_{self.side}) BETWEEN {self.least} AND {self.most}"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        text = variables.column(self.column, self.side)
        return [text], f"{self.least} <= len({text}) <= {self.most}"


@dataclass(frozen=True, slots=True)
class Similar(Fact):
    """Jaro-Winkler similarity of at least so much, between two columns of either side."""

    one: Column
    other: Column
    least: float

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"{dialect.similarity}({self.one.sql(dialect)}, {self.other.sql(dialect)}) >= {self.least}"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        one, other = (variables.column(column.name, column.side) for column in (self.one, self.other))
        return [one, other], f"{variables.once(f'similarity({one}, {other})')} >= {self.least}"


@dataclass(frozen=True, slots=True)
class WithinEdits(Condition):
    """So many letters apart at most, a swap counted as one. Jaro-Winkler is asked first: it is five times as fast."""

    column: str
    most: int
    least_similar: float = 0.6

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        both = f"({self.column}_l, {self.column}_r)"
        near = f"{dialect.similarity}{both} >= {self.least_similar}"
        return f"CASE WHEN {near} THEN {dialect.edits}{both} <= {self.most} ELSE false END"

    def holds(self, variables: Variables) -> str:
        left, right = _both(self.column, variables)
        similar = f"{variables.once(f'similarity({left}, {right})')} >= {self.least_similar}"
        near = f"{variables.once(f'edits({left}, {right})')} <= {self.most}"
        return f"({present([left, right])} and {similar} and {near})"

    def fails(self, variables: Variables) -> str:
        return f"(not {self.holds(variables)})"


@dataclass(frozen=True, slots=True)
class Meet(Fact):
    """Two lists have a value in common."""

    column: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"{dialect.meet}({self.column}_l, {self.column}_r)"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        left, right = _both(self.column, variables)
        return [left, right], variables.once(f"meet({left}, {right})")


@dataclass(frozen=True, slots=True)
class ShareMost(Fact):
    """Two lists have at least ``least`` values in common, and half of the shorter list."""

    column: str
    least: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        left, right = f"{self.column}_l", f"{self.column}_r"
        common = f"{dialect.size}({dialect.intersect}({left}, {right}))"
        shorter = f"least({dialect.size}({left}), {dialect.size}({right}))"
        return f"({common} >= {self.least} AND 2 * {common} >= {shorter})"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        left, right = _both(self.column, variables)
        return [left, right], f"share_most({left}, {right}, {self.least})"


@dataclass(frozen=True, slots=True)
class YearsApart(Fact):
    """Two dates lie at most so many calendar years apart."""

    column: str
    most: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        left, right = (f"CAST(substring({self.column}_{side}, 1, 4) AS INT)" for side in "lr")
        return f"abs({left} - {right}) <= {self.most}"

    def test(self, variables: Variables) -> tuple[list[str], str]:
        left, right = _both(self.column, variables)
        return [left, right], f"abs(int({left}[:4]) - int({right}[:4])) <= {self.most}"


def _both(column: str, variables: Variables) -> tuple[str, str]:
    return variables.column(column, "l"), variables.column(column, "r")


def missing(*columns: str) -> Condition:
    """One of the values is not known, on one side at least."""
    return Missing(columns)


def similar(column: str, least: float) -> Condition:
    """Jaro-Winkler similarity of at least so much."""
    return Similar(Column(column, "l"), Column(column, "r"), least)


def same_slice(column: str, first: int, last: int) -> Condition:
    """The same characters at the same place."""
    return Equal(Slice(Column(column, "l"), first, last), Slice(Column(column, "r"), first, last))


def similarity(x: str, y: str) -> float:
    """Jaro-Winkler similarity, 0 to 1, over bytes."""
    if x.isascii() and y.isascii():
        return JaroWinkler.similarity(x, y)
    return JaroWinkler.similarity(x.encode(), y.encode())


def edits(x: str, y: str) -> int:
    """Damerau-Levenshtein distance over bytes."""
    if x.isascii() and y.isascii():
        return DamerauLevenshtein.distance(x, y)
    return DamerauLevenshtein.distance(x.encode(), y.encode())


def meet(one: list[str], other: list[str]) -> bool:
    """Whether two lists have a value in common; they are short, so no set is made of them."""
    return any(value in other for value in one)


def share_most(one: list[str], other: list[str], least: int) -> bool:
    """Whether two lists have so many values in common, and half of the shorter list."""
    common = len(set(one).intersection(other))
    return common >= least and 2 * common >= min(len(one), len(other))


FUNCTIONS = {function.__name__: function for function in (similarity, edits, meet, share_most)}
"""What Python text of conditions calls."""
