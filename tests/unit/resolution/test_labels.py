# Households of two who share name, home and mailbox; of each record four facts in ten are missing. A model without
# labels takes too many of them for one person, so there is something to learn from a steward.
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from faker import Faker

from graph.decisions import Decision
from graph.guards import read_guards
from graph.review import entropy
from resolution.clusters.clustering import ForestLink, Pair
from resolution.clusters.table_claims import TableClaims
from resolution.customers.prepared_rows import guards_over
from resolution.models.calibration import ENOUGH_LABELS, Calibration, Merge, calibrate, merges_of
from resolution.models.fitting import Fitted, Teaching, fit
from resolution.models.labels import NO_LABELS, LabelledPatterns, Labels, labels_of
from resolution.models.model import Model, model_of
from resolution.models.patterns import Patterns, RandomPairs
from resolution.models.training import train
from resolution.progress import Clock
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers
from tests.unit.resolution.test_training import FACTS, at_random, patterns

SETTINGS = ResolutionSettings.model_validate({"random_pairs": 100_000})
LABELLED = 200


def households(count: int) -> list[dict[str, Any]]:
    faker, dice = Faker("de_DE"), random.Random(1)
    faker.seed_instance(1)
    rows: list[dict[str, Any]] = []
    for home in range(count):
        shared = {
            "family_name": faker.last_name(),
            "street": faker.street_address(),
            "postcode": faker.postcode(),
            "emails": [f"{faker.user_name()}{home}@example.org"],
        }
        for member in range(2):
            born = faker.date_of_birth(minimum_age=18, maximum_age=90).isoformat()
            person = {**shared, "given_name": faker.first_name(), "birth_date": born}
            for copy in range(dice.choice([1, 2, 3])):
                known = {name: value for name, value in person.items() if dice.random() < 0.6}
                rows.append({"key": f"crm:{home:03}-{member}-{copy}", **known})
    return rows


ROWS = customers(*households(150))


def trained(labels: Labels) -> Fitted:
    return fit(ROWS, Teaching(SETTINGS, read_guards(), labels), Clock())


def is_same(pair: Pair) -> bool:
    left, right = (key.rsplit("-", 1)[0] for key in pair)
    return left == right


def forest_of(fitted: Fitted) -> list[ForestLink]:
    keys: list[str] = fitted.scores.prepared.table["key"].to_pylist()
    claims = TableClaims.of(keys, fitted.scores.pairs, fitted.scores.rules)
    guards = guards_over(fitted.scores.prepared, fitted.model)
    return claims.forest(claims.special.linkage(fitted.model.thresholds, guards)).links(claims.keys)


def labelled(pairs: Sequence[Pair]) -> Labels:
    same = frozenset(pair for pair in pairs if is_same(pair))
    return Labels(same, frozenset(pairs) - same)


@dataclass(frozen=True)
class Quality:
    """Of the pairs within the default clusters: the share that is expected to be right, the true one; and the F1."""

    expected: float
    right: float
    f1: float


def quality(fitted: Fitted) -> Quality:
    confidence, default = fitted.model.calibration.confidence, fitted.model.levels["default"]
    keys = ROWS["key"].to_pylist()
    near = [(a, b) for a, b in combinations(keys, 2) if a[:7] == b[:7]]
    truth = {pair: float(is_same(pair)) for pair in near}
    merges = [found for found in merges_of(forest_of(fitted), truth) if confidence(found.height) >= default]
    pairs = sum(merge.pairs for merge in merges)
    right = sum(merge.probability for merge in merges)
    expected = sum(merge.pairs * confidence(merge.height) for merge in merges)
    return Quality(expected / pairs, right / pairs, 2 * right / (pairs + sum(truth.values())))


@pytest.fixture(scope="module")
def unlabelled() -> Fitted:
    return trained(NO_LABELS)


@pytest.fixture(scope="module")
def doubtful(unlabelled: Fitted) -> list[Pair]:
    """What a review queue asks: the links whose confidence is nearest to even odds."""
    confidence = unlabelled.model.calibration.confidence
    asked = sorted(forest_of(unlabelled), key=lambda link: (-entropy(confidence(link.cohesion)), link.left, link.right))
    return [(link.left, link.right) for link in asked[:LABELLED]]


@pytest.fixture(scope="module")
def taught(doubtful: list[Pair]) -> Fitted:
    return trained(labelled(doubtful))


def test_labels_bring_confidence_nearer_to_the_truth(unlabelled: Fitted, taught: Fitted) -> None:
    before, after = quality(unlabelled), quality(taught)

    assert abs(after.expected - after.right) < 0.85 * abs(before.expected - before.right)


def test_labels_of_hard_cases_alone_do_not_wreck_the_model(unlabelled: Fitted, taught: Fitted) -> None:
    assert quality(taught).f1 > quality(unlabelled).f1


def test_labels_make_a_version_of_their_own_and_the_same_ones_the_same(
    unlabelled: Fitted, taught: Fitted, doubtful: list[Pair]
) -> None:
    again = trained(labelled(doubtful[::-1]))

    assert taught.model.version == again.model.version
    assert taught.model.version != unlabelled.model.version
    assert sum(taught.model.document["labels"].values()) == LABELLED
    assert "labels" not in unlabelled.model.document


def test_without_labels_nothing_changes(unlabelled: Fitted) -> None:
    strangers = Labels(frozenset({("crm:nobody", "crm:somebody")}), frozenset())

    assert trained(NO_LABELS).model.version == unlabelled.model.version
    assert trained(strangers).model.version == unlabelled.model.version


def test_a_model_with_labels_is_read_as_it_was_written(taught: Fitted) -> None:
    model: Model = taught.model
    values = {column: found.values for column, found in model.frequencies.items()}

    assert model_of(model.document, values).version == model.version


def decision(action: Any, *sides: tuple[str, ...], withdrawn: bool = False) -> Decision:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Decision(f"d-{action}-{sides}", action, "ada", "", at, sides, at if withdrawn else None)


def test_decisions_in_force_are_labels() -> None:
    found = labels_of(
        [
            decision("link", ("a", "b", "c")),
            decision("unlink", ("d",), ("a", "b")),
            decision("confirm", ("x", "y"), withdrawn=True),
        ]
    )

    assert found == Labels(frozenset({("a", "b"), ("b", "c")}), frozenset({("a", "d"), ("b", "d")}))


def merges(height: float, count: int, right: float) -> list[Merge]:
    return [Merge(height, pairs=1, scored=1, probability=right)] * count


EXPECTED = [*merges(-5, 500, 0.3), *merges(0, 500, 0.6), *merges(5, 500, 0.9)]


def confidences(calibration: Calibration) -> list[float]:
    return [calibration.confidence(height) for height in (-5, 0, 5)]


def test_labels_that_say_different_lower_the_confidence_of_their_height() -> None:
    lower, here, higher = confidences(calibrate(EXPECTED, merges(0, 60, 0.0)))

    assert here == pytest.approx(0.6 * 10 / 70, abs=0.15)
    assert lower <= here < 0.2
    assert higher == 0.9


def test_labels_that_say_what_was_expected_change_nothing() -> None:
    agreeing = [*merges(0, 60, 1.0), *merges(0, 40, 0.0)]

    assert confidences(calibrate(EXPECTED, agreeing)) == pytest.approx([0.3, 0.6, 0.9])


def test_a_few_labels_are_not_enough() -> None:
    assert calibrate(EXPECTED, merges(0, ENOUGH_LABELS - 1, 0.0)) == calibrate(EXPECTED)


def test_a_decision_about_many_has_one_vote_for_each_merge() -> None:
    one_split = [Merge(0.0, pairs=900, scored=900, probability=0.0)]

    assert calibrate(EXPECTED, one_split) == calibrate(EXPECTED)
    assert confidences(calibrate(EXPECTED, [*one_split, *merges(0, 60, 1.0)]))[1] > 0.6


def test_a_labelled_pair_counts_as_one_pair_whose_answer_is_known() -> None:
    """With all answers given, the rates are those of the answers, whatever the model would have guessed."""
    blocked: Patterns = patterns()
    generator = np.random.default_rng(3)
    same = np.floor(blocked.counts * generator.uniform(0, 1, len(blocked.counts)))
    known = LabelledPatterns(same, blocked.counts - same)

    found = train(FACTS, blocked, RandomPairs(0, at_random(0).counts), 300, known)

    for m, levels in zip(found.m, blocked.levels, strict=True):
        assert float(m[0]) == pytest.approx(same[levels == 0].sum() / same.sum(), abs=0.01)
    assert found.prior == pytest.approx(same.sum() / (300 * 299 / 2), rel=0.02)
