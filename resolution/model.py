"""The model: comparisons, their probabilities and the prior, as plain data that can be stored and scored again.

Term frequencies are not part of it: they are counts over the customers, as large as the data, and are made anew.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from splink import SettingsCreator, block_on

from resolution.blocking import KEYS
from resolution.levels import Comparison
from resolution.training import Estimates

# Parameters are kept to this many digits: sums in another order must not make another model.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Model:
    """Splink settings with every probability filled in. ``unseen``: findings that the data never showed."""

    settings: dict[str, Any]
    unseen: tuple[str, ...] = ()

    @property
    def prior(self) -> float:
        """Probability that two customers drawn by chance are one person."""
        return self.settings["probability_two_random_records_match"]

    @property
    def version(self) -> str:
        """Hash of the parameters: equal models have equal versions."""
        return "splink-" + blake2b(self.parameters.encode(), digest_size=6).hexdigest()

    @property
    def parameters(self) -> str:
        """The settings as JSON text, keys sorted."""
        return json.dumps(self.settings, sort_keys=True, separators=(",", ":"))


def splink_settings(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Splink's settings with the published defaults: the comparisons, and one blocking rule over the list of keys."""
    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        blocking_rules_to_generate_predictions=[block_on(KEYS, arrays_to_explode=[KEYS])],
        comparisons=[comparison.for_splink() for comparison in comparisons],
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,  # without them the findings are left out as well
        linker_uid="identity",  # Splink draws one otherwise, and the model would never be the same twice
    )
    return creator.create_settings_dict("duckdb")


def model_of(comparisons: Sequence[Comparison], estimates: Estimates) -> Model:
    """A model with the estimates filled in, rounded so that the same data always give the same version."""
    settings = splink_settings(comparisons)
    settings["probability_two_random_records_match"] = rounded(estimates.prior)
    for number, comparison in enumerate(settings["comparisons"]):
        of_levels = zip(comparison["comparison_levels"][1:], estimates.m[number], estimates.u[number], strict=True)
        for level, m, u in of_levels:
            level["m_probability"], level["u_probability"] = rounded(m), rounded(u)
    return Model(settings, estimates.unseen)


def empty_model() -> Model:
    """What is left where nothing can be compared."""
    return Model({"probability_two_random_records_match": 0.5, "comparisons": []})


def rounded(number: float) -> float:
    """A number to nine significant digits."""
    return float(f"{number:.{_DIGITS}g}")
