"""The model: comparisons, their probabilities and the prior, as plain data that can be stored and scored again."""

import json
import math
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

# Parameters are kept to this many digits: sums in another order must not make another model.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Model:
    """Splink settings with every probability filled in. ``untrained``: levels that kept their published default."""

    settings: dict[str, Any]
    untrained: tuple[str, ...]

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

    def with_prior(self, prior: float) -> "Model":
        """The same model with another prior."""
        settings = {**self.settings, "probability_two_random_records_match": rounded(prior)}
        return Model(settings, self.untrained)


def trained(settings: dict[str, Any], untrained: tuple[str, ...]) -> Model:
    """A model of trained settings: rounded, so that the same data always give the same version."""
    return Model(_rounded_all(settings), untrained)


def log_odds(probability: float) -> float:
    """Match weight of a probability, in log2 units."""
    return math.log2(probability / (1 - probability))


def rounded(number: float) -> float:
    """A number to nine significant digits."""
    return float(f"{number:.{_DIGITS}g}")


def _rounded_all(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, dict):
        return {key: _rounded_all(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded_all(part) for part in value]
    return rounded(value) if isinstance(value, float) else value
