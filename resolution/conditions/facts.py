"""Conditions on the facts of two customers: equal, similar, missing, in common."""

from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from resolution.conditions.condition import DUCKDB, Condition, Dialect, Holds, Row, Value
from resolution.conditions.values import Column, Slice


@dataclass(frozen=True, slots=True)
class Missing(Condition):
    """One of the columns is not known, on one side at least."""

    columns: tuple[str, ...]

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in self.columns)

    def compiled(self) -> Holds:
        columns = self.columns
        if len(columns) == 1:
            column = columns[0]
            return lambda left, right: left.get(column) is None or right.get(column) is None
        return lambda left, right: any(left.get(c) is None or right.get(c) is None for c in columns)


@dataclass(frozen=True, slots=True)
class Equal(Condition):
    """Two values are equal."""

    one: Value
    other: Value

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"{self.one.sql(dialect)} = {self.other.sql(dialect)}"

    def compiled(self) -> Holds:
        one, other = self.one.compiled(), self.other.compiled()

        def equal(left: Row, right: Row) -> bool | None:
            x, y = one(left, right), other(left, right)
            return None if x is None or y is None else x == y

        return equal


@dataclass(frozen=True, slots=True)
class Same(Condition):
    """The values of a column are equal."""

    column: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return f"{self.column}_l = {self.column}_r"

    def compiled(self) -> Holds:
        column = self.column

        def same(left: Row, right: Row) -> bool | None:
            x, y = left.get(column), right.get(column)
            return None if x is None or y is None else x == y

        return same


@dataclass(frozen=True, slots=True)
class Is(Condition):
    """A column of the left customer has this value."""

    column: str
    value: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        escaped = self.value.replace("'", "''")
        return f"{self.column}_l = '{escaped}'"

    def compiled(self) -> Holds:
        column, value = self.column, self.value

        def matches(left: Row, right: Row) -> bool | None:
            del right
            found = left.get(column)
            return None if found is None else found == value

        return matches


@dataclass(frozen=True, slots=True)
class HasLength(Condition):
    """A text of one side has at least ``least`` and at most ``most`` letters."""

    column: str
    side: str
    least: int
    most: int = 1_000_000

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return f"length({self.column}_{self.side}) BETWEEN {self.least} AND {self.most}"

    def compiled(self) -> Holds:
        read, least, most = Column(self.column, self.side).compiled(), self.least, self.most

        def long_enough(left: Row, right: Row) -> bool | None:
            text = read(left, right)
            return None if text is None else least <= len(text) <= most

        return long_enough


@dataclass(frozen=True, slots=True)
class Similar(Condition):
    """Jaro-Winkler similarity of at least so much, between two columns of either side."""

    one: Column
    other: Column
    least: float

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"{dialect.similarity}({self.one.sql(dialect)}, {self.other.sql(dialect)}) >= {self.least}"

    def compiled(self) -> Holds:
        one, other, least = self.one.compiled(), self.other.compiled(), self.least

        def similar(left: Row, right: Row) -> bool | None:
            x, y = one(left, right), other(left, right)
            return None if x is None or y is None else similarity(x, y) >= least

        return similar


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

    def compiled(self) -> Holds:
        column, most, least = self.column, self.most, self.least_similar

        def near(left: Row, right: Row) -> bool:
            x, y = left.get(column), right.get(column)
            if x is None or y is None or similarity(x, y) < least:
                return False
            return edits(x, y) <= most

        return near


@dataclass(frozen=True, slots=True)
class Meet(Condition):
    """Two lists have a value in common."""

    column: str

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"{dialect.meet}({self.column}_l, {self.column}_r)"

    def compiled(self) -> Holds:
        column = self.column

        def meet(left: Row, right: Row) -> bool | None:
            x, y = left.get(column), right.get(column)
            return None if x is None or y is None else any(value in y for value in x)

        return meet


@dataclass(frozen=True, slots=True)
class ShareMost(Condition):
    """Two lists have at least ``least`` values in common, and half of the shorter list."""

    column: str
    least: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        left, right = f"{self.column}_l", f"{self.column}_r"
        common = f"{dialect.size}({dialect.intersect}({left}, {right}))"
        shorter = f"least({dialect.size}({left}), {dialect.size}({right}))"
        return f"({common} >= {self.least} AND 2 * {common} >= {shorter})"

    def compiled(self) -> Holds:
        column, least = self.column, self.least

        def share(left: Row, right: Row) -> bool | None:
            x, y = left.get(column), right.get(column)
            if x is None or y is None:
                return None
            common = len(set(x).intersection(y))
            return common >= least and 2 * common >= min(len(x), len(y))

        return share


@dataclass(frozen=True, slots=True)
class YearsApart(Condition):
    """Two dates lie at most so many calendar years apart."""

    column: str
    most: int

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        left, right = (f"CAST(substring({self.column}_{side}, 1, 4) AS INT)" for side in "lr")
        return f"abs({left} - {right}) <= {self.most}"

    def compiled(self) -> Holds:
        column, most = self.column, self.most

        def apart(left: Row, right: Row) -> bool | None:
            x, y = left.get(column), right.get(column)
            return None if x is None or y is None else abs(int(x[:4]) - int(y[:4])) <= most

        return apart


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
