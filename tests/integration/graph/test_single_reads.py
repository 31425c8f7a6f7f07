import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from neo4j import AsyncDriver, AsyncGraphDatabase, Query
from neo4j.exceptions import ClientError

from graph.address import Address
from graph.single_reads import SingleReads

EVERY_KIND = "UNWIND range(1, 2500) AS n RETURN n, -n / 2.0 AS half, toString(n) AS text, [n, null, {a: true}] AS parts"
LONG = "UNWIND range(1, 1000000000) AS n RETURN count(n) AS counted"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def driver(neo4j_address: Address) -> AsyncGenerator[AsyncDriver]:
    """Of one connection, so that whoever reads next gets what was left."""
    given = neo4j_address
    auth = (given.user, given.password) if given.user and given.password else None
    async with AsyncGraphDatabase.driver(given.uri, auth=auth, max_connection_pool_size=1) as driver:
        yield driver


@pytest.fixture(scope="module")
def reads(driver: AsyncDriver, neo4j_address: Address) -> SingleReads:
    return SingleReads(driver, neo4j_address.database, acquisition_s=2.0)


async def rows_of_a_session(driver: AsyncDriver, text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    async with driver.session(default_access_mode="READ") as session:
        return await (await session.run(Query(text), parameters)).data()  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        (EVERY_KIND, {}),
        ("RETURN $text AS text, $list AS list, $map AS map", {"text": "ä", "list": [1, "b", None], "map": {"c": 2.5}}),
        ("UNWIND [] AS n RETURN n", {}),
    ],
)
async def test_a_read_gives_what_a_session_gives(
    driver: AsyncDriver, reads: SingleReads, text: str, parameters: dict[str, Any]
) -> None:
    assert await reads.rows(text, parameters, 5.0) == await rows_of_a_session(driver, text, parameters)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RETURN nothing", "SyntaxError"),
        ("RETURN 1 / 0 AS n", "ArithmeticError"),
        ("CREATE (:Nothing) RETURN 1 AS n", "AccessMode"),
        (LONG, "TransactionTimedOut"),
    ],
)
async def test_what_fails_raises_and_leaves_the_connection_as_it_was(reads: SingleReads, text: str, code: str) -> None:
    with pytest.raises(ClientError) as raised:
        await reads.rows(text, {}, 0.2)

    assert code in (raised.value.code or "")
    assert await reads.rows("RETURN 7 AS n", {}, 5.0) == [{"n": 7}]


async def test_who_is_not_waited_for_any_more_answers_nobody_else(reads: SingleReads) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reads.rows(LONG, {}, 5.0)

    assert await reads.rows("RETURN 7 AS n", {}, 5.0) == [{"n": 7}]
