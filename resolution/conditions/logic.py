"""Conditions made of conditions, in the logic of three values."""

from dataclasses import dataclass

from resolution.conditions.condition import DUCKDB, Condition, Dialect, Holds, Row


@dataclass(frozen=True, slots=True)
class All(Condition):
    """All of them hold."""

    of: tuple[Condition, ...]

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return " AND ".join(f"({condition.sql(dialect)})" for condition in self.of)

    def compiled(self) -> Holds:
        conditions = [condition.compiled() for condition in self.of]

        def hold(left: Row, right: Row) -> bool | None:
            found: bool | None = True
            for condition in conditions:
                one = condition(left, right)
                if one is None:
                    found = None
                elif not one:
                    return False
            return found

        return hold


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """One of them holds."""

    of: tuple[Condition, ...]

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return " OR ".join(f"({condition.sql(dialect)})" for condition in self.of)

    def compiled(self) -> Holds:
        conditions = [condition.compiled() for condition in self.of]

        def hold(left: Row, right: Row) -> bool | None:
            found: bool | None = False
            for condition in conditions:
                one = condition(left, right)
                if one is None:
                    found = None
                elif one:
                    return True
            return found

        return hold


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """It does not hold."""

    of: Condition

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"NOT ({self.of.sql(dialect)})"

    def compiled(self) -> Holds:
        condition = self.of.compiled()

        def turned(left: Row, right: Row) -> bool | None:
            found = condition(left, right)
            return None if found is None else not found

        return turned


@dataclass(frozen=True, slots=True)
class Surely(Condition):
    """It holds; where it cannot be told, it does not."""

    of: Condition

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        return f"coalesce({self.of.sql(dialect)}, false)"

    def compiled(self) -> Holds:
        condition = self.of.compiled()
        return lambda left, right: condition(left, right) is True


@dataclass(frozen=True, slots=True)
class Otherwise(Condition):
    """What remains when nothing else holds."""

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return "ELSE"

    def compiled(self) -> Holds:
        return lambda _, __: True


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """It holds of any two."""

    def sql(self, dialect: Dialect = DUCKDB) -> str:
        del dialect
        return "true"

    def compiled(self) -> Holds:
        return lambda _, __: True


OTHERWISE, ALWAYS = Otherwise(), Always()


def any_of(*conditions: Condition) -> Condition:
    """One of them holds."""
    return conditions[0] if len(conditions) == 1 else OneOf(conditions)


def all_of(*conditions: Condition) -> Condition:
    """All of them hold."""
    return conditions[0] if len(conditions) == 1 else All(conditions)
