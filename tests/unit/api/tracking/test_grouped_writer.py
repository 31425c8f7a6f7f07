# Whatever is wrong with one message, the others of its group are written.
from collections.abc import Sequence

import pytest

from api.tracking.grouped_writer import write_acceptable
from graph.errors import GraphError, GraphUnavailableError
from graph.messages import MessagesWritten
from graph.records import MessageRecords
from tests.factories import interaction


class Database:
    """Fails with an error wherever one of some messages is among those to write."""

    def __init__(self, error: Exception, *poisoned: int) -> None:
        self.written: list[str] = []
        self._error, self._poisoned = error, {f"web:m{number}" for number in poisoned}

    def write(self, messages: Sequence[MessageRecords]) -> MessagesWritten:
        keys = [message.interaction.key for message in messages]
        if self._poisoned & set(keys):
            raise self._error
        self.written += keys
        return MessagesWritten(len(keys), frozenset())


MESSAGES = [MessageRecords(interaction(f"m{number}")) for number in range(9)]


@pytest.mark.parametrize("error", [GraphError("refused", ""), TypeError("recursion limit"), OverflowError("int64")])
def test_only_what_cannot_be_written_is_refused(error: Exception) -> None:
    database = Database(error, 2, 7)

    assert write_acceptable(database.write, MESSAGES, lambda _: None) == [2, 7]
    assert database.written == [f"web:m{number}" for number in range(9) if number not in {2, 7}]


def test_where_the_database_is_away_nothing_is_refused() -> None:
    database = Database(GraphUnavailableError("away", ""), 2)

    with pytest.raises(GraphUnavailableError):
        write_acceptable(database.write, MESSAGES, lambda _: None)
    assert database.written == []
