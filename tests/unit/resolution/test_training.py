from dataclasses import replace

import numpy as np
import pytest

from resolution.comparing.comparisons import comparisons_for
from resolution.comparing.levels import Comparison, Finding
from resolution.conditions.facts import Same, missing
from resolution.conditions.logic import OTHERWISE
from resolution.models.patterns import Patterns, RandomPairs
from resolution.models.training import train

# Five facts of which each agrees in so many matching and other pairs.
M, U = (0.9, 0.8, 0.95, 0.7, 0.85), (0.1, 0.05, 0.2, 0.02, 0.3)
MATCHES, STRANGERS = 4_000, 40_000
FACTS = [
    Comparison(name, missing(name), [Finding("equal", Same(name), 0.6, 0.3), Finding("different", OTHERWISE, 0.4, 0.7)])
    for name in (f"fact_{number}" for number in range(len(M)))
]


def patterns() -> Patterns:
    """Every pattern as often as it is expected."""
    agreeing = np.indices([2] * len(M)).reshape(len(M), -1) == 0
    of_matches = np.prod(np.where(agreeing, np.array(M)[:, None], 1 - np.array(M)[:, None]), axis=0)
    of_strangers = np.prod(np.where(agreeing, np.array(U)[:, None], 1 - np.array(U)[:, None]), axis=0)
    return Patterns(
        levels=tuple(np.where(found, 0, 1) for found in agreeing),
        rarity=np.zeros(agreeing.shape[1]),
        counts=MATCHES * of_matches + STRANGERS * of_strangers,
    )


def at_random(pairs: int) -> RandomPairs:
    return RandomPairs(pairs, tuple(np.array([pairs * u, pairs * (1 - u)]) for u in U))


def test_training_finds_the_rates_that_made_the_pairs() -> None:
    customers = round((2 * (MATCHES + STRANGERS)) ** 0.5)  # as if every pair were blocked

    found = train(FACTS, patterns(), at_random(MATCHES + STRANGERS), customers)

    assert [float(m[0]) for m in found.m] == pytest.approx(M, abs=0.03)
    assert [float(u[0]) for u in found.u] == pytest.approx(U, abs=0.05)
    assert found.prior * customers * (customers - 1) / 2 == pytest.approx(MATCHES, rel=0.1)
    assert found.unseen == ()


def test_a_stable_fact_learns_from_all_matches_where_none_is_sure_without_it() -> None:
    """The other facts weigh 12.9 bits at most, the prior -3.5: nothing reaches the ten that make a pair sure."""
    customers = round((2 * (MATCHES + STRANGERS)) ** 0.5)

    found = train([replace(FACTS[0], stable=True), *FACTS[1:]], patterns(), at_random(MATCHES + STRANGERS), customers)

    assert float(found.m[0][0]) == pytest.approx(M[0], abs=0.03)


def test_matches_differ_in_a_fact_no_more_than_one_person_does() -> None:
    customers = round((2 * (MATCHES + STRANGERS)) ** 0.5)
    bounded = [replace(FACTS[1], most_different=0.1)]

    found = train([FACTS[0], *bounded, *FACTS[2:]], patterns(), at_random(MATCHES + STRANGERS), customers)

    assert [float(m) for m in found.m[1]] == pytest.approx([0.9, 0.1])


def test_where_there_is_nothing_to_learn_from_the_defaults_rule() -> None:
    nothing = Patterns(tuple(np.zeros(0, np.int64) for _ in FACTS), np.zeros(0), np.zeros(0))

    found = train(FACTS, nothing, RandomPairs(0, tuple(np.zeros(2) for _ in FACTS)), customers=2)

    assert [float(m[0]) for m in found.m] == pytest.approx([0.6] * len(FACTS))
    assert [float(u[0]) for u in found.u] == pytest.approx([0.3] * len(FACTS))
    assert "fact_0: equal" in found.unseen


def test_probabilities_add_up_in_every_context() -> None:
    facts = comparisons_for({"given_name", "family_name", "street", "postcode", "city", "emails", "phones"})
    generator = np.random.default_rng(7)
    size = 500
    blocked = Patterns(
        levels=tuple(generator.integers(0, len(fact.levels) + 1, size) for fact in facts),
        rarity=generator.uniform(0, 12, size),
        counts=generator.integers(1, 90, size).astype(np.float64),
    )
    random = RandomPairs(9_000, tuple(generator.integers(0, 99, len(fact.levels)).astype(np.float64) for fact in facts))

    found = train(facts, blocked, random, customers=3_000)

    assert 0 < found.prior <= 0.5
    for fact, m, u in zip(facts, found.m, found.u, strict=True):
        for context in {level.context for level in fact.levels}:
            inside = [level.context == context for level in fact.levels]
            assert float(m[inside].sum()) == pytest.approx(1, abs=1e-6)
            assert float(u[inside].sum()) == pytest.approx(1, abs=1e-6)
            assert (m[inside] > 0).all()
            assert (u[inside] > 0).all()
