"""The connection: one driver per process, managed transactions, the driver's errors as ours.

Bulk writes are sync (``Graph``), reads that the API awaits are async (``AsyncGraph``). Both name their statements,
never their text, so that whatever reaches the database is a file in ``cypher/``.
"""

import logging
from asyncio import sleep
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol, TypeVar

from neo4j import (
    AsyncDriver,
    AsyncGraphDatabase,
    Driver,
    GraphDatabase,
    ManagedTransaction,
    NotificationMinimumSeverity,
    Query,
    unit_of_work,
)
from neo4j import Transaction as UnmanagedTransaction
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError, ServiceUnavailable, TransientError

from cypher import joined_statement, statement
from graph.address import Address
from graph.errors import BusyError, GraphError, GraphUnavailableError, ReadTimeoutError, WriteConflictError
from graph.watching import watch_connection, watch_statement
from graph.written_parts import WrittenParts

Row = dict[str, Any]
Result = TypeVar("Result")

READ_TIMEOUT_S = 5.0
# Everything that one explanation reads.
READING_TIMEOUT_S = 30.0
WRITE_TIMEOUT_S = 300.0
_SETTINGS: dict[str, Any] = {
    "max_connection_pool_size": 30,
    "connection_acquisition_timeout": 2.0,
    "connection_timeout": 3.0,
    "telemetry_disabled": True,
    "notifications_min_severity": NotificationMinimumSeverity.OFF,
}
# A batch that meets deadlocks, or no server, is tried again for this long.
RETRY_S = 60.0
# Up to so many rows round trips are what takes the time; of many it is the rows, and each statement lets go of its own.
ROWS_JOINED = 1_000
_WRITER = {**_SETTINGS, "initial_retry_delay": 0.05}
# A read is tried again after these pauses when a connection was lost or the server asks for it.
_READ_PAUSES_S = (0.05, 0.2, 0.8)
# At DEBUG the driver logs what it sends, the parameters of every statement with it: emails, names. Whoever turns the
# level up for another reason must not find them in the log.
logging.getLogger("neo4j.io").addFilter(lambda record: record.levelno > logging.DEBUG)
# Writers that wait for each other's locks are tried again as a matter of course; where it does not end is an error.
logging.getLogger("neo4j.session").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement gave: its rows, and how many nodes were new."""

    rows: list[Row]
    nodes_created: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement by its name, with its parameters."""

    name: str
    parameters: Mapping[str, Any]

    def run_in(self, transaction: "Transaction") -> Outcome:
        """Run it by itself."""
        return transaction.run(self.name, **self.parameters)


class Reader(Protocol):
    """Whatever can read by the name of a statement: a graph, or a transaction in it."""

    def read(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """Rows of a reading statement. Raises GraphError."""
        ...


class Transaction:
    """The inside of one transaction: statements by name.

    ``outside``: the graph as others see it. ``written``: the blocking parts that this transaction has written.
    """

    def __init__(self, transaction: ManagedTransaction | UnmanagedTransaction, outside: Reader) -> None:
        self._transaction, self.outside = transaction, outside
        self.written = WrittenParts()
        self._deleted_edges = False

    @property
    def index_misses_nodes(self) -> bool:
        """Whether full-text look-ups in here cannot be trusted.

        The index of blocking parts is written after the commit, so this transaction does not find what it has written
        itself. And once it has deleted relationships, Neo4j 5.26 leaves out the nodes whose internal ids are those of
        the relationships: of 40 nodes none was found after 45 relationships with the ids 0 to 44 were gone.
        """
        return self._deleted_edges or bool(self.written.customers)

    def run(self, name: str, **parameters: Any) -> Outcome:  # noqa: ANN401 -- whatever Cypher takes
        """Run a statement. Parameters are what the statement's header names."""
        return self._run(name, statement(name), parameters)

    def run_joined(self, name: str, statements: Sequence[Statement]) -> Outcome:
        """Run several statements in one round trip: about .7 ms less for each but one.

        ``name``: of all together, for who watches. Rows have the columns of all that give rows; where one of these
        gives none, there is none. Each choice of statements is planned by itself, so there should be few.
        """
        text = joined_statement(tuple(each.name for each in statements))
        return self._run(name, text, {f"s{number}": dict(each.parameters) for number, each in enumerate(statements)})

    def _run(self, name: str, text: LiteralString, parameters: dict[str, Any]) -> Outcome:
        with watch_statement(name):
            result = self._transaction.run(text, parameters)
            # Statements give plain values, so nothing has to be looked for in them: ``data`` takes ten times as long.
            names = result.keys()
            rows = [dict(zip(names, record.values(), strict=True)) for record in result]
            counters = result.consume().counters
        self._deleted_edges = self._deleted_edges or counters.relationships_deleted > 0
        return Outcome(rows, counters.nodes_created)

    def read(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """Rows of a reading statement, as this transaction sees the graph."""
        return self.run(name, **parameters).rows


class Graph:
    """Sync access for loads, resolutions and the command line."""

    def __init__(self, driver: Driver, database: str) -> None:
        self._driver, self._database = driver, database

    def write(self, work: Callable[[Transaction], Result], timeout_s: float = WRITE_TIMEOUT_S) -> Result:
        """Run ``work`` in one transaction: all of it or nothing, again after transient errors and deadlocks.

        ``work`` may run several times, each at most ``timeout_s`` seconds with its waiting for locks. Raises
        GraphError, BusyError.
        """

        @unit_of_work(timeout=timeout_s)
        def managed(transaction: ManagedTransaction) -> Result:
            return work(Transaction(transaction, self))

        with (
            translated_errors(),
            watch_connection("write"),
            self._driver.session(database=self._database) as session,
        ):
            return session.execute_write(managed)

    def read(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """Rows of a reading statement. Raises GraphError."""
        return list(self.stream(name, **parameters))

    def read_table(self, name: str, **parameters: Any) -> tuple[list[str], list[Row]]:  # noqa: ANN401
        """Columns and rows of a reading statement; there are columns where there is no row. Raises GraphError."""
        with translated_errors(), self._driver.session(database=self._database, default_access_mode="READ") as session:
            result = session.run(statement(name), parameters)
            return list(result.keys()), result.data()

    def stream(self, name: str, **parameters: Any) -> Iterator[Row]:  # noqa: ANN401
        """Rows of a long reading statement, one by one and without a time limit. Raises GraphError."""
        with translated_errors(), self._driver.session(database=self._database, default_access_mode="READ") as session:
            for record in session.run(statement(name), parameters):
                yield record.data()

    @contextmanager
    def holding(self, name: str, **parameters: Any) -> Generator[None]:  # noqa: ANN401
        """Keep what a statement locks until the end; should this process die, the database lets go of it."""
        with translated_errors(), self._driver.session(database=self._database) as session:
            transaction = session.begin_transaction(timeout=0)
            try:
                transaction.run(statement(name), parameters).consume()
                yield
            finally:
                transaction.close()

    @contextmanager
    def rehearsing(self) -> Generator["Graph"]:
        """The same graph inside one transaction that is undone at the end, whatever happens.

        Until then it holds the locks of whatever is written to. Raises GraphError.
        """
        with translated_errors(), self._driver.session(database=self._database) as session:
            transaction = session.begin_transaction(timeout=0)
            try:
                yield _Rehearsal(self, transaction)
            finally:
                transaction.close()

    @contextmanager
    def reading(self, timeout_s: float = READING_TIMEOUT_S) -> Generator[Reader]:
        """Several reads in one transaction that ends after ``timeout_s`` seconds at the latest. Raises GraphError."""
        with translated_errors(), self._driver.session(database=self._database, default_access_mode="READ") as session:
            transaction = session.begin_transaction(timeout=timeout_s)
            try:
                yield Transaction(transaction, self)
            finally:
                transaction.close()

    def run_alone(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """Rows of a statement that needs a transaction of its own kind: schema changes, CALL IN TRANSACTIONS."""
        with translated_errors(), self._driver.session(database=self._database) as session:
            return session.run(statement(name), parameters).data()

    @property
    def driver(self) -> Driver:
        """The driver itself, for neomodel's schema functions and for benchmarks."""
        return self._driver

    @property
    def database(self) -> str:
        """Name of the database."""
        return self._database


class _Rehearsal(Graph):
    """A graph whose writes are seen by its own reads, and by nobody else."""

    def __init__(self, graph: Graph, transaction: UnmanagedTransaction) -> None:
        super().__init__(graph.driver, graph.database)
        self._transaction, self._inside = transaction, Transaction(transaction, graph)

    def write(self, work: Callable[[Transaction], Result], timeout_s: float = WRITE_TIMEOUT_S) -> Result:
        del timeout_s  # the rehearsal as a whole has none
        return work(self._inside)

    def stream(self, name: str, **parameters: Any) -> Iterator[Row]:  # noqa: ANN401
        for record in self._transaction.run(statement(name), parameters):
            yield record.data()


class AsyncGraph:
    """Async access for the read models."""

    def __init__(self, driver: AsyncDriver, database: str) -> None:
        self._driver, self._database = driver, database

    async def read(self, name: str, *, timeout_s: float = READ_TIMEOUT_S, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """Rows of a reading statement, at most ``timeout_s`` seconds on the server.

        Raises ReadTimeoutError, GraphUnavailableError, GraphError.
        """
        query = Query(statement(name), timeout=timeout_s)
        with translated_errors():
            for pause in _READ_PAUSES_S:
                try:
                    return await self._run(name, query, parameters)
                except (Neo4jError, DriverError) as error:
                    if not error.is_retryable():
                        raise
                await sleep(pause)
            return await self._run(name, query, parameters)

    async def _run(self, name: str, query: Query, parameters: dict[str, Any]) -> list[Row]:
        """One statement in a transaction of its own: one round trip, where BEGIN, RUN and COMMIT take three.

        A profile with its journey took 23 ms through managed transactions and 18 this way.
        """
        with watch_connection("read"), watch_statement(name):
            async with self._driver.session(database=self._database, default_access_mode="READ") as session:
                result = await session.run(query, parameters)
                names = result.keys()
                return [dict(zip(names, record.values(), strict=True)) async for record in result]

    async def ping(self, timeout_s: float = 0.5) -> None:
        """One round trip. Raises GraphUnavailableError."""
        await self.read("get_heartbeat", timeout_s=timeout_s)


@contextmanager
def open_graph(address: Address, retry_s: float = RETRY_S) -> Generator[Graph]:
    """A connected ``Graph``, closed at the end; ``retry_s``: for so long a transaction is tried again.

    Raises GraphUnavailableError.
    """
    # Threads that are more than the pool has connections wait for each other as long as for the database.
    settings = {**_WRITER, "max_transaction_retry_time": retry_s, "connection_acquisition_timeout": retry_s}
    with GraphDatabase.driver(address.uri, auth=_credentials(address), **settings) as driver:
        with _reaching(address):
            driver.verify_connectivity()
        yield Graph(driver, address.database)


@asynccontextmanager
async def open_async_graph(address: Address) -> AsyncGenerator[AsyncGraph]:
    """A connected ``AsyncGraph``, closed at the end. Raises GraphUnavailableError."""
    async with AsyncGraphDatabase.driver(address.uri, auth=_credentials(address), **_SETTINGS) as driver:
        with _reaching(address):
            await driver.verify_connectivity()
        yield AsyncGraph(driver, address.database)


def _credentials(address: Address) -> tuple[str, str] | None:
    if address.user is None or address.password is None:
        return None
    return address.user, address.password


@contextmanager
def _reaching(address: Address) -> Generator[None]:
    """Errors that name the server: another one than was meant is the usual reason."""
    try:
        with translated_errors():
            yield
    except GraphUnavailableError as error:
        raise GraphUnavailableError(f"{error.problem.removesuffix('.')}: {address.uri}", error.advice) from None


@contextmanager
def translated_errors() -> Generator[None]:
    """The driver's exceptions as ours; their texts and causes are dropped, because they may quote parameter values."""
    try:
        yield
    except AuthError:
        raise GraphUnavailableError(
            "Neo4j refused the credentials.", "Check NEO4J_USER and NEO4J_PASSWORD, or unset NEO4J_URI."
        ) from None
    except ServiceUnavailable:
        raise GraphUnavailableError(
            "Neo4j does not answer.", "See `cdp neo4j status`, or check that NEO4J_URI is right and the server is up."
        ) from None
    except TransientError as error:
        raise WriteConflictError(
            f"Neo4j kept refusing a transaction ({error.code}).", "Nothing of it was kept: send it again."
        ) from None
    except ClientError as error:
        raise _refusal(error) from None
    except (Neo4jError, DriverError) as error:
        code = getattr(error, "code", None) or type(error).__name__
        raise GraphError(f"Neo4j failed ({code}).", "See the server's log; `cdp neo4j status` says where.") from None


def _refusal(error: ClientError) -> GraphError | BusyError:
    code = error.code or ""
    if "LockClientStopped" in code or "LockAcquisitionTimeout" in code:
        return BusyError(
            "Somebody else is writing, mostly another resolution.", "Nothing was written: try again when it has ended."
        )
    if "TransactionTimedOut" in code or "Terminated" in code:
        return ReadTimeoutError("The database needed too long.", "Ask for less: fewer rows or a higher confidence.")
    if "DatabaseNotFound" in code:
        return GraphUnavailableError("The server has no database of this name.", "Check NEO4J_DATABASE.")
    return GraphError(f"Neo4j refused a statement ({code}).", "Run `cdp neo4j status`; the schema may be missing.")
