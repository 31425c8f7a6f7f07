from collections.abc import Generator, Sequence
from typing import Any

import duckdb
import numpy as np
import pytest

from resolution.blocks.blocking import load_customers
from resolution.comparing.comparisons import comparisons_for
from resolution.comparing.levels import Comparison
from resolution.customers.hubs import SuspectDates
from resolution.customers.preparation import prepare
from resolution.models.frequencies import count_frequencies, load_frequencies
from resolution.models.model import Model
from resolution.models.training import Estimates
from resolution.scores.rules import RuleLink, RuleLinks, checked, rule_links
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers

CARD = ["loyalty_card:4711"]


@pytest.fixture
def connection() -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def ruled(connection: duckdb.DuckDBPyConnection, *rows: dict[str, Any]) -> RuleLinks:
    table = customers(*rows)
    prepared = prepare(table).table
    comparisons = comparisons_for(set(prepared.column_names))
    load_customers(connection, prepared, ResolutionSettings.model_validate({}))
    load_frequencies(connection, count_frequencies(connection, comparisons))
    return checked(connection, _untrained(comparisons, prepared.column_names), rule_links(table))


def _untrained(comparisons: Sequence[Comparison], columns: Sequence[str]) -> Model:
    """What rules ask of a model is no matter of its probabilities."""
    usual = Estimates(
        tuple(np.array([level.m for level in comparison.levels]) for comparison in comparisons),
        tuple(np.array([level.u for level in comparison.levels]) for comparison in comparisons),
        0.01,
        (),
    )
    nothing = SuspectDates(frozenset(), frozenset())
    return Model(tuple(columns), (), usual, {}, nothing, ResolutionSettings.model_validate({}))


def test_one_card_is_one_person() -> None:
    links = rule_links(
        customers(
            {"key": "shop:2", "identifiers": CARD},
            {"key": "crm:1", "identifiers": CARD},
            {"key": "crm:3", "identifiers": ["loyalty_card:9"]},
        )
    )

    assert links == [RuleLink("crm:1", "shop:2", "same_loyalty_card")]


def test_a_value_that_several_may_share_is_no_rule() -> None:
    both = ["national_id:1", "advertising_id:x"]

    assert rule_links(customers({"key": "a:1", "identifiers": both}, {"key": "b:2", "identifiers": both})) == []


def test_a_rule_holds_where_one_fact_is_another(connection: duckdb.DuckDBPyConnection) -> None:
    anna = {"given_name": "Anna", "birth_date": "1985-03-02", "identifiers": CARD}

    found = ruled(connection, {"key": "a:1", **anna}, {"key": "b:2", **anna, "birth_date": "1931-11-27"})

    assert [link.pair for link in found.links] == [("a:1", "b:2")]


def test_a_husband_who_shows_the_card_of_his_wife_is_not_her(connection: duckdb.DuckDBPyConnection) -> None:
    anna = {"key": "a:1", "given_name": "Anna", "family_name": "Ilg", "identifiers": CARD}
    otto = {"key": "b:2", "given_name": "Otto", "family_name": "Ilg", "identifiers": CARD}

    found = ruled(connection, anna, otto)

    assert found.links == ()
    assert found.refused == (RuleLink("a:1", "b:2", "same_loyalty_card"),)


def test_nothing_to_compare_contradicts_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    found = ruled(connection, {"key": "a:1", "identifiers": CARD}, {"key": "b:2", "identifiers": CARD})

    assert len(found.links) == 1
